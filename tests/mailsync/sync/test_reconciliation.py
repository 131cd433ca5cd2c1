"""A closed window of the mailbox beside what is stored: a gap is found, mended and told."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mailsync.domain.mailbox_state import RECONCILIATION_GAP
from mailsync.domain.vocabulary import MailboxState, RunKind
from mailsync.models import Mailbox, MailboxWalk, Sighting
from tests.support.mailboxes import World


def make_due(world: World) -> None:
    Mailbox.objects.filter(pk=world.mailbox.pk).update(reconcile_at=timezone.now())


def stored(world: World) -> Mailbox:
    return Mailbox.objects.get(pk=world.mailbox.pk)


def oldest_of(world: World) -> Sighting:
    """The oldest copy: the newest may have come within the half hour that no comparison looks at."""
    return Sighting.objects.filter(mailbox=world.mailbox).earliest("received_at")


def test_a_mailbox_that_is_whole_stays_in_sync_and_is_compared_again_a_day_later(synced: World):
    make_due(synced)
    synced.round()
    mailbox = stored(synced)
    assert (mailbox.state, mailbox.reconciliation_gap) == (MailboxState.IN_SYNC, 0)
    assert mailbox.last_reconciled_at
    assert mailbox.reconcile_at - mailbox.last_reconciled_at == timedelta(days=1)
    walk = MailboxWalk.objects.get(kind=RunKind.RECONCILIATION)
    assert walk.found == 0
    assert walk.looked_at > 0


def test_a_lost_mail_is_brought_in_and_told(synced: World, client: Client):
    lost = Sighting.objects.filter(mailbox=synced.mailbox).order_by("received_at")[:3]
    for sighting in lost:
        sighting.email.engagement.delete()
    assert not synced.is_exact()
    make_due(synced)
    synced.round()
    assert synced.is_exact()
    assert MailboxWalk.objects.get(kind=RunKind.RECONCILIATION).found == 3
    assert stored(synced).reconciliation_gap == 0
    client.force_login(synced.mailbox.user)
    told = " ".join(client.get("/profile/integrations/").content.decode().split())
    assert "3 emails had been missing and were brought in" in told


def test_the_window_ended_before_the_walk_began(synced: World):
    make_due(synced)
    synced.round()
    walk = MailboxWalk.objects.get(kind=RunKind.RECONCILIATION)
    assert walk.until <= walk.started_at - timedelta(minutes=30)


def test_a_gap_that_cannot_be_mended_is_never_shown_as_in_sync(synced: World, monkeypatch):
    monkeypatch.setattr("mailsync.sync.reconciliation._look_again", lambda *_: 2)
    oldest_of(synced).email.engagement.delete()
    make_due(synced)
    synced.round()
    assert stored(synced).reconciliation_gap == 2
    synced.round()
    mailbox = stored(synced)
    assert (mailbox.state, mailbox.state_reason) == (MailboxState.CATCHING_UP, RECONCILIATION_GAP)
    monkeypatch.undo()
    make_due(synced)
    synced.round()
    synced.round()
    assert synced.state() == MailboxState.IN_SYNC


def test_a_stored_mail_that_the_mailbox_no_longer_holds_is_marked_and_confirmed(synced: World, graceless):
    copy = oldest_of(synced)
    item = next(row for row in synced.control.items(synced.mailbox.user.email) if row["immutable_id"] == copy.copy_id)
    synced.control.delete(synced.mailbox.user.email, item["id"], hard=True)
    synced.control.expire_sync_state(synced.mailbox.user.email)
    synced.sync()
    assert Sighting.objects.get(pk=copy.pk).missing_since is None, "after a 410 the removal is not told"
    make_due(synced)
    synced.sync()
    assert Sighting.objects.get(pk=copy.pk).missing_since
    synced.sync()
    assert Sighting.objects.get(pk=copy.pk).gone_at


@pytest.mark.parametrize("kind", ["504", "throttle_429", "empty_503"])
def test_a_comparison_that_is_disturbed_goes_on_later(synced: World, kind):
    oldest_of(synced).email.engagement.delete()
    make_due(synced)
    synced.control.fault(kind, path=r"^/me/messages\?", count=2)
    synced.sync()
    for _ in range(3):
        synced.skip_waits()
        synced.sync()
    assert synced.is_exact()
    assert synced.state() == MailboxState.IN_SYNC
    assert MailboxWalk.objects.get(kind=RunKind.RECONCILIATION).ended_at
