"""Off means off: nothing more is fetched from that moment, also in the middle of a run."""

import pytest

from mailsync.domain.vocabulary import MailboxState
from mailsync.models import FolderCursor, Mailbox, Sighting, SyncRun
from mailsync.services.switch import StillImporting, delete_imported, set_import
from mailsync.sync.mail_run import Terms
from tests.support.mailboxes import JONAS, RITA, World


@pytest.mark.parametrize("page", [1, 2, 4])
def test_switched_off_in_the_middle_of_a_run_nothing_more_is_requested_or_written(world: World, page):
    log: list[int] = []

    def off(run):
        log.append(1)
        if len(log) == page:
            set_import(user=run.mailbox.user, enabled=False)
            log.append(world.last_log())
            log.append(Sighting.objects.count())

    world.round(terms=Terms(on_progress=off, slice_length=None))
    *_, last, sightings = log
    assert not [entry for entry in world.log(last) if "/me" in entry["path"] or "batch" in entry["path"]]
    assert Sighting.objects.count() == sightings
    assert world.state() == MailboxState.OFF
    run = SyncRun.objects.get(mailbox=world.mailbox)
    assert run.ended_by == "switched_off"
    assert Mailbox.objects.get(pk=world.mailbox.pk).claim == ""


def test_switched_on_again_it_goes_on_and_ends_with_the_same_rows(world: World):
    def off(run):
        set_import(user=run.mailbox.user, enabled=False)

    world.round(terms=Terms(on_progress=off, slice_length=None))
    set_import(user=world.mailbox.user, enabled=True)
    assert world.sync().is_in_sync
    assert world.is_exact()


def test_a_mailbox_that_is_off_is_never_asked_for(synced: World):
    set_import(user=synced.mailbox.user, enabled=False)
    last = synced.last_log()
    synced.round()
    assert synced.log(last) == []


def test_what_was_imported_stays_when_it_is_switched_off(synced: World):
    before = synced.rows()
    set_import(user=synced.mailbox.user, enabled=False)
    assert synced.rows() == before


def test_what_was_imported_is_deleted_only_when_it_is_off(synced: World):
    with pytest.raises(StillImporting):
        delete_imported(mailbox=synced.mailbox, actor=synced.mailbox.user)


def test_deleting_what_was_imported_leaves_a_colleagues_copies(enter):
    world = enter(RITA, JONAS)
    for mailbox in world.mailboxes:
        world.sync(mailbox)
    world.control.deliver(from_=world.customer(), to=[RITA, JONAS], subject="To both", text="Hello")
    for mailbox in world.mailboxes:
        world.sync(mailbox)
    jonas_keeps = set(Sighting.objects.filter(mailbox=world.mailboxes[1]).values_list("email", flat=True))
    user = world.mailbox.user
    set_import(user=user, enabled=False)
    deleted = delete_imported(mailbox=world.mailbox, actor=user)
    assert deleted > 0
    assert set(world.organization.emails.values_list("pk", flat=True)) == jonas_keeps
    assert world.organization.emails.filter(engagement__subject="To both").exists()
    assert not Sighting.objects.filter(mailbox=world.mailbox).exists()
    assert not FolderCursor.objects.filter(mailbox=world.mailbox).exists()
    assert world.organization.audit_events.filter(verb="deleted", actor=user).exists()


def test_switching_on_after_deleting_brings_the_mail_in_anew(synced: World):
    user = synced.mailbox.user
    set_import(user=user, enabled=False)
    delete_imported(mailbox=synced.mailbox, actor=user)
    assert not synced.organization.emails.exists()
    set_import(user=user, enabled=True)
    assert synced.sync().is_in_sync
    assert synced.is_exact()
