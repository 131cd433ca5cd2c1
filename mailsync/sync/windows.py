"""Listing mail in windows of time, newest first, and finding the second whose mail cannot be listed.

since                         poison second                         before                now
  ├──────────────────────────────┤▓├───────────────────────────────────┤░░░░ read ░░░░░░░░░░┤
                                  └ found by halving, counted as failed, and stepped over
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

from core.http.errors import ItemGone, Throttled, Unavailable
from mailsync.domain.envelope import Envelope
from mailsync.graph.client import ListPage
from mailsync.sync.fetching import fetch_each, others_come
from mailsync.sync.folder import Window
from mailsync.sync.mail_run import SMALLEST_SLOWED, MailRun

SECOND = timedelta(seconds=1)
_SMALLEST_GROWN = 2
"""The size after a page of one that came through."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page's envelopes, or the second that had to be stepped over; `is_last` where nothing is left below.

    `failed` are the ids of rows that came without their essentials and could not be fetched whole.
    """

    envelopes: tuple[Envelope, ...] = ()
    is_last: bool = False
    unreadable: datetime | None = None
    failed: tuple[str, ...] = ()


def list_next(run: MailRun, window: Window) -> Listed:
    """The next page of a window, which is brought down by it. Raises what Graph raises in an outage or a loop."""
    while True:
        if window.link and not window.links.is_first(f"{window.size} {window.link}"):
            window.link = ""
            raise Unavailable("RepeatedLink")
        try:
            page = _list(run, window, window.before, link=window.link)
        except Unavailable as error:
            if error.retry_after is not None:
                raise
            followed, window.link = window.link, ""  # a link keeps its page size
            if followed and window.size <= _SMALLEST_GROWN:
                window.before -= SECOND  # all of that second that can be read was read; the trouble lies below
                continue
            if window.size > 1:
                window.size //= 2
                continue
            run.client.me()  # raises where it is an outage and not one mail
            if _is_readable(run, window, window.before):
                continue  # it passed meanwhile
            window.before = _unreadable_second(lambda before: _is_readable(run, window, before), window)
            return Listed(unreadable=window.before, is_last=window.before <= window.since)
        return _taken(run, window, page)


def put_off_until(listed: Listed, put_off: Mapping[str, Throttled], before: datetime) -> datetime:
    """The end of what is left of a window whose page was at `before`: below it is what Microsoft asks to wait for."""
    received = [each.received_at for each in listed.envelopes if each.copy_id in put_off and each.received_at]
    newest = max(received, default=before).replace(microsecond=0)
    return min(before, newest + SECOND) if len(received) == len(put_off) else before


def _taken(run: MailRun, window: Window, page: ListPage) -> Listed:
    size = window.size
    window.size = max(size // 2, min(size, SMALLEST_SLOWED)) if run.is_slowed() else min(size * 2, run.page_size)
    has_moved = _lower(window, [envelope.received_at for envelope in page.envelopes if envelope.received_at])
    window.link = "" if has_moved else page.next_link
    near = (envelope.copy_id for envelope in page.envelopes)
    fetched = fetch_each(
        run.client.fetch_envelopes, page.partial_ids, partial(others_come, run, page.partial_ids, near)
    )
    whole = (*page.envelopes, *(each for each in fetched.values() if isinstance(each, Envelope)))
    failed = [key for key, each in fetched.items() if not isinstance(each, Envelope | ItemGone)]
    return Listed(whole, is_last=not page.next_link, failed=tuple(failed))


def _lower(window: Window, received: list[datetime]) -> bool:
    """Bring the window's end down to the oldest mail of a page (that second itself may hold more), where it moves."""
    if not received or any(later > earlier for earlier, later in pairwise(received)):
        return False
    before = received[-1].replace(microsecond=0) + SECOND
    if before >= window.before:
        return False
    window.before = before
    return True


def _list(run: MailRun, window: Window, before: datetime, *, link: str = "", size: int = 0) -> ListPage:
    return run.client.message_list(
        window.folder_id, since=window.since, before=before, link=link, page_size=size or window.size
    )


def _is_readable(run: MailRun, window: Window, before: datetime) -> bool:
    """Whether the newest mail below `before` can be listed."""
    try:
        _list(run, window, before, size=1)
    except Unavailable as error:
        if error.retry_after is not None:
            raise
        return False
    return True


def _unreadable_second(is_readable: Callable[[datetime], bool], window: Window) -> datetime:
    """The beginning of the newest second below `window.before` that makes every listing fail which reaches it."""
    bad, step = window.before, SECOND
    while (good := max(bad - step, window.since)) > window.since and not is_readable(good):
        bad, step = good, step * 2
    while bad - good > SECOND:
        middle = good + timedelta(seconds=int((bad - good).total_seconds()) // 2)
        if is_readable(middle):
            good = middle
        else:
            bad = middle
    return good
