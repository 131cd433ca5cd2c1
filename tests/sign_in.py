"""How a test signs in at the sandbox tenant, as a browser would."""

from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import requests

from accounts.models import MicrosoftConnection, User
from accounts.services.connection import accept_answer, begin_sign_in, finish_sign_in
from sandbox.testing import SandboxProcess

CALLBACK = "http://localhost:8000/oauth/microsoft/callback/"
RITA, JONAS = "rita.lindqvist@acme.example", "jonas.weber@acme.example"


class _Fields(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "input" and named.get("type") == "hidden":
            self.found[named["name"] or ""] = named["value"] or ""


def answer_to(tenant: SandboxProcess, address: str, *, as_person: str) -> dict[str, str]:
    """What Microsoft posts back once `as_person` has signed in at `address`."""
    tenant.control.switch(auto_approve=as_person)
    return fields_of(_get(tenant, address))


def cancelled_at(tenant: SandboxProcess, address: str) -> dict[str, str]:
    """What Microsoft posts back when the person cancels."""
    asked = dict(parse_qsl(urlsplit(address).query))
    page = tenant.session().post(
        address.partition("?")[0] + "/decide", data=asked | {"cancel": "1"}, timeout=30, allow_redirects=False
    )
    return fields_of(page)


def fields_of(page: requests.Response) -> dict[str, str]:
    """The form that carries an answer back, or the query of a redirect."""
    if page.is_redirect:
        return dict(parse_qsl(urlsplit(page.headers["Location"]).query))
    return _Fields(page.text).found


def connect(tenant: SandboxProcess, user: User, *, as_person: str = RITA) -> MicrosoftConnection:
    """`user`, connected to the mailbox of `as_person`."""
    address = begin_sign_in(user=user, redirect_uri=CALLBACK)
    answer = answer_to(tenant, address, as_person=as_person)
    return finish_sign_in(flow=accept_answer(answer["state"], answer), user=user)


def _get(tenant: SandboxProcess, address: str) -> requests.Response:
    return tenant.session().get(address, timeout=30, allow_redirects=False)
