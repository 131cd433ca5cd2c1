"""What people do to their mail between two rounds: moves, removals, drafts, folders."""

import itertools
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError

from core.http.errors import Unavailable
from mailsync.domain.vocabulary import MailboxState
from mailsync.graph.client import DeltaPage, GraphClient
from mailsync.models import FolderCursor, Sighting, SyncRun
from mailsync.sync.folder import Folder
from mailsync.sync.tree import leave_folder
from tests.support.mailboxes import JONAS, RITA, World, follow_deletions


def sighting_of(world: World, copy: dict[str, str]) -> Sighting:
    return Sighting.objects.get(mailbox=world.mailbox, copy_id=copy["immutable_id"])


@pytest.mark.parametrize("is_move_shown", [True, False])
def test_a_moved_mail_keeps_its_email_and_changes_its_folder(synced: World, is_move_shown):
    synced.control.switch(move_shows_add=is_move_shown)
    copy = synced.deliver(subject="Filed away")
    synced.sync()
    moved = synced.control.move(RITA, copy["id"], "archive")
    synced.sync()
    sighting = sighting_of(synced, copy)
    assert sighting.folder_id == moved["folder_id"]
    assert sighting.missing_since is None
    assert synced.is_exact()


@pytest.mark.django_db(transaction=True)
def test_a_move_is_kept_where_every_page_is_written_at_the_second_attempt(synced: World, monkeypatch):
    copy = synced.deliver(subject="Filed away")
    synced.sync()
    moved = synced.control.move(RITA, copy["id"], "archive")
    attempts, save = itertools.count(), Folder.save

    def collide(folder):
        save(folder)
        if next(attempts) % 2 == 0:
            raise OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction")

    monkeypatch.setattr(Folder, "save", collide)
    synced.sync()
    assert next(attempts) > 1
    assert sighting_of(synced, copy).folder_id == moved["folder_id"]
    assert synced.is_exact()


def test_a_mail_that_came_moved_away_and_back_between_two_rounds_is_not_lost(synced: World):
    """Graph then shows nothing but its removal (microsoft-graph-docs#21752)."""
    copy = synced.deliver(subject="There and back")
    moved = synced.control.move(RITA, copy["id"], "archive")
    synced.control.move(RITA, moved["id"], "inbox")
    synced.sync()
    assert sighting_of(synced, copy).email.engagement.subject == "There and back"
    assert synced.is_exact()


def test_a_stored_mail_that_went_away_and_back_stays(synced: World, graceless):
    follow_deletions(synced)
    copy = synced.deliver(subject="Stays")
    synced.sync()
    moved = synced.control.move(RITA, copy["id"], "archive")
    synced.control.move(RITA, moved["id"], "inbox")
    synced.sync()
    synced.sync()
    assert sighting_of(synced, copy).missing_since is None


@pytest.mark.parametrize("is_hard", [True, False])
def test_a_deleted_mail_stays_on_the_timeline_where_the_organization_keeps(synced: World, graceless, is_hard):
    copy = synced.deliver(subject="Deleted in Outlook")
    synced.sync()
    synced.control.delete(RITA, copy["id"], hard=is_hard)
    synced.sync()
    synced.sync()
    assert sighting_of(synced, copy).gone_at is not None
    assert synced.organization.emails.filter(engagement__subject="Deleted in Outlook").exists()
    assert synced.state() == MailboxState.IN_SYNC


@pytest.mark.parametrize("is_hard", [True, False])
def test_a_deleted_mail_goes_where_the_organization_follows(synced: World, graceless, is_hard):
    follow_deletions(synced)
    copy = synced.deliver(subject="Deleted in Outlook")
    synced.sync()
    synced.control.delete(RITA, copy["id"], hard=is_hard)
    synced.sync()
    synced.sync()
    assert not synced.organization.emails.filter(engagement__subject="Deleted in Outlook").exists()
    assert synced.is_exact()


def test_nothing_is_deleted_before_the_grace_is_over(synced: World):
    follow_deletions(synced)
    copy = synced.deliver(subject="Undo")
    synced.sync()
    deleted = synced.control.delete(RITA, copy["id"])
    synced.sync()
    synced.sync()
    assert sighting_of(synced, copy).missing_since is not None
    synced.control.move(RITA, deleted["id"], "inbox")
    synced.sync()
    assert sighting_of(synced, copy).missing_since is None


def test_a_mail_that_comes_out_of_deleted_items_comes_back(synced: World, graceless):
    follow_deletions(synced)
    copy = synced.deliver(subject="Second thoughts")
    synced.sync()
    deleted = synced.control.delete(RITA, copy["id"])
    synced.sync()
    synced.sync()
    synced.control.move(RITA, deleted["id"], "inbox")
    synced.sync()
    assert synced.organization.emails.filter(engagement__subject="Second thoughts").count() == 1


def test_a_colleagues_copy_keeps_the_email(enter, graceless):
    world = enter(RITA, JONAS)
    follow_deletions(world)
    for mailbox in world.mailboxes:
        world.sync(mailbox)
    copies = world.control.deliver(from_=world.customer(), to=[RITA, JONAS], subject="To both", text="Hello")["copies"]
    for _ in range(2):
        for mailbox in world.mailboxes:
            world.sync(mailbox)
    mine = next(copy for copy in copies if copy["mailbox"] == RITA)
    world.control.delete(RITA, mine["id"], hard=True)
    world.sync()
    world.sync()
    email = world.organization.emails.get(engagement__subject="To both")
    assert list(email.sightings.values_list("mailbox", flat=True)) == [world.mailboxes[1].pk]


def test_a_draft_is_left_out_until_it_is_sent_and_then_comes_once(synced: World):
    draft = synced.deliver(from_=RITA, to=[synced.customer()], subject="Offer", folder="drafts", is_draft=True)
    strayed = synced.deliver(from_=RITA, to=[synced.customer()], subject="Offer 2", folder="inbox", is_draft=True)
    synced.sync()
    assert not synced.organization.emails.filter(engagement__subject__startswith="Offer").exists()
    synced.control.send_draft(RITA, draft["id"])
    synced.control.send_draft(RITA, strayed["id"])
    synced.sync()
    sent = synced.organization.emails.filter(engagement__subject__startswith="Offer")
    assert sorted(sent.values_list("engagement__subject", "engagement__direction")) == [
        ("Offer", "outbound"),
        ("Offer 2", "outbound"),
    ]


def test_a_mail_whose_id_changes_is_still_one_email(synced: World, graceless):
    follow_deletions(synced)
    copy = synced.deliver(subject="Exported and imported")
    synced.sync()
    synced.control.do("change_id", mailbox=RITA, id=copy["id"])
    synced.sync()
    synced.sync()
    email = synced.organization.emails.get(engagement__subject="Exported and imported")
    assert email.sightings.count() == 1
    assert synced.is_exact()


def test_a_flag_or_read_mark_brings_nothing_in_twice(synced: World):
    copy = synced.deliver(subject="Read me")
    synced.sync()
    before = synced.rows()
    synced.control.set_read(RITA, copy["id"], is_read=True)
    synced.control.do("touch", mailbox=RITA, id=copy["id"])
    synced.sync()
    assert synced.rows() == before


@pytest.fixture
def partial_rows(monkeypatch):
    """A change of one property comes without the others (microsoft-graph-docs#7776)."""
    real = GraphClient.delta_batch

    def partial(self, links, **arguments):
        changes = real(self, links, **arguments)
        pages = dict(changes.folders)
        for folder, page in pages.items():
            if isinstance(page, DeltaPage) and page.envelopes:
                ids = tuple(envelope.copy_id for envelope in page.envelopes)
                pages[folder] = DeltaPage((), page.removed_ids, ids, page.next_link, page.delta_link)
        return replace(changes, folders=pages)

    monkeypatch.setattr("mailsync.graph.client.GraphClient.delta_batch", partial)


def test_a_partial_row_is_fetched_whole_before_it_is_judged(synced: World, partial_rows):
    """Missing is not null."""
    copy = synced.deliver(subject="Only a read flag was told")
    synced.sync()
    assert sighting_of(synced, copy).email.engagement.subject == "Only a read flag was told"


def test_a_partial_row_that_an_outage_keeps_away_is_taken_with_the_next_round(synced: World, partial_rows, monkeypatch):
    """Alone in its page: counted as failed it would be missing from a mailbox that says it is in sync."""
    copy = synced.deliver(subject="Only a read flag was told")
    real = GraphClient.fetch_envelopes
    monkeypatch.setattr(GraphClient, "fetch_envelopes", lambda _, ids: {each: Unavailable("503") for each in ids})
    synced.round()
    assert synced.state() == MailboxState.CATCHING_UP
    monkeypatch.setattr(GraphClient, "fetch_envelopes", real)
    synced.sync()
    assert sighting_of(synced, copy).email.engagement.subject == "Only a read flag was told"
    assert synced.is_exact()


def test_a_partial_row_that_cannot_be_had_beside_others_is_counted(synced: World, partial_rows):
    poison = synced.deliver(subject="Poison")
    synced.control.fault("poison_item", id=poison["immutable_id"])
    assert synced.sync().is_in_sync
    assert sum(run.failed for run in SyncRun.objects.filter(mailbox=synced.mailbox)) >= 1


def test_a_new_folder_is_read_with_the_next_round_also_when_nested(synced: World):
    project = synced.control.create_folder(RITA, "Projekte 2027")
    nested = synced.control.create_folder(RITA, "Globex", parent=project["id"])
    synced.deliver(subject="In a nested folder", folder=nested["id"])
    synced.sync()
    assert synced.organization.emails.filter(engagement__subject="In a nested folder").exists()
    assert synced.is_exact()


def test_a_renamed_folder_is_not_read_again(synced: World):
    folder = synced.control.create_folder(RITA, "Kunden")
    synced.deliver(subject="Kept in Kunden", folder=folder["id"])
    synced.sync()
    before = synced.rows()
    synced.control.rename_folder(RITA, folder["id"], "Clients")
    tally = synced.sync()
    assert tally.seen == 0
    assert synced.rows() == before


def test_a_folder_that_vanishes_ends_its_cursor_and_its_mail_is_looked_for(synced: World, graceless):
    follow_deletions(synced)
    folder = synced.control.create_folder(RITA, "Short-lived")
    synced.deliver(subject="Went with its folder", folder=folder["id"])
    kept = synced.deliver(subject="Moved out in time", folder=folder["id"])
    synced.sync()
    synced.control.move(RITA, kept["id"], "inbox")
    synced.control.remove_folder(RITA, folder["id"])
    synced.sync()
    synced.sync()
    assert FolderCursor.objects.get(folder_id=folder["id"]).is_gone
    subjects = set(synced.organization.emails.values_list("engagement__subject", flat=True))
    assert "Moved out in time" in subjects
    assert "Went with its folder" not in subjects
    assert synced.state() == MailboxState.IN_SYNC


def test_deleted_junk_drafts_and_hidden_folders_are_never_read(synced: World):
    hidden = synced.control.create_folder(RITA, "Hidden", is_hidden=True)
    for folder in ("deleteditems", "junkemail", hidden["id"]):
        synced.deliver(subject=f"In {folder}", folder=folder)
    below = synced.control.create_folder(RITA, "Below deleted", parent="deleteditems")
    synced.deliver(subject="Below deleted", folder=below["id"])
    assert synced.sync().seen == 0
    assert synced.is_exact()


def test_a_folder_is_left_with_its_mails_or_not_at_all(synced: World):
    def interrupted():
        raise InterruptedError

    cursor = FolderCursor.objects.filter(mailbox=synced.mailbox, is_gone=False).earliest("pk")
    run: Any = SimpleNamespace(mailbox=synced.mailbox, clock=interrupted)
    with pytest.raises(InterruptedError):
        leave_folder(run, Folder(cursor))
    assert not FolderCursor.objects.get(pk=cursor.pk).is_gone
