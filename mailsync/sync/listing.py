"""Reading a folder by list instead of delta: in windows of time, newest first, around what cannot be read.

    since                         poison second                         before                now
      ├──────────────────────────────┤▓├───────────────────────────────────┤░░░░ read ░░░░░░░░░░┤
                                      └ found by halving, counted as failed, and stepped over

Used where a filtered delta round ended at Graph's cap, and where one mail makes every page that holds it fail. The
window's end commits with each page, so a killed run goes on where it was.
"""

from datetime import datetime, timedelta

from mailsync.domain.counts import Kept
from mailsync.domain.envelope import Envelope
from mailsync.domain.vocabulary import CursorPhase
from mailsync.graph.client import ListPage
from mailsync.graph.errors import Unavailable
from mailsync.models import FolderCursor
from mailsync.sync.corridor import Harvest, harvest
from mailsync.sync.pages import LIST_OVERLAP, widen
from mailsync.sync.patience import fetch_each
from mailsync.sync.reading import PAGE_SIZE, Reading
from mailsync.sync.record import Page, record_page

SECOND = timedelta(seconds=1)


def begin_listing(reading: Reading, cursor: FolderCursor) -> None:
    """Let a folder be read by list from now downwards; its delta round begins anew after that."""
    cursor.link = ""
    cursor.is_round_complete = False
    cursor.window_before = reading.clock() + LIST_OVERLAP
    cursor.delta_since = max(filter(None, (cursor.delta_since, reading.clock() - timedelta(hours=1))))
    cursor.page_size = 0


def read_by_list(reading: Reading, cursor: FolderCursor) -> None:
    """Read the next page below the window's end, or step over the second that cannot be read."""
    try:
        page = _list(reading, cursor, cursor.window_before, link=reading.list_links.get(cursor.folder_id, ""))
    except Unavailable as error:
        if error.retry_after is not None:
            raise
        reading.list_links.pop(cursor.folder_id, None)  # a link keeps its page size
        if (cursor.page_size or PAGE_SIZE) > 1:
            cursor.page_size = (cursor.page_size or PAGE_SIZE) // 2
        else:
            reading.client.me()  # raises where it is an outage and not one mail
            _step_over(reading, cursor)
        return
    _take(reading, cursor, page)


def _list(
    reading: Reading, cursor: FolderCursor, before: datetime | None, *, link: str = "", size: int = 0
) -> ListPage:
    return reading.client.message_list(
        cursor.folder_id,
        since=cursor.since,
        before=before,
        link=link,
        page_size=size or cursor.page_size or PAGE_SIZE,
    )


def _take(reading: Reading, cursor: FolderCursor, page: ListPage) -> None:
    whole = list(fetch_each(reading.client.fetch_envelopes, page.partial_ids).values())
    result = harvest(reading, [*page.envelopes, *(each for each in whole if isinstance(each, Envelope))])
    if cursor.phase == CursorPhase.INITIAL:
        cursor.rows_seen += sum(not reading.counts.has_seen(graph_id) for graph_id in result.outcomes)
    widen(cursor)
    if page.next_link:
        reading.list_links[cursor.folder_id] = page.next_link
        _lower(cursor, [envelope.received_at for envelope in page.envelopes if envelope.received_at])
    else:
        reading.list_links.pop(cursor.folder_id, None)
        cursor.window_before = None
        if cursor.is_round_complete:
            cursor.phase = CursorPhase.ONGOING
    record_page(reading, Page(result, [cursor]))


def _lower(cursor: FolderCursor, received: list[datetime]) -> None:
    """Bring the window's end down to the oldest mail of a page; the second itself may hold more."""
    if received and received[0] >= received[-1] and cursor.window_before is not None:
        cursor.window_before = min(cursor.window_before, received[-1].replace(microsecond=0) + SECOND)


def _step_over(reading: Reading, cursor: FolderCursor) -> None:
    """Find the second whose mail makes every page fail, count it as failed, and go on below it."""
    top, floor = cursor.window_before, cursor.since
    if top is None or floor is None or _is_readable(reading, cursor, top):
        return  # it passed meanwhile
    bad, step = top, SECOND
    while (good := max(bad - step, floor)) > floor and not _is_readable(reading, cursor, good):
        bad, step = good, step * 2
    while bad - good > SECOND:
        middle = good + timedelta(seconds=int((bad - good).total_seconds()) // 2)
        if _is_readable(reading, cursor, middle):
            good = middle
        else:
            bad = middle
    cursor.window_before = good
    cursor.delta_since = max(filter(None, (cursor.delta_since, good + SECOND)))
    unreadable = f"{cursor.folder_id} {good.isoformat()}"
    record_page(reading, Page(Harvest(outcomes={unreadable: Kept.FAILED}), [cursor]))


def _is_readable(reading: Reading, cursor: FolderCursor, before: datetime) -> bool:
    """Whether the newest mail below `before` can be listed."""
    try:
        _list(reading, cursor, before, size=1)
    except Unavailable as error:
        if error.retry_after is not None:
            raise
        return False
    return True
