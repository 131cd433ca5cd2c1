"""The dispatcher: what is due is queued once, evenly and within limits, and what was lost comes back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mailsync.models import Mailbox
from mailsync.services import fleet
from mailsync.services.fleet import dispatch_due
from tests.support.factories import MailboxFactory

pytestmark = pytest.mark.usefixtures("at_once")


def read(*mailboxes: Mailbox) -> list[tuple[str, str]]:
    """What is queued where these are to be read, in this order."""
    return [("mailsync.sync_mailbox", str(each.pk)) for each in mailboxes]


def due_mailbox(minutes: float = 1, **columns) -> Mailbox:
    return MailboxFactory(import_enabled=True, due_at=timezone.now() - timedelta(minutes=minutes), **columns)


def test_due_mailboxes_are_queued_once(db, queued):
    mailbox = due_mailbox()
    MailboxFactory(import_enabled=True, due_at=timezone.now() + timedelta(minutes=5))
    MailboxFactory(import_enabled=False, due_at=timezone.now() - timedelta(minutes=5))
    MailboxFactory(import_enabled=True, due_at=None)
    assert dispatch_due(now=timezone.now()) == 1
    assert dispatch_due(now=timezone.now()) == 0
    assert queued == read(mailbox)


def test_a_task_that_was_lost_is_queued_again_after_a_while(db, queued):
    due_mailbox()
    dispatch_due(now=timezone.now())
    assert dispatch_due(now=timezone.now() + timedelta(minutes=11)) == 1


def test_a_mailbox_being_read_or_told_to_wait_is_left_alone(db, queued):
    later = timezone.now() + timedelta(minutes=4)
    due_mailbox(claim="somebody", claimed_until=later)
    due_mailbox(not_before=later)
    assert dispatch_due(now=timezone.now()) == 0


def test_a_claim_whose_lease_ran_out_does_not_hold_a_mailbox_back(db, queued):
    due_mailbox(claim="dead", claimed_until=timezone.now() - timedelta(seconds=1))
    assert dispatch_due(now=timezone.now()) == 1


def test_the_limit_of_an_organization_leaves_room_for_others(db, queued, settings, acme, rival):
    settings.SYNC_MOST_AT_ONCE_PER_ORGANIZATION = 3
    for minutes in range(10, 16):
        due_mailbox(minutes, organization=acme)
    late = due_mailbox(1, organization=rival)
    assert dispatch_due(now=timezone.now()) == 4
    assert read(late)[0] in queued


def test_a_person_who_waits_goes_first_and_beyond_the_limit(db, queued, settings):
    settings.SYNC_MOST_AT_ONCE = 1
    due_mailbox(30)
    awaited = due_mailbox(1, is_awaited=True)
    dispatch_due(now=timezone.now())
    assert queued == read(awaited)


def test_the_number_of_queries_does_not_grow_with_what_is_waiting(db, queued, settings, django_assert_max_num_queries):
    settings.SYNC_MOST_AT_ONCE = 1
    for minutes in range(1, 30):
        due_mailbox(minutes)
    with django_assert_max_num_queries(4):
        dispatch_due(now=timezone.now())


def test_whom_somebody_waits_for_is_queued_first(db, queued):
    waits_longest, awaited = due_mailbox(9), due_mailbox(1, is_awaited=True)
    dispatch_due(now=timezone.now())
    assert queued == read(awaited, waits_longest)


def test_whom_somebody_waits_for_is_seen_however_many_are_due_for_longer(db, queued, monkeypatch):
    monkeypatch.setattr(fleet, "_LOOKED_AT", 2)
    waits_longest, awaited = due_mailbox(9), due_mailbox(1, is_awaited=True)
    due_mailbox(8)
    dispatch_due(now=timezone.now())
    assert queued == read(awaited, waits_longest)


@pytest.mark.parametrize(("seconds", "taken"), [(-1, 1), (1, 0)])
def test_a_claim_takes_room_in_its_organization_while_its_lease_runs(db, queued, settings, acme, seconds, taken):
    settings.SYNC_MOST_AT_ONCE_PER_ORGANIZATION = 1
    now = timezone.now()
    lease = {"claim": "somebody", "claimed_until": now + timedelta(seconds=seconds)}
    MailboxFactory(organization=acme, import_enabled=True, due_at=now + timedelta(minutes=9), **lease)
    due_mailbox(organization=acme)
    assert dispatch_due(now=now) == taken
