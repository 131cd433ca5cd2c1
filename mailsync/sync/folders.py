"""Which folders are read: Microsoft's tree beside our cursors.

appears (new, or moved out of Deleted Items)   a cursor that starts at the lookback
stays (renamed, moved, localized)              its cursor goes on: folder ids are constant
vanishes (deleted, moved under Deleted Items)  its cursor ends, and its mail is looked for elsewhere
"""

from datetime import timedelta

from core.db.unit_of_work import one_unit_of_work
from mailsync.domain.vocabulary import CursorPhase
from mailsync.graph.client import Folder, FolderDelta
from mailsync.graph.errors import ConnectionLost, MicrosoftError, Throttled
from mailsync.models import FolderCursor, Mailbox, Sighting
from mailsync.sync.reading import Reading

REWALK_AFTER = timedelta(hours=1)
"""How long a tree is trusted where Microsoft offers no delta of folders."""


def load_cursors(reading: Reading) -> None:
    """The folders as they were known last."""
    reading.cursors = {cursor.folder_id: cursor for cursor in FolderCursor.objects.filter(mailbox=reading.mailbox)}


def is_walk_due(reading: Reading) -> bool:
    """Whether the tree must be listed before the folders are read: at first, and where changes are not told to us."""
    mailbox = reading.mailbox
    if mailbox.folders_walked_at is None or not reading.cursors:
        return True
    return not mailbox.folders_link and (
        mailbox.is_awaited or reading.clock() - mailbox.folders_walked_at >= REWALK_AFTER
    )


def walk_folders(reading: Reading) -> None:
    """List the tree and bring the cursors in line with it.

    The tree's delta token is taken before the walk, so that no change falls between the two.
    """
    tree = _tree(reading)
    folders = {folder.id: folder for folder in reading.client.folders()}
    for folder in folders.values():
        _meet(reading, folder)
    for cursor in reading.cursors.values():
        if cursor.folder_id not in folders and not cursor.is_gone:
            leave_folder(reading, cursor)
    mailbox = reading.mailbox
    mailbox.folders_link, mailbox.folders_digest = tree.delta_link, tree.digest
    mailbox.folders_walked_at = reading.clock()
    done, total = reading.progress()
    mailbox.progress_done, mailbox.progress_total = done, total
    reading.claim.renew(
        folders_link=mailbox.folders_link,
        folders_digest=mailbox.folders_digest,
        folders_walked_at=mailbox.folders_walked_at,
        progress_done=done,
        progress_total=total,
    )


def start_over(cursor: FolderCursor, mailbox: Mailbox) -> None:
    """Let a folder begin again at the lookback: what is stored stays, and what is found again is known."""
    cursor.phase = CursorPhase.INITIAL
    cursor.link = ""
    cursor.is_round_complete = False
    cursor.since = mailbox.lookback_from
    cursor.delta_since = cursor.window_before = cursor.oldest_at = None
    cursor.rows_seen = 0
    cursor.page_size = 0


@one_unit_of_work
def leave_folder(reading: Reading, cursor: FolderCursor) -> None:
    """A folder vanished or is excluded: its mails may have moved, so each is looked for before anything follows."""
    cursor.is_gone = True
    cursor.save(update_fields=["is_gone", "changed_at"])
    Sighting.objects.filter(
        mailbox=reading.mailbox, folder_id=cursor.folder_id, missing_since=None, gone_at=None
    ).update(missing_since=reading.clock())


def _meet(reading: Reading, folder: Folder) -> None:
    cursor = reading.cursors.get(folder.id)
    if cursor is None:
        cursor = FolderCursor(mailbox=reading.mailbox, folder_id=folder.id)
        start_over(cursor, reading.mailbox)
        reading.cursors[folder.id] = cursor
    elif cursor.is_gone:
        cursor.is_gone = False
        start_over(cursor, reading.mailbox)
    elif (cursor.items_total, cursor.well_known) == (folder.total_items, folder.well_known):
        return
    cursor.items_total, cursor.well_known = folder.total_items, folder.well_known
    cursor.save()


def _tree(reading: Reading) -> FolderDelta:
    try:
        return reading.client.folder_delta()
    except (ConnectionLost, Throttled):
        raise
    except MicrosoftError:
        return FolderDelta("", "")  # not offered here: the tree is walked now and then instead
