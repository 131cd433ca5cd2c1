"""One page of changes, taken in whole: its mails, what moved, what went, and the link to go on with.

whole rows       ──▶ the corridor
partial rows     ──▶ fetched by id where this mailbox does not know the mail    (a missing property is not null)
a part refused   ──▶ what came is recorded, the page is half as large, and taken again later   (Retry-After was long)
"@removed" rows  ──▶ here again on another page of the round?  a move
                 ──▶ else fetched by id: in a folder we read?  a move that delta did not tell (A→B→A)
                 ──▶ else the sighting is marked missing; mailsync.sync.removals decides after a grace
"""

from collections.abc import Collection
from datetime import timedelta
from functools import partial

from core.http.errors import ItemUnreadable, Throttled, Unavailable
from mailsync.domain.counts import Kept
from mailsync.domain.envelope import Envelope
from mailsync.domain.vocabulary import CursorPhase
from mailsync.graph.client import DeltaPage
from mailsync.models import FolderCursor, Sighting
from mailsync.selectors.sightings import sightings_of
from mailsync.sync.corridor import import_page
from mailsync.sync.fetching import fetch_each, others_come
from mailsync.sync.folder import Folder
from mailsync.sync.mail_run import SMALLEST_SLOWED, MailRun
from mailsync.sync.record import record_page
from mailsync.sync.windows import SECOND

FILTER_CAP = 5_000
"""A filtered delta round ends after so many messages, whatever is left (Graph: delta-query-messages)."""

_EDGE = 10
"""Mails listed at the oldest second of a first round, to see whether it left any of them out."""

_NEAR_THE_CAP = FILTER_CAP * 9 // 10
"""Rows are counted once, so a capped round may have shown a few less than the cap."""

LIST_OVERLAP = timedelta(minutes=5)
"""A listing begins so far in the future: Graph counts in whole seconds, and its clock is not ours."""


def take_page(run: MailRun, folder: Folder, page: DeltaPage, *, elsewhere: Collection[str] = ()) -> None:
    """Take a page of a folder's round through the corridor and record it with the folder's next link.

    `elsewhere` are ids that other pages of the same round show: their removal here is a move.
    """
    cursor = folder.cursor
    found, missing, failed, put_off = _look_for(run, page, elsewhere)
    result = import_page(run, [*(_at_home(envelope, folder) for envelope in page.envelopes), *found])
    result.missing = missing
    result.outcomes.update(dict.fromkeys(failed, Kept.FAILED))
    result.put_off |= put_off
    if result.put_off:
        cursor.page_size = max((cursor.page_size or run.page_size) // 2, 1)
        record_page(run, result, folder)
        raise next(iter(result.put_off.values()))
    if cursor.phase == CursorPhase.INITIAL:
        cursor.rows_seen += sum(not run.counts.has_seen(copy_id) for copy_id in result.outcomes)
        received = [envelope.received_at for envelope in page.envelopes if envelope.received_at]
        cursor.oldest_at = min([*received, *filter(None, [cursor.oldest_at])], default=None)
    _advance(run, cursor, page)
    record_page(run, result, folder)


def is_quiet(page: DeltaPage) -> bool:
    """Whether a page brings nothing but the next deltaLink."""
    return bool(page.delta_link) and not (page.envelopes or page.removed_ids or page.partial_ids)


def _advance(run: MailRun, cursor: FolderCursor, page: DeltaPage) -> None:
    size = cursor.page_size or run.page_size
    if run.is_slowed():
        cursor.page_size = max(size // 2, min(size, SMALLEST_SLOWED))
    elif cursor.page_size:  # the page came through: twice the size again, up to the usual
        cursor.page_size = 0 if cursor.page_size * 2 >= run.page_size else cursor.page_size * 2
    cursor.link = page.next_link or page.delta_link
    cursor.is_round_complete = bool(page.delta_link)
    if not page.delta_link:
        return
    if cursor.phase == CursorPhase.INITIAL and cursor.delta_since is None and _ended_early(run, cursor, page):
        cursor.window_before = run.clock() + LIST_OVERLAP
    else:
        cursor.phase = CursorPhase.ONGOING


def _ended_early(run: MailRun, cursor: FolderCursor, last: DeltaPage) -> bool:
    """Whether a first round may have left mail out: it came near the cap, or there is other mail as old or older.

    A filtered round can end without a word (margince/margince#3523), so its deltaLink alone proves nothing.
    """
    if cursor.rows_seen >= _NEAR_THE_CAP:
        return True
    if cursor.rows_seen >= cursor.items_total:
        return False
    edge = cursor.oldest_at.replace(microsecond=0) + SECOND if cursor.oldest_at else None
    rest = run.client.message_list(cursor.folder_id, since=cursor.since, before=edge, page_size=_EDGE)
    shown = {envelope.copy_id for envelope in last.envelopes}
    ids = [*(envelope.copy_id for envelope in rest.envelopes), *rest.partial_ids]
    return bool(rest.next_link) or any(each not in shown and not run.counts.has_seen(each) for each in ids)


def _at_home(envelope: Envelope, folder: Folder) -> Envelope:
    return envelope if envelope.folder_id else envelope._replace(folder_id=folder.id)


def _look_for(
    run: MailRun, page: DeltaPage, elsewhere: Collection[str]
) -> tuple[list[Envelope], list[Sighting], list[str], dict[str, Throttled]]:
    """The mails behind removed and partial rows that are in a folder we read, and the sightings that are not.

    Then the ids of mails that are there, new to us, and cannot be had; last what Microsoft asks to wait for.
    """
    removed = [copy_id for copy_id in page.removed_ids if copy_id not in elsewhere]
    if not removed and not page.partial_ids:
        return [], [], [], {}
    sightings = sightings_of(run.mailbox, [*removed, *page.partial_ids])
    wanted = [*removed, *(copy_id for copy_id in page.partial_ids if copy_id not in sightings)]
    found: list[Envelope] = []
    missing: list[Sighting] = []
    failed: list[str] = []
    put_off: dict[str, Throttled] = {}
    near = (envelope.copy_id for envelope in page.envelopes)
    beside = partial(others_come, run, wanted, near)
    for copy_id, answer in fetch_each(run.client.fetch_envelopes, list(dict.fromkeys(wanted)), beside, put_off).items():
        if isinstance(answer, Envelope) and run.is_synced(answer.folder_id):
            found.append(answer)
        elif copy_id in sightings:
            missing.append(sightings[copy_id])
        elif isinstance(answer, Unavailable | ItemUnreadable) and copy_id in page.partial_ids:
            failed.append(copy_id)
    return found, missing, failed, put_off
