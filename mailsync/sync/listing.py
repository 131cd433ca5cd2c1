"""Reading a folder by list instead of delta, where a filtered delta round cannot be trusted or does not get on.

    capped round       everything of the folder is listed; its deltaLink is held and followed afterwards
    poison item        everything is listed around it, then a delta round begins anew with a later floor

The window's end commits with each page, so a killed run goes on where it was.
"""

from datetime import timedelta

from mailsync.domain.counts import Kept
from mailsync.domain.vocabulary import CursorPhase
from mailsync.sync.corridor import import_page
from mailsync.sync.folder import Folder, Window
from mailsync.sync.mail_run import MailRun
from mailsync.sync.pages import LIST_OVERLAP
from mailsync.sync.record import ImportedPage, record_page
from mailsync.sync.windows import SECOND, list_next, put_off_until

_NEW_FLOOR = timedelta(hours=1)
"""A delta round that begins after a listing reaches back so far, to overlap with it."""


def begin_listing(run: MailRun, folder: Folder) -> None:
    """Let a folder be read by list from now downwards; its delta round begins anew after that."""
    cursor = folder.cursor
    cursor.link = ""
    cursor.is_round_complete = False
    cursor.window_before = run.clock() + LIST_OVERLAP
    cursor.delta_since = max(filter(None, (cursor.delta_since, run.clock() - _NEW_FLOOR)))
    cursor.page_size = 0
    folder.save()


def read_by_list(run: MailRun, folder: Folder) -> None:
    """Read the next page below the window's end, or step over the second that cannot be read."""
    cursor, window = folder.cursor, _window(run, folder)
    before = window.before
    listed = list_next(run, window)
    if listed.unreadable is not None:
        # the mail may be in the delta round as well: that begins above it
        cursor.delta_since = max(filter(None, (cursor.delta_since, listed.unreadable + SECOND)))
        result = ImportedPage(outcomes={f"{folder.id} {listed.unreadable.isoformat()}": Kept.FAILED})
    else:
        # what the delta round showed and the rules dropped is not judged again; what was kept may have moved since
        result = import_page(run, [each for each in listed.envelopes if not run.counts.has_dropped(each.copy_id)])
        result.outcomes.update(dict.fromkeys(listed.failed, Kept.FAILED))
    if result.put_off:
        cursor.window_before = put_off_until(listed, result.put_off, before)
        record_page(run, result, folder)
        raise next(iter(result.put_off.values()))
    if cursor.phase == CursorPhase.INITIAL:
        cursor.rows_seen += sum(not run.counts.has_seen(copy_id) for copy_id in result.outcomes)
    cursor.window_before = window.before
    if listed.is_last:
        folder.window = cursor.window_before = None
        if cursor.is_round_complete:
            cursor.phase = CursorPhase.ONGOING
    record_page(run, result, folder)


def _window(run: MailRun, folder: Folder) -> Window:
    if folder.window is None:
        before = folder.cursor.window_before or run.clock() + LIST_OVERLAP
        since = folder.cursor.since or run.mailbox.lookback_from or before
        folder.window = Window(folder.id, since, before, run.page_size)
    return folder.window
