"""/healthz, /readyz and /metrics."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from jiminny_sync import health
from mailsync.domain.vocabulary import MailboxState
from mailsync.models import MailboxWalk
from tests.support.factories import A_MONDAY, ChangeFactory, MailboxFactory, SyncRunFactory
from timeline.changes.following import follow
from timeline.models import Change, IndexBuild


def test_healthz_answers_without_asking_anything(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_says_that_its_services_answer(client, settings):
    settings.ELASTICSEARCH_URL = ""
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "broker": "ok"}


@pytest.mark.django_db
def test_readyz_names_what_does_not_answer_and_nothing_more(client, settings, monkeypatch):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "broker": "ok", "search": "does not answer"}


@pytest.mark.django_db
def test_readyz_says_how_far_search_is_behind(client, settings, monkeypatch):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    monkeypatch.setattr(health, "_ask_search", lambda: None)
    assert client.get("/readyz").json()["search"] == "ok"

    organization = ChangeFactory().organization
    ChangeFactory(organization=organization)
    Change.objects.update(recorded_at=timezone.now() - timedelta(seconds=42))
    IndexBuild.objects.create(index="next", alive_at=timezone.now(), done=400, total=2000)
    answer = client.get("/readyz")
    assert answer.status_code == 200, "the database answers meanwhile"
    found = re.fullmatch(r"ok; 2 changes wait, the oldest for (\d+) s; building: 400 of 2000", answer.json()["search"])
    assert found is not None
    assert 42 <= int(found[1]) < 100


@pytest.mark.django_db
def test_metrics_count_mailboxes_runs_and_lags(client):
    now = timezone.now()
    mailbox = MailboxFactory(last_synced_at=now - timedelta(minutes=20), due_at=now - timedelta(minutes=6))
    stopped = MailboxFactory(state=MailboxState.NEEDS_SIGN_IN, state_reason="AADSTS50173", reconciliation_gap=3)
    MailboxFactory(state=MailboxState.INITIAL, state_reason="HTTP 503")
    MailboxFactory(state=MailboxState.CATCHING_UP, state_reason='HTTP 503"} 1\nevil 1')
    for ended_at in (now, now - timedelta(hours=30), None):
        MailboxWalk.objects.create(
            mailbox=stopped, kind="reconciliation", since=now, until=now, before=now, started_at=now, ended_at=ended_at,
            found=4, unreadable=2,
        )  # fmt: skip
    dropped = {"no_crm_match": 8, "internal": 2}
    SyncRunFactory(mailbox=mailbox, ended_at=now, is_complete=True, seen=12, kept=2, dropped=dropped, requests=7)
    SyncRunFactory(mailbox=mailbox, ended_at=now - timedelta(hours=2), kept=100)
    ChangeFactory(organization=mailbox.organization)
    text = client.get("/metrics").content.decode()
    for line in (
        'email_sync_mailboxes{state="in_sync"} 1',
        'email_sync_mailboxes{state="needs_sign_in"} 1',
        'email_sync_mailboxes{state="throttled"} 0',
        "email_sync_mailboxes_overdue 1",
        'email_sync_mailboxes_by_cause{state="needs_sign_in",cause="AADSTS50173"} 1',
        'email_sync_mailboxes_by_cause{state="initial",cause="HTTP_503"} 1',
        'email_sync_mailboxes_by_cause{state="catching_up",cause="other"} 1',
        "email_sync_reconciliation_gap 3",
        'email_sync_reconciliation_mails_last_day{outcome="repaired"} 4',
        'email_sync_reconciliation_mails_last_day{outcome="unreadable"} 2',
        'email_sync_runs_last_hour{kind="ongoing",end="complete"} 1',
        'email_sync_mails_last_hour{outcome="kept"} 2',
        'email_sync_mails_last_hour{outcome="no_crm_match"} 8',
        "email_sync_graph_requests_last_hour 7",
    ):
        assert f"\n{line}\n" in text
    (lag,) = re.findall(r"^email_sync_oldest_sync_seconds (\S+)", text, re.MULTILINE)
    assert 1190 < float(lag) < 1300


@pytest.mark.django_db
def test_metrics_name_nobody(client, carol):
    MailboxFactory(user=carol)
    text = client.get("/metrics").content.decode().lower()
    assert "carol" not in text
    assert "acme" not in text


@pytest.mark.django_db
def test_metrics_are_well_formed(client):
    MailboxFactory(state=MailboxState.MAILBOX_UNAVAILABLE, state_reason="MailboxNotEnabledForRESTAPI")
    lines = client.get("/metrics").content.decode().splitlines()
    sample = re.compile(r'^[a-z_]+(\{[a-z]+="[a-z_]+"(,[a-z]+="[A-Za-z0-9_:]+")*\})? -?[0-9.e+]+$')
    assert all(line.startswith(("# HELP ", "# TYPE ")) or sample.match(line) for line in lines)


@pytest.mark.django_db
@time_machine.travel(A_MONDAY, tick=False)
def test_metrics_say_how_long_changes_wait_for_the_sums(client):
    ChangeFactory()
    Change.objects.update(recorded_at=A_MONDAY - timedelta(minutes=7))
    assert "\nemail_sync_sums_lag_seconds 420\n" in client.get("/metrics").content.decode()
    follow(now=A_MONDAY)
    assert "\nemail_sync_sums_lag_seconds 0\n" in client.get("/metrics").content.decode()
