"""Which folders are read: Microsoft's tree beside our cursors.

appears (new, or moved out of Deleted Items)   a cursor that starts at the lookback
stays (renamed, moved, localized)              its cursor goes on: folder ids are constant
vanishes (deleted, moved under Deleted Items)  its cursor ends, and its mail is looked for elsewhere
"""

from datetime import timedelta

from core.db.unit_of_work import one_unit_of_work
from core.http.errors import ConnectionLost, OutsideError, Throttled
from mailsync.graph.client import FolderDelta, ListedFolder
from mailsync.models import FolderCursor, Sighting
from mailsync.sync.folder import Folder
from mailsync.sync.mail_run import MailRun

RELIST_AFTER = timedelta(hours=1)
"""How long a tree is trusted where Microsoft offers no delta of folders."""


def load_folders(run: MailRun) -> None:
    """The folders as they were known last."""
    run.folders = {cursor.folder_id: Folder(cursor) for cursor in FolderCursor.objects.filter(mailbox=run.mailbox)}


def is_listing_due(run: MailRun) -> bool:
    """Whether the tree must be listed before the folders are read: at first, and where changes are not told to us."""
    mailbox = run.mailbox
    if mailbox.folders_walked_at is None or not run.folders:
        return True
    return not mailbox.folders_link and (mailbox.is_awaited or is_tree_old(run))


def is_tree_old(run: MailRun) -> bool:
    """Whether the tree was listed too long ago to be trusted without Microsoft's word that it stands."""
    listed_at = run.mailbox.folders_walked_at
    return listed_at is None or run.clock() - listed_at >= RELIST_AFTER


def list_folders(run: MailRun) -> None:
    """List the tree and bring the folders in line with it.

    The tree's delta token is taken before the listing, so that no change falls between the two.
    """
    run.is_tree_stale = False
    tree = _tree(run)
    listed = {each.id: each for each in run.client.folders()}
    for each in listed.values():
        _meet(run, each)
    for folder in run.folders.values():
        if folder.id not in listed and not folder.is_gone:
            leave_folder(run, folder)
    mailbox = run.mailbox
    mailbox.folders_link, mailbox.folders_digest = tree.delta_link, tree.digest
    mailbox.folders_walked_at = run.clock()
    mailbox.progress_done, mailbox.progress_total = run.progress()
    run.claim.renew(
        folders_link=mailbox.folders_link,
        folders_digest=mailbox.folders_digest,
        folders_walked_at=mailbox.folders_walked_at,
        progress_done=mailbox.progress_done,
        progress_total=mailbox.progress_total,
    )


def note_tree(run: MailRun, answer: FolderDelta | OutsideError | None) -> None:
    """What the tree's delta told (None: it was not asked); where that is news, the tree is to be listed once more."""
    if isinstance(answer, ConnectionLost | Throttled):
        raise answer
    if isinstance(answer, OutsideError):
        run.is_tree_stale = True  # what became of the folders is not told: they are looked at
    elif answer is not None:
        if answer.next_link or answer.digest not in {"", run.mailbox.folders_digest}:
            run.is_tree_stale = True
        else:
            run.mailbox.folders_link = answer.delta_link


def ask_tree(run: MailRun) -> FolderDelta | OutsideError:
    """What changed in the tree, by a request of its own."""
    try:
        return run.client.folder_delta(run.mailbox.folders_link)
    except OutsideError as error:
        return error


@one_unit_of_work
def leave_folder(run: MailRun, folder: Folder) -> None:
    """A folder vanished or is excluded: its mails may have moved, so each is looked for before anything follows."""
    folder.cursor.is_gone = True
    folder.cursor.save(update_fields=["is_gone", "changed_at"])
    seen_there = Sighting.objects.filter(mailbox=run.mailbox, folder_id=folder.id, missing_since=None, gone_at=None)
    seen_there.update(missing_since=run.clock())


def _meet(run: MailRun, listed: ListedFolder) -> None:
    folder = run.folders.get(listed.id)
    if folder is None:
        folder = run.folders[listed.id] = Folder(FolderCursor(mailbox=run.mailbox, folder_id=listed.id))
        folder.start_over(run.mailbox.lookback_from)
    elif folder.is_gone:
        folder.cursor.is_gone = False
        folder.start_over(run.mailbox.lookback_from)
    elif (folder.cursor.items_total, folder.cursor.well_known) == (listed.total_items, listed.well_known):
        return
    folder.cursor.items_total, folder.cursor.well_known = listed.total_items, listed.well_known
    folder.cursor.save()


def _tree(run: MailRun) -> FolderDelta:
    try:
        return run.client.folder_delta()
    except (ConnectionLost, Throttled):
        raise
    except OutsideError:
        return FolderDelta("", "")  # not offered here: the tree is listed now and then instead
