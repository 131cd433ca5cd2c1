"""What holds for every endpoint: one shape of error, no stranger, no other organization, no bad input unanswered."""

import itertools
import re

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import ApiToken
from tests.support.api_client import PREFIX, CheckedClient, client_of, description, resource
from tests.support.factories import (
    PASSWORD,
    AccountFactory,
    AssociationFactory,
    ContactFactory,
    EmailMessageFactory,
    EngagementFactory,
    LeadFactory,
    MailboxFactory,
    OpportunityFactory,
    ParticipantFactory,
    SyncRunFactory,
    UserFactory,
)

VERBS = ("get", "post", "put", "patch", "delete")
CANARY = "Xyzzy-canary"


def paths():
    return sorted(description()["paths"])


def rows_of(organization, owner):
    """One row of every resource, each carrying the canary; its id by the resource's name."""
    account = AccountFactory(organization=organization, name=CANARY, owner=owner)
    contact = ContactFactory(organization=organization, account=account, last_name=CANARY, address="c@canary.example")
    lead = LeadFactory(organization=organization, last_name=CANARY)
    deal = OpportunityFactory(organization=organization, account=account, name=CANARY, owner=owner)
    mail = EmailMessageFactory(
        engagement=EngagementFactory(
            organization=organization, subject=CANARY, account=account, opportunity=deal, owner=owner
        ),
        text=CANARY,
    )
    ParticipantFactory(engagement=mail.engagement, name=CANARY, address="c@canary.example", contact=contact)
    AssociationFactory(engagement=mail.engagement, account=account)
    mailbox = MailboxFactory(user=owner)
    SyncRunFactory(mailbox=mailbox, ended_by=CANARY)
    return {
        "accounts": account.pk, "contacts": contact.pk, "leads": lead.pk, "opportunities": deal.pk,
        "engagements": mail.pk, "conversations": mail.engagement.conversation_id, "mailboxes": mailbox.pk,
    }  # fmt: skip


def address(path, pk):
    return path.replace("{id}", str(pk))


def test_the_description_is_complete(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))
    assert {resource(path) for path in paths()} == {
        "accounts", "contacts", "leads", "opportunities", "engagements", "conversations", "mailboxes", "me",
    }  # fmt: skip


def test_every_operation_has_a_sentence_and_its_errors_one_shape():
    for path, operations in description()["paths"].items():
        for verb, operation in operations.items():
            assert operation["description"], f"{verb} {path}"
            assert {"401", "403"} <= set(operation["responses"])
            for status, answer in operation["responses"].items():
                if status >= "400":
                    assert list(answer["content"]) == ["application/problem+json"], f"{verb} {path} {status}"


def test_the_contracts_filters_are_described():
    parameters = {row["name"] for row in description()["paths"]["/api/v1/engagements/"]["get"]["parameters"]}
    assert parameters >= {
        "kind", "direction", "account", "contact", "lead", "opportunity", "owner", "conversation", "participant",
        "occurred_after", "occurred_before", "search", "cursor", "page_size",
    }  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_a_stranger_learns_nothing(acme, carol, verb):
    ids = rows_of(acme, carol)
    for path in paths():
        for headers in ({}, {"Authorization": "Token wrong"}, {"Authorization": "Token"}):
            answer = getattr(CheckedClient(), verb)(address(path, ids.get(resource(path), "")), headers=headers)
            assert answer.status_code == 401, f"{verb} {path}"
            assert answer["WWW-Authenticate"] == "Token"
            assert CANARY not in answer.content.decode()


@pytest.mark.parametrize("verb", VERBS)
def test_one_organization_never_sees_anothers_rows(acme, carol, rival, eve, verb):
    """Walked as the other organization's admin, who may do everything there."""
    ids = rows_of(acme, carol)
    client = client_of(eve)
    for path in paths():
        answer = getattr(client, verb)(address(path, ids.get(resource(path), "")))
        body = answer.content.decode()
        assert CANARY not in body, f"{verb} {path}"
        assert "canary.example" not in body
        assert carol.email not in body
        if "{id}" in path and answer.status_code != 405:
            assert answer.status_code == 404, f"{verb} {path}"


def test_filters_find_nothing_of_another_organization(acme, carol, rival, eve):
    ids = rows_of(acme, carol)
    client = client_of(eve)
    queries = [
        f"engagements/?account={ids['accounts']}", f"engagements/?contact={ids['contacts']}",
        f"engagements/?opportunity={ids['opportunities']}", f"engagements/?owner={carol.pk}",
        f"engagements/?conversation={ids['conversations']}", "engagements/?participant=c@canary.example",
        f"engagements/?search={CANARY}", f"conversations/?account={ids['accounts']}", f"mailboxes/?user={carol.pk}",
        f"opportunities/?account={ids['accounts']}", "contacts/?address=c@canary.example", f"accounts/?name={CANARY}",
    ]  # fmt: skip
    for query in queries:
        assert client.get(PREFIX + query).json()["results"] == [], query


def test_a_cursor_of_another_organization_opens_nothing(acme, carol, rival, eve):
    rows_of(acme, carol)
    EngagementFactory.create_batch(3, organization=acme)
    link = client_of(carol).get(f"{PREFIX}engagements/?page_size=1").json()["next"]
    assert client_of(eve).get(link).json()["results"] == []


@pytest.mark.parametrize(
    "pk",
    ["01937e0a-0000-7000-8000-000000000001", "0", "9" * 300, "-1", "null", "' OR 1=1 --", "%00", "%F0%9F%98%80", "a.b",
     "..%2F..%2Fetc", "{id}", "%27%22%3E%3Cscript%3E"],
)  # fmt: skip
def test_an_unknown_id_is_not_found(acme, alice, pk):
    client = client_of(alice)
    for path, verb in itertools.product([path for path in paths() if "{id}" in path], VERBS):
        answer = getattr(client, verb)(address(path, pk))
        assert answer.status_code in {404, 405}, f"{verb} {path}"
        assert "<script" not in answer.content.decode()


def test_an_address_that_is_no_resource_is_not_found(acme, carol):
    client = client_of(carol)
    for path in ("", "nothing/", "engagements", "engagements/x/y/z/", "%00/", "me", "accounts/1/2"):
        for verb in VERBS:
            answer = getattr(client, verb)(PREFIX + path)
            assert answer.status_code == 404, path
            assert answer["Content-Type"] == "application/problem+json"
    assert "end with a slash" in client.get(f"{PREFIX}engagements").json()["detail"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "not valid JSON"), (b"{", "not valid JSON"), (b"[]", "must be a JSON object"), (b"null", "JSON object"),
        (b'"text"', "JSON object"), (b"\xff\xfe", "UTF-8"), (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 50_000, "nested too deeply"), (b"9" * 10_000, "number is too long"),
        (b"{'a': 1}", "not valid JSON"),
        (b'{"a": NaN}', "NaN is not JSON"), (b"kind=call", "not valid JSON"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_refused_with_the_reason(acme, carol, body, sentence):
    ids = rows_of(acme, carol)
    for verb, path in (("POST", "engagements/"), ("PATCH", f"engagements/{ids['engagements']}/"), ("PATCH", "me/")):
        answer = client_of(carol).send(verb, PREFIX + path, body)
        assert answer.status_code == 400, answer.content
        if body:
            assert sentence in answer.json()["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "x"])
def test_only_json_is_read(acme, carol, content_type):
    answer = client_of(carol).send("POST", f"{PREFIX}engagements/", b"<a/>", content_type)
    assert answer.status_code == 415


def test_a_huge_body_is_refused_without_being_read_to_the_end(acme, carol):
    body = b'{"subject": "' + b"x" * (1024 * 1024 + 1) + b'"}'
    answer = client_of(carol).send("POST", f"{PREFIX}engagements/", body)
    assert answer.status_code == 413


def test_a_verb_that_is_not_offered_says_which_are(acme, carol):
    answer = client_of(carol).delete(f"{PREFIX}me/")
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]


def test_an_operator_without_an_organization_is_told_so(db):
    operator = UserFactory(organization=None, is_superuser=True, is_staff=True)
    for path in paths():
        answer = client_of(operator).get(address(path, "01937e0a-0000-7000-8000-000000000001"))
        assert answer.status_code == 403
        assert "no organization" in answer.json()["detail"]


def test_a_deactivated_persons_token_opens_nothing(acme, carol):
    client = client_of(carol)
    carol.is_active = False
    carol.save()
    assert client.get(f"{PREFIX}me/").status_code == 401


def test_a_session_reads_and_writes_only_with_the_csrf_token(acme, carol):
    client = Client(enforce_csrf_checks=True)
    assert client.login(username=carol.email, password=PASSWORD)
    assert client.get(f"{PREFIX}me/").status_code == 200
    refused = client.patch(f"{PREFIX}me/", "{}", content_type="application/json")
    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"
    assert not ApiToken.objects.exists()


def test_a_failure_of_ours_is_a_problem_too_and_gives_nothing_away(acme, carol, monkeypatch):
    monkeypatch.setattr("mailsync.api.me.with_last_run", lambda _: 1 / 0)
    MailboxFactory(user=carol)
    client = client_of(carol)
    client.raise_request_exception = False
    answer = client.get(f"{PREFIX}me/")
    assert answer.status_code == 500
    assert answer.json()["title"] == "Internal Server Error"
    assert "Zero" not in answer.content.decode()


def test_the_docs_page_needs_nothing_from_elsewhere(db):
    client = Client()
    page = client.get("/api/docs/")
    assert page.status_code == 200
    html = page.content.decode()
    sources = re.findall(r"""(?:src|href)=["']([^"']+)""", html)
    assert sources
    assert all(source.startswith(("/", "data:")) and not source.startswith("//") for source in sources)
    assert not re.search(r"<script(?![^>]*\bsrc=)", html), "an inline script is refused by the content security policy"
    assert "script-src 'self'" in page["Content-Security-Policy"]
    for source in sources:
        if source.startswith("/"):
            answer = client.get(source.replace("&amp;", "&"))
            assert answer.status_code == 200, source
            answer.close()


def test_the_schema_is_served_to_anybody(db):
    assert Client().get("/api/schema/").status_code == 200


@pytest.mark.parametrize("address", ["/api/v1/me/", "/api/v1/engagements/", "/api/v1/nothing/", "/profile/password/"])
def test_no_cache_keeps_what_is_answered(client, carol, address):
    client.force_login(carol)
    assert client.get(address)["Cache-Control"] == "private, no-store"
