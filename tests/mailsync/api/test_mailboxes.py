"""Mailboxes and the caller's switch by the API."""

from datetime import timedelta

import pytest

from accounts.domain.vocabulary import ConnectionState
from accounts.models import AuditEvent
from mailsync.domain.vocabulary import MailboxState, RunKind
from mailsync.models import Mailbox
from tests.support.api_client import client_of
from tests.support.factories import A_MONDAY, MailboxFactory, MicrosoftConnectionFactory, SyncRunFactory, UserFactory

MAILBOXES, ME = "/api/v1/mailboxes/", "/api/v1/me/"

pytestmark = pytest.mark.usefixtures("queued")


def test_one_mailbox_has_exactly_the_shape_of_the_contract(acme, carol):
    mailbox = MailboxFactory(
        user=carol, last_synced_at=A_MONDAY + timedelta(microseconds=9), progress_done=4000, progress_total=4000
    )
    counts = {"seen": 12, "kept": 2, "dropped": {"no_crm_match": 8, "internal": 2}, "failed": 0}
    SyncRunFactory(mailbox=mailbox, seen=99)
    SyncRunFactory(mailbox=mailbox, started_at=A_MONDAY + timedelta(minutes=15), **counts)
    SyncRunFactory(mailbox=mailbox, started_at=A_MONDAY + timedelta(minutes=20), kind=RunKind.RECONCILIATION)
    assert client_of(carol).get(f"{MAILBOXES}{mailbox.pk}/").json() == {
        "id": str(mailbox.pk),
        "user": {"id": str(carol.pk), "email": "carol@acme.example", "name": "Carol"},
        "import_email_conversations": True,
        "state": "in_sync",
        "state_reason": "",
        "next_step": "",
        "last_synced_at": "2026-11-16T09:00:00Z",
        "not_before": None,
        "progress": {"done": 4000, "total": 4000},
        "last_run": counts,
    }


@pytest.mark.parametrize("state", list(MailboxState))
def test_every_state_can_be_told(acme, carol, state):
    mailbox = MailboxFactory(user=carol, state=state, not_before=A_MONDAY)
    row = client_of(carol).get(f"{MAILBOXES}{mailbox.pk}/").json()
    assert (row["state"], row["not_before"], row["last_run"]) == (state.value, "2026-11-16T09:00:00Z", None)
    assert isinstance(row["next_step"], str)


def test_a_stopped_mailbox_says_what_mends_it(acme, carol):
    mailbox = MailboxFactory(user=carol, state=MailboxState.NEEDS_SIGN_IN, state_reason="AADSTS50173")
    row = client_of(carol).get(f"{MAILBOXES}{mailbox.pk}/").json()
    assert row["state_reason"] == "AADSTS50173"
    assert "Connect Microsoft 365 again" in row["next_step"]


def test_a_rep_sees_the_own_mailbox_managers_and_admins_all(acme, alice, bob, carol, dave, mallory):
    mine = MailboxFactory(user=carol)
    theirs = MailboxFactory(user=dave)
    MailboxFactory(user=mallory)
    for user, expected in ((carol, {mine}), (bob, {mine, theirs}), (alice, {mine, theirs})):
        rows = client_of(user).get(MAILBOXES).json()["results"]
        assert {row["id"] for row in rows} == {str(mailbox.pk) for mailbox in expected}
    for path in ("", "runs/"):
        assert client_of(carol).get(f"{MAILBOXES}{theirs.pk}/{path}").status_code == 404
    assert client_of(carol).post(f"{MAILBOXES}{theirs.pk}/sync/").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_page(acme, alice, django_assert_max_num_queries):
    client = client_of(alice)
    SyncRunFactory(mailbox=MailboxFactory(user=alice))
    client.get(MAILBOXES)  # the token's last use is noted once
    with django_assert_max_num_queries(4) as few:
        client.get(MAILBOXES)
    for _ in range(5):
        mailbox = MailboxFactory(user=UserFactory(organization=acme))
        SyncRunFactory.create_batch(3, mailbox=mailbox)
    with django_assert_max_num_queries(len(few)):
        assert len(client.get(MAILBOXES).json()["results"]) == 6


def test_filters_narrow(acme, alice, carol):
    MailboxFactory(user=alice)
    mailbox = MailboxFactory(user=carol, state=MailboxState.THROTTLED)
    for query in ("state=throttled", f"user={carol.pk}"):
        rows = client_of(alice).get(f"{MAILBOXES}?{query}").json()["results"]
        assert [row["id"] for row in rows] == [str(mailbox.pk)]
    assert client_of(alice).get(f"{MAILBOXES}?state=fine").status_code == 400


def test_a_sync_can_be_asked_for(acme, carol, queued, django_capture_on_commit_callbacks):
    mailbox = MailboxFactory(user=carol)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client_of(carol).post(f"{MAILBOXES}{mailbox.pk}/sync/")
    assert answer.status_code == 202
    mailbox.refresh_from_db()
    assert mailbox.is_awaited
    assert len(queued) == 1
    assert AuditEvent.objects.get(verb="requested_sync").actor == carol


def test_a_switched_off_mailbox_is_not_synced(acme, carol, queued):
    mailbox = MailboxFactory(user=carol, import_enabled=False, state=MailboxState.OFF)
    answer = client_of(carol).post(f"{MAILBOXES}{mailbox.pk}/sync/")
    assert answer.status_code == 409
    assert "switch it on" in answer.json()["detail"]
    assert queued == []


def test_runs_tell_what_each_did_in_counts(acme, carol):
    mailbox = MailboxFactory(user=carol)
    for minutes in range(3):
        SyncRunFactory(mailbox=mailbox, started_at=A_MONDAY + timedelta(minutes=minutes), seen=minutes)
    client = client_of(carol)
    page = client.get(f"{MAILBOXES}{mailbox.pk}/runs/?page_size=2").json()
    assert [run["seen"] for run in page["results"]] == [2, 1]
    assert page["results"][0]["started_at"] == "2026-11-16T09:02:00Z"
    assert [run["seen"] for run in client.get(page["next"]).json()["results"]] == [0]


def test_me_says_who_is_calling(acme, carol):
    assert client_of(carol).get(ME).json() == {
        "id": str(carol.pk), "email": "carol@acme.example", "name": "Carol", "role": "rep", "may_sync": True,
        "organization": {"id": str(acme.pk), "name": "Acme", "slug": "acme"}, "import_email_conversations": False,
        "mailbox": None,
    }  # fmt: skip


def test_the_switch_is_turned_on_and_off(acme, carol, queued, django_capture_on_commit_callbacks):
    MicrosoftConnectionFactory(user=carol, state=ConnectionState.CONNECTED)
    client = client_of(carol)
    with django_capture_on_commit_callbacks(execute=True):
        on = client.patch(ME, {"import_email_conversations": True})
    assert (on.status_code, on.json()["import_email_conversations"]) == (200, True)
    assert on.json()["mailbox"]["state"] == "connecting"
    assert len(queued) == 1
    off = client.patch(ME, {"import_email_conversations": False})
    assert (off.status_code, off.json()["mailbox"]["state"]) == (200, "off")


def test_switching_on_without_a_connection_says_what_is_missing(acme, carol, queued):
    answer = client_of(carol).patch(ME, {"import_email_conversations": True})
    assert answer.status_code == 200
    assert "Connect Microsoft 365" in answer.json()["mailbox"]["next_step"]


def test_somebody_not_designated_cannot_switch_on(acme, carol):
    carol.may_sync = False
    carol.save()
    answer = client_of(carol).patch(ME, {"import_email_conversations": True})
    assert answer.status_code == 403
    assert not Mailbox.objects.filter(import_enabled=True).exists()


@pytest.mark.parametrize(
    "body",
    [{}, {"import_email_conversations": "yes"}, {"import_email_conversations": 1}, {"import_email_conversations": None},
     {"import_email_conversations": []}, {"import_email_conversations": True, "role": "admin"}, {"role": "admin"}],
)  # fmt: skip
def test_the_switch_is_not_guessed_and_nothing_else_changes(acme, carol, body):
    assert client_of(carol).patch(ME, body).status_code == 400
    carol.refresh_from_db()
    assert carol.role == "rep"
    assert not Mailbox.objects.exists()
