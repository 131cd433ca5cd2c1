"""How a test signs in at the sandbox tenant, as a browser would."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from django.test import Client

from accounts.models import MicrosoftConnection, Organization, User
from accounts.services.connection import accept_answer, begin_sign_in, finish_sign_in
from sandbox.testing import SandboxProcess
from tests.support.waiting import PATIENCE

CALLBACK = "http://localhost:8000/oauth/microsoft/callback/"
ADA, RITA, JONAS = "ada.okafor@acme.example", "rita.lindqvist@acme.example", "jonas.weber@acme.example"


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
        address.partition("?")[0] + "/decide", data=asked | {"cancel": "1"}, timeout=PATIENCE, allow_redirects=False
    )
    return fields_of(page)


def fields_of(page: requests.Response) -> dict[str, str]:
    """The form that carries an answer back, or the query of a redirect."""
    if page.is_redirect:
        return dict(parse_qsl(urlsplit(page.headers["Location"]).query))
    return _Fields(page.text).found


def consent_answer(tenant: SandboxProcess, address: str, button: str = "accept") -> dict[str, str]:
    """What Microsoft sends back once the tenant's admin has decided on its consent page at `address`."""
    asked = dict(parse_qsl(urlsplit(address).query))
    assert _get(tenant, address).status_code == 200
    page = tenant.session().post(
        address.partition("?")[0] + "/decide", data=asked | {button: "1"}, timeout=PATIENCE, allow_redirects=False
    )
    return fields_of(page)


def granted_by(tenant: SandboxProcess, browser: Client, *, kind: str = "mailbox", as_person: str = ADA) -> Any:
    """The whole way of an admin's consent in `browser`: the link, Microsoft's page, the own sign-in, back."""
    answer = consent_answer(tenant, browser.get(f"/consent/{kind}/")["Location"])
    signs_in = browser.get("/consent/callback/", answer)["Location"]
    return come_back(browser, answer_to(tenant, signs_in, as_person=as_person))


def come_back(browser: Client, answer: dict[str, str]) -> Any:
    """What the product says to `browser` that brings Microsoft's answer, over the page in between."""
    crossing = Client().post("/oauth/microsoft/callback/", answer)
    return browser.get(unescape(re.findall(r'href="(/oauth/[^"]+)"', crossing.content.decode())[0]))


def connect(tenant: SandboxProcess, user: User, *, as_person: str = RITA) -> MicrosoftConnection:
    """`user`, connected to the mailbox of `as_person`, whose tenant is the organization's."""
    Organization.objects.filter(users=user).update(tenant_id=tenant.tenant_id)
    address = begin_sign_in(user=user, redirect_uri=CALLBACK)
    answer = answer_to(tenant, address, as_person=as_person)
    return finish_sign_in(flow=accept_answer(answer["state"], answer), user=user)


def _get(tenant: SandboxProcess, address: str) -> requests.Response:
    return tenant.session().get(address, timeout=PATIENCE, allow_redirects=False)


FOREIGN = "99999999-9999-4999-8999-999999999999"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"


def of_tenant(tenant: SandboxProcess, tenant_id: str, **claims: Any) -> dict[str, Any]:
    """What an id token of another tenant says, signed with the same keys as ours: Microsoft has one set for all."""
    return {"tid": tenant_id, "iss": f"{tenant.authority}/{tenant_id}/v2.0", **claims}
