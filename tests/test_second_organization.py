"""Two organizations with the very same customers, deals and mails: neither learns of the other, by any route.

Globex, jane@globex.example, the Message-ID, the CRM's ids: all alike on both sides. Only the wording differs.
"""

import re
import uuid
from typing import Any

import pytest

from accounts.models import User
from tests.support.api_client import PREFIX, CheckedClient, client_of, description
from tests.support.browser import browser_of
from tests.support.routes import endpoints, filled, pages, routes
from tests.support.two_organizations import MESSAGE_ID, Side, side_of
from timeline.models import Engagement

pytestmark = pytest.mark.django_db

THEIRS, OURS = "xyzzytheirs", "plughours"
OF_THE_INSTALLATION = {"healthz", "readyz", "metrics", "schema", "docs", "microsoft-notifications"}
LEAVES_THE_SITE = {"logout", "grant-consent", "consent-callback", "connect-microsoft", "microsoft-callback"}


@pytest.fixture
def theirs(carol: User) -> Side:
    return side_of(carol, THEIRS)


@pytest.fixture
def ours(eve: User) -> Side:
    return side_of(eve, OURS)


def test_every_route_is_walked_here():
    """A route without a name, or one that the API's description does not tell of, would be passed over."""
    unnamed = [path for name, path in routes() if not name]
    assert unnamed == ["/admin/r/<path:row>", "/api/v1(/.*)?"]
    described = {re.sub(r"\{\w+\}", "<str:pk>", path) for path in description()["paths"]}
    assert {path for _, path in endpoints() if path.startswith(PREFIX)} == described
    assert len(pages()) > 25


def test_every_page_of_one_row_is_asked_for_that_row(ours: Side):
    of_one_row = {name for name, path in pages() if re.search(r"<(uuid|int):", path)}
    assert of_one_row - ours.ids.keys() == set()


@pytest.mark.parametrize("verb", ["get", "post"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_the_others_addresses_are_not_found_and_change_nothing(theirs: Side, ours: Side, verb: str, headers: Any):
    browser = browser_of(ours.owner)
    before = list(Engagement.objects.order_by("pk").values())
    for name, path in pages():
        if "<" not in path or name in LEAVES_THE_SITE:
            continue
        body = {"opportunity": str(ours.ids["opportunity"]), "post": "yes", "confirm": "yes"}
        answer = getattr(browser, verb)(filled(path, theirs.ids, name), body if verb == "post" else {}, headers=headers)
        assert answer.status_code in {404, 405}, path
        assert THEIRS not in answer.content.decode()
    assert list(Engagement.objects.order_by("pk").values()) == before
    assert theirs.owner.exclusions.exists()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_no_page_of_ours_holds_a_word_or_an_id_of_theirs(theirs: Side, ours: Side, headers: Any):
    browser = browser_of(ours.owner)
    foreign = {THEIRS, theirs.owner.email, *(str(pk) for name, pk in theirs.ids.items() if not isinstance(pk, int))}
    queries = ("", "?q=budget", "?q=globex", f"?owner={theirs.owner.pk}", f"?stage=Stage+{THEIRS}&sort=amount")
    seen = ""
    for name, path in pages():
        if name in LEAVES_THE_SITE | OF_THE_INSTALLATION:
            continue
        for query in queries:
            address = filled(path, ours.ids, name) + query
            body = browser.get(address, headers=headers).content.decode()
            assert [word for word in foreign if word in body and word not in query] == [], address
            seen += body
    assert OURS in seen


@pytest.mark.parametrize(("side", "other"), [("ours", "theirs"), ("theirs", "ours")])
def test_lists_counts_and_search_are_of_ones_own_alone(theirs: Side, ours: Side, side: str, other: str):
    mine, mark, foreign = (ours, OURS, THEIRS) if side == "ours" else (theirs, THEIRS, OURS)
    client = client_of(mine.owner)
    counts = {
        "accounts/": 1, "contacts/": 1, "leads/": 1, "opportunities/": 1, "mailboxes/": 1, "conversations/": 1,
        "engagements/": 2, "engagements/?kind=email": 1, "engagements/?search=budget": 1,
        "engagements/?participant=jane@globex.example": 2,
    }  # fmt: skip
    for query, count in counts.items():
        answer = client.get(f"{PREFIX}{query}")
        assert len(answer.json()["results"]) == count, query
        assert foreign not in answer.content.decode(), query
    page = browser_of(mine.owner).get("/search/?q=budget").content.decode()
    assert mark in page
    assert foreign not in page


@pytest.mark.parametrize("form", ["json", "eml", "csv"])
def test_an_export_holds_ones_own_mail_alone(theirs: Side, ours: Side, form: str):
    client = client_of(ours.owner)
    address = f"{PREFIX}conversations/{{}}/export/?as={form}"
    assert client.get(address.format(theirs.ids["conversation"])).status_code == 404
    whole = client.get(address.format(ours.ids["conversation"])).content.decode()
    assert OURS in whole
    assert THEIRS not in whole


def said(answer: Any, pk: Any) -> tuple[int, str]:
    """Status and text of an answer, without the id that was asked for."""
    return answer.status_code, answer.content.decode().replace(str(pk), "ID")


@pytest.mark.parametrize("verb", ["get", "post", "patch", "delete"])
def test_the_error_for_anothers_id_is_the_error_for_no_id_at_all(theirs: Side, ours: Side, verb: str):
    client = client_of(ours.owner)
    by_resource = {
        "accounts": "account", "contacts": "contact", "leads": "lead", "opportunities": "opportunity",
        "engagements": "engagement", "conversations": "conversation", "mailboxes": "mailbox",
    }  # fmt: skip
    for path in description()["paths"]:
        if "{id}" not in path:
            continue
        known, unknown = theirs.ids[by_resource[path.removeprefix(PREFIX).partition("/")[0]]], uuid.uuid4()
        foreign, nothing = (getattr(client, verb)(path.replace("{id}", str(pk))) for pk in (known, unknown))
        assert said(foreign, known) == said(nothing, unknown), path


@pytest.mark.parametrize("field", ["account", "opportunity"])
def test_a_record_of_theirs_in_a_body_is_refused_as_one_that_is_not_there(theirs: Side, ours: Side, field: str):
    client = client_of(ours.owner)
    call = {"kind": "call", "source": "dialer", "external_id": "1", "occurred_at": "2026-11-20T10:00:00Z"}

    def posted(pk: Any) -> tuple[int, str]:
        return said(client.post(f"{PREFIX}engagements/", {**call, field: str(pk)}), pk)

    unknown = uuid.uuid4()
    assert posted(theirs.ids[field]) == posted(unknown)
    assert posted(unknown)[0] == 400


def test_the_same_call_reported_to_both_is_two_calls(theirs: Side, ours: Side):
    call = {"kind": "call", "source": "dialer", "external_id": "4711", "occurred_at": "2026-11-20T10:00:00Z"}
    answers = [client_of(side.owner).post(f"{PREFIX}engagements/", call) for side in (theirs, ours)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["id"] for answer in answers}) == 2


def test_what_one_deletes_stays_with_the_other(theirs: Side, ours: Side):
    client: CheckedClient = client_of(ours.owner)
    assert client.delete(f"{PREFIX}conversations/{ours.ids['conversation']}/").status_code == 204
    kept = client_of(theirs.owner).get(f"{PREFIX}engagements/?kind=email").json()["results"]
    assert [row["email"]["internet_message_id"] for row in kept] == [MESSAGE_ID]
