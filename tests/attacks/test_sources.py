"""Calls and meetings reported under another person's name: refused, whatever id is tried."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, AuditEvent, User
from tests.support.api_client import PREFIX, client_of, description
from tests.support.browser import browser_of
from timeline.models import ActivitySource, Engagement

pytestmark = pytest.mark.django_db

URL = f"{PREFIX}engagements/"


def a_call(**changes: Any) -> dict[str, Any]:
    body = {"kind": "call", "source": "dialer", "external_id": "4711", "occurred_at": "2026-11-20T10:00:00Z"}
    return body | {"subject": "Follow-up", "participants": []} | changes


def report(user: User, **changes: Any) -> Any:
    return client_of(user).post(URL, a_call(**changes))


def test_a_source_is_whose_it_was_first(acme, carol: User, dave: User, alice: User):
    assert report(carol).status_code == 201
    for other in (dave, alice):
        answer = report(other, external_id="4712")
        assert answer.status_code == 403
        assert "belongs to another person" in answer.json()["detail"]
        assert "hand it over" in answer.json()["detail"]
    assert report(carol, external_id="4712").status_code == 201
    assert report(dave, source="notes").status_code == 201


def test_nobody_takes_an_id_before_the_source_reports_it(acme, carol: User, dave: User):
    report(carol, external_id="first")
    assert report(dave, external_id="4711", subject="Forged").status_code == 403
    answer = report(carol, external_id="4711", subject="True")
    assert (answer.status_code, answer.json()["subject"]) == (201, "True")


def test_whether_a_call_is_known_is_told_to_its_source_alone(acme, carol: User, dave: User):
    report(carol, external_id="known")
    answers = {report(dave, external_id=each).content for each in ("known", "unknown", "x" * 191)}
    assert len(answers) == 1


def test_a_refused_report_leaves_nothing(acme, carol: User, dave: User):
    report(carol)
    before = Engagement.objects.count(), ActivitySource.objects.count(), AuditEvent.objects.count()
    report(dave, external_id="x")
    assert (Engagement.objects.count(), ActivitySource.objects.count(), AuditEvent.objects.count()) == before


def test_a_revoked_token_takes_its_source_with_it_to_nobody_else(acme, carol: User, dave: User):
    report(carol)
    ApiToken.objects.all().delete()
    assert report(dave, external_id="x").status_code == 403
    assert report(carol, external_id="x").status_code == 201, "the next token of the same person reports on"
    browser = browser_of(carol)
    assert browser.post(URL, a_call(external_id="y"), content_type="application/json").status_code == 201


def test_a_source_of_somebody_who_left_waits_for_an_admin(acme, carol: User, dave: User, alice: User):
    report(carol)
    User.objects.filter(pk=carol.pk).update(is_active=False)
    assert report(dave, external_id="x").status_code == 403
    source = ActivitySource.objects.get()
    page = reverse("admin:timeline_activitysource_change", args=[source.pk])
    assert Client().post(page, {"user": str(dave.pk)}).status_code == 302
    assert browser_of(dave).post(page, {"user": str(dave.pk)}).status_code == 302
    assert report(dave, external_id="x").status_code == 403
    browser_of(alice).post(page, {"user": str(dave.pk)})
    assert report(dave, external_id="x").status_code == 201
    assert AuditEvent.objects.filter(verb="changed", subject_id=str(source.pk), actor=alice).exists()


def test_an_admin_hands_over_only_own_sources_and_only_to_own_people(acme, carol: User, alice: User, eve: User):
    report(carol)
    source = ActivitySource.objects.get()
    page = reverse("admin:timeline_activitysource_change", args=[source.pk])
    browser_of(eve).post(page, {"user": str(eve.pk)})
    browser_of(alice).post(page, {"user": str(eve.pk)})
    source.refresh_from_db()
    assert source.user == carol


def test_organizations_do_not_share_names(acme, carol: User, eve: User):
    assert report(carol).status_code == 201
    assert report(eve).status_code == 201
    assert ActivitySource.objects.filter(name="dialer").count() == 2


@pytest.mark.parametrize(
    "name", ["microsoft", "Microsoft", "MICROSOFT", " microsoft", "microsoft ", "micro\u200bsoft", "ｍicrosoft"]
)
def test_the_name_of_what_mailboxes_bring_in_is_nobodys(acme, carol: User, name: str):
    answer = report(carol, source=name)
    assert answer.status_code == 400
    assert "source" in answer.json()["errors"]
    assert not ActivitySource.objects.exists()


def test_the_first_use_is_on_the_trail(acme, carol: User):
    report(carol)
    report(carol, external_id="4712")
    (event,) = AuditEvent.objects.filter(subject_type="activitysource")
    assert (event.verb, event.actor, event.detail) == ("added", carol, {"name": "dialer"})


@pytest.mark.services
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_a_name_at_once_one_gets_it(acme, carol: User, dave: User):
    clients = [client_of(user) for user in (carol, dave)] * 3
    description()  # is not made by several threads at once

    def post(number: int) -> int:
        try:
            return int(clients[number].post(URL, a_call(external_id=str(number))).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(post, range(len(clients))))
    assert sorted(answers) == [201] * 3 + [403] * 3
    owner = ActivitySource.objects.get().user_id
    assert {row.external_id for row in Engagement.objects.all()} == {
        str(number) for number in range(6) if [carol.pk, dave.pk][number % 2] == owner
    }
