"""Where Graph's documentation leaves room, every way it may go ends with the same rows."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from mailsync.domain.vocabulary import MailboxState, RunKind
from mailsync.models import FolderCursor, Mailbox, MailboxWalk, Sighting, SyncRun
from mailsync.sync import fetching
from tests.support.mailboxes import RITA, World, follow_deletions
from tests.support.syncing import stored_ids

FOREVER = -1
FOLDERS = int(os.environ.get("MANY_FOLDERS", "45"))
TREE = r"mailFolders/delta"
ITEM = r"^/me/messages/[^?/]+\?"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_PAUSE_SECONDS", 0.0)


def seen_since(world: World, runs: int) -> int:
    return sum(run.seen for run in SyncRun.objects.filter(mailbox=world.mailbox).order_by("started_at")[runs:])


@pytest.mark.parametrize("status", [400, 404, 501])
def test_a_server_without_a_delta_of_folders_has_its_tree_walked(world: World, status):
    world.control.fault("status", path=TREE, status=status, count=FOREVER)
    assert world.sync().is_in_sync
    folder = world.control.create_folder(RITA, "Made later")
    world.deliver(subject="In a folder made later", folder=folder["id"])
    assert world.sync().is_in_sync
    assert world.is_exact()


@pytest.mark.parametrize("status", [400, 404, 405, 501])
def test_a_server_that_takes_no_continuation_in_a_batch_is_asked_folder_by_folder(synced: World, status):
    synced.control.fault("batch_item", path="/delta", status=status, code="BadRequest", count=FOREVER)
    for number in range(2):
        runs = SyncRun.objects.count()
        synced.deliver(subject=f"News {number}")
        assert synced.sync().is_in_sync
        assert seen_since(synced, runs) == 1, "no folder was read anew"
    assert synced.is_exact()


@pytest.mark.parametrize("cap", [20, 5_000])
def test_a_server_that_does_not_sort_is_read_in_its_own_order(world: World, cap):
    world.control.switch(filter_cap=cap)
    world.control.fault("status", path="orderby", status=400, code="InefficientFilter", count=FOREVER)
    assert world.sync().is_in_sync
    assert world.is_exact()


@pytest.mark.parametrize("fault", ["sync_state_gone", "504", "empty_503", "truncated_json"])
def test_changes_of_the_tree_that_are_not_told_make_it_be_walked_at_once(synced: World, fault):
    folder = synced.control.create_folder(RITA, "Made meanwhile")
    synced.deliver(subject="In a folder made meanwhile", folder=folder["id"])
    synced.control.fault(fault, path=TREE)
    synced.round()
    synced.skip_waits()
    synced.round()
    assert synced.state() == MailboxState.IN_SYNC
    assert synced.is_exact()


def test_a_mailbox_whose_folders_fill_a_batch_survives_a_forgotten_tree(synced: World):
    folders = FolderCursor.objects.filter(mailbox=synced.mailbox, is_gone=False).count()
    for number in range(20 - folders):
        synced.control.create_folder(RITA, f"Customer {number}")
    synced.sync()
    assert FolderCursor.objects.filter(mailbox=synced.mailbox, is_gone=False).count() == 20
    Mailbox.objects.update(folders_walked_at=timezone.now() - timedelta(hours=2))
    synced.deliver(subject="While the tree was forgotten")
    synced.control.fault("sync_state_gone", path=f"{TREE}.*token", count=FOREVER)
    assert synced.sync().is_in_sync
    assert synced.is_exact()


def test_a_mailbox_of_many_folders_nested_deep_is_read_to_its_last_one(world: World):
    parent = "inbox"
    for number in range(FOLDERS):
        made = world.control.create_folder(RITA, f"Level {number}", parent=parent)
        if number < FOLDERS * 2 // 3:
            parent = made["id"]
    world.deliver(subject="At the bottom", folder=parent)
    world.deliver(subject="In the last one", folder=made["id"])
    assert world.sync().is_in_sync
    assert world.is_exact()
    world.deliver(subject="Later, at the bottom", folder=parent)
    assert world.sync().kept == 1


def test_more_mails_of_one_second_than_a_page_holds_are_all_listed(world: World, monkeypatch):
    monkeypatch.setattr("mailsync.sync.mail_run.PAGE_SIZE", 4)
    world.control.switch(filter_cap=5)
    moment = world.truth()[0]["received"]
    for number in range(14):
        world.deliver(subject=f"At once {number}", received=moment)
    assert world.sync().is_in_sync
    assert world.is_exact()


def test_a_listing_whose_next_link_leads_back_ends_and_is_told(synced: World):
    Mailbox.objects.update(reconcile_at=timezone.now())
    synced.control.fault("next_link_loop", path=r"^/me/messages\?")
    synced.round()
    assert SyncRun.objects.filter(kind=RunKind.RECONCILIATION).latest("started_at").ended_by == "RepeatedLink"
    synced.control.clear_faults()
    synced.sync()
    assert MailboxWalk.objects.get().ended_at


def test_a_folder_that_vanishes_while_it_is_listed_ends_nothing_but_itself(world: World, monkeypatch):
    monkeypatch.setattr("mailsync.sync.mail_run.PAGE_SIZE", 3)
    world.control.switch(filter_cap=4)
    folder = world.control.create_folder(RITA, "Short-lived")
    for number in range(9):
        world.deliver(subject=f"Going {number}", folder=folder["id"])  # all at one second, of which the cap takes four
    world.control.fault("status", path=f"{folder['id']}/messages\\?", status=404, code="ErrorItemNotFound", after=1)
    world.sync()
    assert world.control.get("faults")[0]["struck"] == 1
    assert world.sync().is_in_sync
    assert world.is_exact()


@pytest.mark.parametrize(("status", "code"), [(403, "ErrorAccessDenied"), (500, "ErrorCorruptData"), (503, "")])
def test_a_mail_that_is_refused_is_not_taken_for_deleted(synced: World, graceless, status, code):
    follow_deletions(synced)
    copy = synced.deliver(subject="Refused for a while")
    synced.sync()
    moved = synced.control.move(RITA, copy["id"], "archive")
    synced.control.move(RITA, moved["id"], "inbox")  # all that is told is its removal
    synced.control.fault("batch_item", path=ITEM, status=status, code=code, count=FOREVER)
    synced.sync()
    synced.sync()
    assert synced.organization.emails.filter(engagement__subject="Refused for a while").exists()
    synced.control.clear_faults()
    assert synced.sync().is_in_sync
    assert synced.is_exact()
    assert Sighting.objects.get(copy_id=copy["immutable_id"]).missing_since is None


def test_a_single_mail_in_an_outage_of_items_is_waited_for(synced: World):
    synced.deliver(subject="The only news")
    synced.control.fault("batch_item", path=ITEM, status=503, count=FOREVER)
    synced.round()
    assert synced.state() == MailboxState.CATCHING_UP
    synced.control.clear_faults()
    synced.skip_waits()
    synced.round()
    assert synced.state() == MailboxState.IN_SYNC
    assert synced.is_exact()


def test_several_poison_mails_of_one_page_do_not_stop_the_mailbox(synced: World):
    poison = [synced.deliver(subject=f"Poison {number}")["immutable_id"] for number in range(3)]
    for copy_id in poison:
        synced.control.fault("batch_item", path=copy_id.rstrip("="), status=500, count=FOREVER)
    assert synced.sync().is_in_sync
    assert SyncRun.objects.latest("started_at").failed == 3
    synced.deliver(subject="Behind them")
    assert synced.sync().kept == 1


def test_what_could_not_be_read_is_looked_for_until_it_can_be_however_old_it_is(synced: World):
    rows = sorted((row for row in synced.truth() if row["import"]), key=lambda row: row["received"])
    oldest = Sighting.objects.get(copy_id=rows[0]["id"])
    oldest.email.engagement.delete()
    synced.control.fault("batch_item", path=rows[0]["id"].rstrip("="), status=500, count=FOREVER)
    waits = []
    for _ in range(3):
        Mailbox.objects.update(reconcile_at=timezone.now())
        synced.round()
        mailbox = Mailbox.objects.get(pk=synced.mailbox.pk)
        waits.append(mailbox.reconcile_at - mailbox.last_reconciled_at)
    assert waits == sorted(set(waits)), "each time less soon"
    synced.control.clear_faults()
    Mailbox.objects.update(reconcile_at=timezone.now())
    synced.round()
    assert stored_ids(synced.mailbox) == synced.wanted_ids()
