"""Whatever is written into an address or a body is answered in words: found, not found, or refused; never by a fault.

Every route × every parameter that it reads (recorded while it answers) and every filter that a list offers × values
that have broken parsers, drivers and databases before.
"""

import json
import re
import uuid
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.http import QueryDict
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.api_client import PREFIX, description
from tests.support.console import PAGES, page, rows_of
from tests.support.factories import UserFactory
from tests.support.routes import console_pages, filled, pages
from tests.support.two_organizations import side_of

pytestmark = pytest.mark.django_db

HOSTILE = [
    "%00", "a%00b", "%25s", "%ff", "9" * 30, "9" * 5000, "NaN", "0001-01-01T00:00:00%2b14:00",
    "9999-12-31T23:59:59-14:00", "2026-02-30", "0000000g-0000-0000-0000-000000000000", "%c2%b2", "%0d%0aX:1",
    "%f0%9f%92%a9",
]  # fmt: skip
"""As they stand in an address, encoded."""
OF_A_BODY: list[Any] = [
    "\0", "a\0b", "\ud800", "a\udfffb", "%s", "9" * 4000, "NaN", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "x" * 200_000, 10**400, -(10**30), 1e308, True, None, [], {}, [[]], {"a\ud800": "\0"},
    [{"address": "\ud800"}],
]  # fmt: skip
OF_A_PATH = ["%00", "%25s", "%ff", "9" * 30, "9" * 5000, "-1", "x", "_00", "%c2%b2", str(uuid.UUID(int=0))]
SERVICE_UNAVAILABLE = 503
"""What pages say, in words, where Microsoft is not configured."""
LEAVES_THE_SITE = {"logout", "grant-consent", "connect-microsoft"}
LISTS: list[Any] = sorted(admin.site._registry, key=str)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that views asked a query or a form for."""
    names: set[str] = set()

    def recording(method: Any) -> Any:
        def recorded(self: Any, name: Any, *rest: Any) -> Any:
            if isinstance(name, str):
                names.add(name)
            return method(self, name, *rest)

        return recorded

    for name in ("__getitem__", "__contains__", "getlist", "get"):
        monkeypatch.setattr(QueryDict, name, recording(getattr(QueryDict, name)))
    return names


def faults(answers: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """What was not answered, or by a 500: (what was asked, why)."""
    found = []
    for asked_for, ask in answers:
        try:
            answer = ask()
        except Exception as error:  # noqa: BLE001 - whatever it is, a visitor would see a 500
            found.append((asked_for[:150], repr(error)[:150]))
        else:
            if answer.status_code >= 500 and answer.status_code != SERVICE_UNAVAILABLE:
                found.append((asked_for[:150], str(answer.status_code)))
    return found


def queries(client: Any, address: str, names: Iterable[str], **options: Any) -> Iterator[tuple[str, Any]]:
    for name in names:
        for value in HOSTILE:
            whole = f"{address}?{quote(name)}={value}"
            yield whole, lambda whole=whole: client.get(whole, **options)


def known(client: Any, address: str, asked: set[str], **options: Any) -> list[str]:
    asked.clear()
    client.get(address, **options)
    return sorted(asked | {"q"})


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_no_parameter_of_a_page_breaks_it(alice: User, asked: set[str], headers: Any):
    side, client, found = side_of(alice, "x"), Client(), []
    client.force_login(alice)
    for name, path in pages():
        if name in LEAVES_THE_SITE:
            continue
        address = filled(path, side.ids, name)
        names = known(client, address, asked, headers=headers)
        found += faults(queries(client, address, names, headers=headers))
    assert found == []


def test_no_parameter_of_the_login_breaks_it(db: None, asked: set[str]):
    client = Client()
    found = []
    for address in ("/login/", "/admin/", "/admin/login/", "/oauth/microsoft/callback/", "/consent/callback/"):
        found += faults(queries(client, address, {"next", "state", "code", "flow", *known(client, address, asked)}))
    assert found == []


@pytest.mark.parametrize("path", sorted(description()["paths"]))
def test_no_parameter_of_the_api_breaks_it(alice: User, path: str, asked: set[str]):
    if "get" not in description()["paths"][path]:
        pytest.skip("not read")
    side = side_of(alice, "x")
    client = APIClient()
    client.force_authenticate(alice)
    address = addressed(path, side)
    told = {each["name"] for each in description()["paths"][path]["get"].get("parameters", []) if each["in"] == "query"}
    names = told | set(known(client, address, asked))
    assert faults(queries(client, address, names)) == []


def addressed(path: str, side: Any) -> str:
    word = {"opportunities": "opportunity", "mailboxes": "mailbox"}
    resource = path.removeprefix(PREFIX).partition("/")[0]
    return path.replace("{id}", str(side.ids.get(word.get(resource, resource.removesuffix("s")), 1)))


@pytest.mark.parametrize("model", LISTS)
def test_no_parameter_of_a_list_of_the_console_breaks_it(acme: Any, model: Any, asked: set[str]):
    rows_of(acme, "ours")
    client = Client()
    client.force_login(UserFactory(organization=None, is_superuser=True, is_staff=True))
    address = page(model, "changelist")
    listed = client.get(address).context["cl"]
    filters = {name for spec in listed.filter_specs for name in spec.expected_parameters()}
    names = {"q", "o", "p", "all", "e", "_facets", "_popup", "_to_field", "_changelist_filters"} | filters
    found = faults(queries(client, address, names | set(known(client, address, asked))))
    query = "&".join(f"{name}={HOSTILE[0]}" for name in sorted(names))
    assert found + faults([(query, lambda: client.get(f"{address}?{query}"))]) == []


@pytest.mark.parametrize("model", LISTS)
def test_no_field_that_a_form_of_the_console_is_opened_with_breaks_it(acme: Any, model: Any):
    row = rows_of(acme, "ours").get(model)
    client = Client()
    client.force_login(UserFactory(organization=None, is_superuser=True, is_staff=True))
    filled_in = "&".join(
        f"{field.name}={{0}}" for field in model._meta.fields
    )  # what a form shows stops at none of them
    at_once = [f"{page(model, 'add')}?{filled_in.format(value)}" for value in HOSTILE]
    found = faults((address, partial(client.get, address)) for address in at_once)
    found += faults(queries(client, page(model, "add"), ["_changelist_filters", "_to_field", "_popup"]))
    if row is not None:
        for name in ("change", "delete", "history"):
            found += faults(
                queries(client, page(model, name, row.pk), ["_changelist_filters", "_to_field", "_popup", "p"])
            )
    assert found == []


def test_no_path_breaks_a_route(alice: User):
    client, found = Client(), []
    client.force_login(UserFactory(organization=None, is_superuser=True, is_staff=True))
    person = Client()
    person.force_login(alice)
    paths = [path for _, path in pages()] + [re.sub(r"{id}", "<int:pk>", path) for path in description()["paths"]]
    for path in [*paths, *console_pages(), "/<int:pk>", "/api/v1/<int:pk>", "/admin/<int:pk>/"]:
        for value in OF_A_PATH if "<" in path else ():
            address = re.sub(r"<[^>]+>", value.replace("\\", ""), path)
            for who in (client, person):
                found += faults([(address, lambda who=who, address=address: who.get(address))])
    assert found == []


WRITABLE = {"engagements/": ("post",), "engagements/{id}/": ("patch",), "me/": ("patch",)}
CALL = {"kind": "call", "source": "dialer", "external_id": "1", "occurred_at": "2026-11-20T10:00:00Z"}


@pytest.mark.parametrize("path", sorted(WRITABLE))
def test_no_body_breaks_what_the_api_takes(alice: User, path: str):
    side, client = side_of(alice, "x"), APIClient()
    client.force_authenticate(alice)
    address = addressed(f"{PREFIX}{path}", side)
    fields = [
        *CALL, "direction", "subject", "notes", "duration_seconds", "participants", "account", "opportunity",
        "ends_at", "reported_at", "import_email_conversations", "import_meetings", "a\ud800",
    ]  # fmt: skip
    found = []
    for verb in WRITABLE[path]:
        for field in fields:
            for value in OF_A_BODY:
                body = json.dumps({**CALL, field: value})
                sent = partial(client.generic, verb.upper(), address, body, content_type="application/json")
                found += faults([(f"{verb} {body}", sent)])
    assert found == []


@pytest.mark.parametrize("person", ["alice", "operator"])
def test_no_form_breaks_a_page(acme: Any, alice: User, asked: set[str], person: str):
    """Every form of the pages and the console, with each field that it reads, one at a time and all at once."""
    operator = UserFactory(organization=None, is_superuser=True, is_staff=True)
    client, found = Client(), []
    client.force_login(alice if person == "alice" else operator)
    side, rows = side_of(alice, "x"), rows_of(acme, "ours")
    addresses = [filled(path, side.ids, name) for name, path in pages() if name not in LEAVES_THE_SITE | {"password"}]
    for model in PAGES:  # the forms that the framework's apps bring are the operator's alone, and theirs to mend
        addresses += [page(model, "add"), page(model, "changelist")]
        addresses += [page(model, name, rows[model].pk) for name in ("change", "delete")]
    for address in [*addresses, "/admin/timeline/suppression/erase/"]:
        asked.clear()
        client.get(address)
        faults([(address, lambda address=address: client.post(address, {"kind": "x"}))])
        names = sorted(asked | {"action", "_selected_action", "index", "select_across"})
        for value in ("\0", "%s", "9" * 5000, "9999-12-31T23:59:59-14:00", "x"):
            for body in [dict.fromkeys(names, value), *({name: value} for name in names)]:
                found += faults([(f"{address} {body}", lambda body=body, address=address: client.post(address, body))])
    assert found == []


def test_no_row_is_made_past_the_page_for_adding(alice: User, acme: Any):
    """Saving as new would skip what that page shows first, and take fields that it does not ask for."""
    client, rows = Client(), rows_of(acme, "ours")
    client.force_login(alice)
    for model in PAGES:
        count = model._default_manager.count()
        body = {"_saveasnew": "1", "domain": "new.example", "kind": "internal", "is_given": "on", "value": "x"}
        answer = client.post(page(model, "change", rows[model].pk), body)
        assert (answer.status_code, model._default_manager.count()) == (400, count), model
