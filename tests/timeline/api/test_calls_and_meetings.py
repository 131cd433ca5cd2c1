"""Calls and meetings are written by the API, once each, and find their place by the same rules as mail."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections

from accounts.domain.vocabulary import Visibility
from crm.domain.changes import CustomerChanges
from tests.support.api_client import client_of
from tests.support.factories import (
    AccountFactory,
    ContactFactory,
    EngagementFactory,
    LeadFactory,
    OpportunityFactory,
    SuppressionFactory,
)
from timeline.assignment.reassess import reassess
from timeline.domain.vocabulary import SuppressionKind
from timeline.models import Association, Engagement, Participant
from timeline.services import calls_and_meetings
from timeline.services.suppression import suppress

URL = "/api/v1/engagements/"


def a_call(**changes):
    return {
        "kind": "call",
        "source": "dialer",
        "external_id": "4711",
        "occurred_at": "2026-11-20T11:00:00.750+01:00",
        "direction": "outbound",
        "subject": "Follow-up",
        "notes": "They want a pilot.",
        "duration_seconds": 900,
        "participants": [
            {"role": "host", "name": "", "address": "Carol@acme.example"},
            {"role": "attendee", "name": "Jane", "address": "jane@globex.example"},
        ],
        **changes,
    }


def test_a_call_is_recorded_with_its_people_and_its_deal(acme, carol):
    account = AccountFactory(organization=acme, name="Globex")
    deal = OpportunityFactory(organization=acme, account=account, owner=carol)
    jane = ContactFactory(organization=acme, account=account, address="jane@globex.example")
    answer = client_of(carol).post(URL, a_call())
    assert answer.status_code == 201
    row = answer.json()
    assert (row["kind"], row["occurred_at"], row["notes"]) == ("call", "2026-11-20T10:00:00Z", "They want a pilot.")
    assert (row["account"]["id"], row["opportunity"]["id"]) == (str(account.pk), str(deal.pk))
    assert row["association"] == {"rule": "most_recently_updated_open", "certain": True}
    assert row["owner"]["email"] == "carol@acme.example"
    assert [(part["address"], part["user"], part["contact"]) for part in row["participants"]] == [
        ("carol@acme.example", str(carol.pk), None),
        ("jane@globex.example", None, str(jane.pk)),
    ]
    associations = Association.objects.filter(engagement=row["id"])
    assert {row.account_id or row.contact_id for row in associations} == {account.pk, jane.pk}


def test_the_same_call_again_changes_nothing(acme, carol):
    client = client_of(carol)
    first = client.post(URL, a_call())
    again = client.post(URL, a_call(subject="Another subject"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert Engagement.objects.count() == 1


def test_the_same_id_of_another_producer_or_organization_is_another_call(acme, carol, mallory):
    client_of(carol).post(URL, a_call())
    assert client_of(carol).post(URL, a_call(source="zoom")).status_code == 201
    assert client_of(mallory).post(URL, a_call()).status_code == 201


def test_a_given_opportunity_is_taken(acme, carol, dave):
    deal = OpportunityFactory(organization=acme, owner=dave)
    row = client_of(carol).post(URL, a_call(opportunity=str(deal.pk))).json()
    assert row["opportunity"]["id"] == str(deal.pk)
    assert row["account"]["id"] == str(deal.account_id)
    assert row["association"] == {"rule": "given", "certain": True}
    assert row["owner"]["email"] == "dave@acme.example"


def test_a_given_account_is_taken(acme, carol):
    account = AccountFactory(organization=acme)
    row = client_of(carol).post(URL, a_call(account=str(account.pk), participants=[])).json()
    assert row["account"]["id"] == str(account.pk)
    assert row["association"]["rule"] == "no_opportunity"
    assert Association.objects.filter(engagement=row["id"], account=account).exists()


def test_a_given_account_stays_whatever_the_crm_says_of_the_people(acme, bob, carol):
    given, globex = AccountFactory(organization=acme), AccountFactory(organization=acme, name="Globex")
    jane = ContactFactory(organization=acme, account=globex, address="jane@globex.example")
    deal = OpportunityFactory(organization=acme, account=globex)
    row = client_of(carol).post(URL, a_call(account=str(given.pk))).json()
    assert (row["account"]["id"], row["opportunity"]) == (str(given.pk), None)
    reassess(organization=acme, changes=CustomerChanges(acme.pk, contacts={jane.pk}))
    for opportunity, account in ((deal, globex), (None, given)):
        answer = client_of(bob).patch(f"{URL}{row['id']}/", {"opportunity": opportunity and str(opportunity.pk)}).json()
        assert answer["account"]["id"] == str(account.pk)
    assert set(Association.objects.exclude(account=None).values_list("account", flat=True)) == {given.pk, globex.pk}


def test_a_call_under_a_given_deal_follows_the_deals_owner(acme, carol, dave):
    deal = OpportunityFactory(organization=acme)
    row = client_of(carol).post(URL, a_call(opportunity=str(deal.pk))).json()
    assert row["owner"]["email"] == "carol@acme.example"
    deal.owner = dave
    deal.save()
    reassess(organization=acme, changes=CustomerChanges(acme.pk, deals={deal.pk}))
    after = client_of(carol).get(f"{URL}{row['id']}/").json()
    assert (after["owner"]["email"], after["association"]["rule"]) == ("dave@acme.example", "given")


def test_a_meeting_with_a_lead_needs_little(acme, carol):
    lead = LeadFactory(organization=acme, address="jo@initech.example")
    body = {
        "kind": "meeting",
        "source": "api",
        "external_id": "m1",
        "occurred_at": "2026-11-20T10:00:00",
        "participants": [{"role": "attendee", "address": "jo@initech.example"}],
    }
    answer = client_of(carol).post(URL, body)
    assert answer.status_code == 201
    row = answer.json()
    assert row["participants"][0]["lead"] == str(lead.pk)
    assert (row["direction"], row["duration_seconds"], row["occurred_at"]) == (None, None, "2026-11-20T10:00:00Z")
    assert row["owner"]["id"] == str(carol.pk)


def test_a_participant_named_twice_stands_there_once(acme, carol):
    twice = [{"role": "attendee", "name": "", "address": "jane@globex.example"}] * 2
    assert client_of(carol).post(URL, a_call(participants=twice)).status_code == 201
    assert Participant.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "email"), ("kind", "fax"), ("kind", None), ("kind", ["call"]), ("source", "microsoft"), ("source", ""),
        ("source", "Has Space"), ("source", "x" * 41), ("external_id", ""), ("external_id", None),
        ("external_id", "x" * 192), ("external_id", "a\0b"), ("occurred_at", "yesterday"),
        ("occurred_at", None), ("occurred_at", "0001-01-01T00:00:00+14:00"), ("occurred_at", "9999-12-31T23:59:59Z"),
        ("occurred_at", "1969-12-31T23:59:59Z"), ("occurred_at", 5),
        ("direction", "up"), ("subject", "x" * 1001), ("subject", {}), ("subject", "\0"), ("notes", "x" * 100_001),
        ("duration_seconds", -1), ("duration_seconds", "long"),
        ("duration_seconds", 10**12), ("duration_seconds", True), ("participants", "jane"), ("participants", [1]),
        ("participants", [{"role": "boss", "address": "jane@globex.example"}]), ("participants", [{"role": "host"}]),
        ("participants", [{"role": "host", "address": "jane"}]),
        ("participants", [{"role": "host", "address": "x" * 310 + "@globex.example"}]),
        ("participants", [{"role": "host", "name": "x" * 256, "address": "jane@globex.example"}]),
        ("participants", [{"role": "host", "address": f"p{n}@globex.example"} for n in range(501)]),
        ("opportunity", "1"), ("opportunity", 1), ("opportunity", "01937e0a-0000-7000-8000-000000000001"),
        ("account", "x"), ("account", {}), ("account", "01937e0a-0000-7000-8000-000000000001"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name_and_nothing_is_stored(acme, carol, field, value):
    answer = client_of(carol).post(URL, a_call(**{field: value}))
    assert answer.status_code == 400, answer.content
    body = answer.json()
    assert any(name.partition(".")[0] == field for name in body.get("errors", {})) or "JSON" in body["detail"]
    assert not Engagement.objects.exists()


@pytest.mark.parametrize("field", ["kind", "source", "external_id", "occurred_at"])
def test_what_must_be_given_is_named_when_missing(acme, carol, field):
    body = a_call()
    del body[field]
    answer = client_of(carol).post(URL, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_foreign_records_are_refused_as_if_they_did_not_exist(acme, rival, carol):
    deal, account = OpportunityFactory(organization=rival), AccountFactory(organization=rival)
    for field, record in (("opportunity", deal), ("account", account)):
        answer = client_of(carol).post(URL, a_call(**{field: str(record.pk)}))
        assert answer.status_code == 400
        assert record.name not in answer.content.decode()


def test_people_of_another_organization_are_not_recognized(acme, rival, carol, mallory):
    ContactFactory(organization=rival, address="jane@globex.example")
    people = [{"role": "attendee", "address": "jane@globex.example"}, {"role": "host", "address": mallory.email}]
    row = client_of(carol).post(URL, a_call(participants=people)).json()
    assert [(part["contact"], part["lead"], part["user"]) for part in row["participants"]] == [(None, None, None)] * 2
    assert row["account"] is None


def test_a_deleted_call_does_not_come_back(acme, alice):
    client = client_of(alice)
    row = client.post(URL, a_call()).json()
    assert client.delete(f"{URL}{row['id']}/").status_code == 204
    answer = client.post(URL, a_call())
    assert answer.status_code == 410
    assert "deleted" in answer.json()["detail"]
    assert not Engagement.objects.exists()


def test_nothing_is_recorded_with_an_erased_person(acme, carol):
    SuppressionFactory(organization=acme)
    suppress(acme, [(SuppressionKind.ADDRESS, "jane@globex.example")])
    answer = client_of(carol).post(URL, a_call())
    assert answer.status_code == 409
    assert "erased" in answer.json()["detail"]
    assert not Engagement.objects.exists()


def test_a_call_that_the_caller_may_not_see_is_not_shown_by_reporting_it_again(acme, carol, dave):
    EngagementFactory(
        organization=acme, kind="call", source="dialer", external_id="4711", owner=dave, subject="Secret",
        visibility=Visibility.OWNER_ONLY,
    )  # fmt: skip
    answer = client_of(carol).post(URL, a_call())
    assert answer.status_code == 409
    assert "Secret" not in answer.content.decode()


def test_the_organizations_visibility_is_the_calls(acme, carol):
    acme.visibility = Visibility.OWNER_ONLY
    acme.save()
    answer = client_of(carol).post(URL, a_call())
    assert answer.status_code == 201
    assert answer.json()["notes"] == "They want a pilot."
    assert Engagement.objects.get().visibility == Visibility.OWNER_ONLY


@pytest.mark.services
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_of_two_that_report_the_same_call_at_once_the_second_gets_the_firsts(acme, carol, monkeypatch):
    """The other report slips in between the look-up and the write."""
    client, other_client = client_of(carol), client_of(carol)
    client.post(URL, a_call(external_id="before"))  # whose source it is stands: a first claim lets others wait for it
    answers: list[Any] = []

    def report_first():
        try:
            return other_client.post(URL, a_call(subject="First"))
        finally:
            connections.close_all()

    def slip_in(*arguments):
        if not answers:
            answers.append(None)
            with ThreadPoolExecutor(1) as pool:
                answers[0] = pool.submit(report_first).result()

    monkeypatch.setattr(calls_and_meetings, "_refuse_suppressed", slip_in)
    answer = client.post(URL, a_call(subject="Second"))
    assert (answers[0].status_code, answer.status_code) == (201, 200)
    assert answer.json() == answers[0].json()
    assert Engagement.objects.count() == 2


@pytest.mark.parametrize(
    "body",
    [
        b'{"subject": "\\ud800"}', b'{"notes": "\\udfff"}', b'{"duration_seconds": 1e400}', b'{"subject": NaN}',
        b'{"subject": Infinity}', b'{"duration_seconds": ' + b"9" * 5000 + b"}", b'{"kind": "call", "kind": "fax"}',
    ],
)  # fmt: skip
def test_json_that_no_text_or_number_column_holds_is_refused(acme, carol, body):
    answer = client_of(carol).send("POST", URL, body)
    assert answer.status_code == 400
