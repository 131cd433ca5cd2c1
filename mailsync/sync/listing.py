"""Reading a folder by list instead of delta, where a filtered delta round cannot be trusted or does not get on.

    capped round       everything of the folder is listed; its deltaLink is held and followed afterwards
    poison item        everything is listed around it, then a delta round begins anew with a later floor

The window's end commits with each page, so a killed run goes on where it was.
"""

from datetime import timedelta

from mailsync.domain.counts import Kept
from mailsync.domain.vocabulary import CursorPhase
from mailsync.models import FolderCursor
from mailsync.sync.corridor import harvest
from mailsync.sync.pages import LIST_OVERLAP
from mailsync.sync.reading import Reading
from mailsync.sync.record import Harvest, Page, record_page
from mailsync.sync.windows import SECOND, Window, list_next

_NEW_FLOOR = timedelta(hours=1)
"""A delta round that begins after a listing reaches back so far, to overlap with it."""


def begin_listing(reading: Reading, cursor: FolderCursor) -> None:
    """Let a folder be read by list from now downwards; its delta round begins anew after that."""
    cursor.link = ""
    cursor.is_round_complete = False
    cursor.window_before = reading.clock() + LIST_OVERLAP
    cursor.delta_since = max(filter(None, (cursor.delta_since, reading.clock() - _NEW_FLOOR)))
    cursor.page_size = 0


def read_by_list(reading: Reading, cursor: FolderCursor) -> None:
    """Read the next page below the window's end, or step over the second that cannot be read."""
    window = _window(reading, cursor)
    listed = list_next(reading, window)
    if listed.unreadable is not None:
        # the mail may be in the delta round as well: that begins above it
        cursor.delta_since = max(filter(None, (cursor.delta_since, listed.unreadable + SECOND)))
        result = Harvest(outcomes={f"{cursor.folder_id} {listed.unreadable.isoformat()}": Kept.FAILED})
    else:
        # what the delta round showed and the rules dropped is not judged again; what was kept may have moved since
        result = harvest(reading, [each for each in listed.envelopes if not reading.counts.has_dropped(each.graph_id)])
        result.outcomes.update(dict.fromkeys(listed.failed, Kept.FAILED))
    if cursor.phase == CursorPhase.INITIAL:
        cursor.rows_seen += sum(not reading.counts.has_seen(graph_id) for graph_id in result.outcomes)
    cursor.window_before = window.before
    if listed.is_last:
        _end_listing(reading, cursor)
    record_page(reading, Page(result, [cursor]))


def _window(reading: Reading, cursor: FolderCursor) -> Window:
    window = reading.windows.get(cursor.folder_id)
    if window is None:
        before = cursor.window_before or reading.clock() + LIST_OVERLAP
        since = cursor.since or reading.mailbox.lookback_from or before
        window = reading.windows[cursor.folder_id] = Window(cursor.folder_id, since, before, reading.page_size)
    return window


def _end_listing(reading: Reading, cursor: FolderCursor) -> None:
    reading.windows.pop(cursor.folder_id, None)
    cursor.window_before = None
    if cursor.is_round_complete:
        cursor.phase = CursorPhase.ONGOING
