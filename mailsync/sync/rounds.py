"""Rounds: every folder is read to its deltaLink, page by page, and can be left and taken up at any page.

first round   delta since the lookback, newest first ──pages──▶ deltaLink
                  │ a page fails even at size 1: a poison item      │ as many rows as Graph's filter cap
                  ▼                                                 ▼
              read by list, then delta anew ──────────────▶ read by list ──▶ finished       (mailsync.sync.listing)
later rounds  the deltaLinks of up to 20 folders in one $batch ──▶ new deltaLinks, or pages to go on with
refused       asked for by itself before anything follows from it: a $batch may not take every link
410           the folder starts over at the lookback; nothing is deleted, nothing is stored twice
a loop        the same link twice, or no end of empty pages: the folder starts over, three times at most
"""

from collections.abc import Mapping, Sequence

from mailsync.graph.client import DeltaPage, FolderDelta
from mailsync.graph.errors import (
    ConnectionLost,
    CursorExpired,
    FolderGone,
    ForeignLink,
    MicrosoftError,
    Throttled,
    Unavailable,
)
from mailsync.graph.folders import SENT_ITEMS
from mailsync.models import FolderCursor
from mailsync.sync.folders import REWALK_AFTER, leave_folder, start_over
from mailsync.sync.listing import begin_listing, read_by_list
from mailsync.sync.pages import is_quiet, take_page
from mailsync.sync.reading import Reading, is_finished, unfinished
from mailsync.sync.record import save_cursors, save_links

_MOST_RESTARTS = 3
_MOST_EMPTY_PAGES = 100
_BATCH = 20
_TREE = ""


def read_pending(reading: Reading) -> None:
    """Read every unfinished folder to its end, a page of each in turn; Sent Items go before the others."""
    while pending := unfinished(reading.cursors.values()):
        for cursor in [cursor for cursor in pending if cursor.well_known == SENT_ITEMS] or pending:
            if reading.is_time_up:
                return
            if cursor.window_before is not None:
                _read_by_list(reading, cursor)
            else:
                _read_by_delta(reading, cursor)


def follow_deltas(reading: Reading) -> None:
    """Ask what changed in the finished folders, up to 20 a request; a folder with more than a page is left unfinished.

    The folder tree's own delta rides along where a $batch has room for it. Folders without news cost one query.
    """
    finished = [cursor for cursor in reading.cursors.values() if not cursor.is_gone and is_finished(cursor)]
    answers: dict[str, DeltaPage | FolderDelta | MicrosoftError] = {}
    tree = reading.mailbox.folders_link
    for start in range(0, len(finished), _BATCH):
        links = {cursor.folder_id: cursor.link for cursor in finished[start : start + _BATCH]}
        rides = tree if len(links) < _BATCH else ""
        answers |= reading.client.delta_batch(links, page_size=reading.page_size, folders_link=rides)
    if tree and _TREE not in answers and _is_tree_old(reading):
        answers[_TREE] = _tree_by_itself(reading, tree)
    tree_answer = answers.pop(_TREE, None)
    _take_answers(reading, finished, answers)
    _note_tree(reading, tree_answer)


def _take_answers(
    reading: Reading,
    finished: Sequence[FolderCursor],
    answers: Mapping[str, DeltaPage | FolderDelta | MicrosoftError],
) -> None:
    pages = [answer for answer in answers.values() if isinstance(answer, DeltaPage)]
    shown = {envelope.graph_id for page in pages for envelope in page.envelopes}
    quiet: list[FolderCursor] = []
    waits: list[Throttled | Unavailable] = []
    for cursor in finished:
        answer = answers[cursor.folder_id]
        if isinstance(answer, DeltaPage):
            if is_quiet(answer):
                cursor.link = answer.delta_link
                quiet.append(cursor)
            else:
                take_page(reading, cursor, answer, elsewhere=shown)
        elif isinstance(answer, Throttled) or (isinstance(answer, Unavailable) and answer.retry_after):
            waits.append(answer)
        elif isinstance(answer, Unavailable):
            cursor.is_round_complete = False  # asked for again by itself, with smaller pages
        elif isinstance(answer, MicrosoftError):
            _mend(reading, cursor, answer)
    save_links(quiet)
    if waits:
        raise waits[0]


def _read_by_list(reading: Reading, cursor: FolderCursor) -> None:
    try:
        read_by_list(reading, cursor)
    except (CursorExpired, FolderGone, ForeignLink) as error:
        reading.windows.pop(cursor.folder_id, None)
        _mend(reading, cursor, error)


def _read_by_delta(reading: Reading, cursor: FolderCursor) -> None:
    size = cursor.page_size or reading.page_size
    if cursor.link and not reading.follow_once(f"{size} {cursor.link}"):
        _restart(reading, cursor, "LinkLoop")
        return
    try:
        page = reading.client.message_delta(
            cursor.folder_id, link=cursor.link, since=cursor.delta_since or cursor.since, page_size=size
        )
    except Unavailable as error:
        _read_smaller(reading, cursor, error)
    except MicrosoftError as error:
        _mend(reading, cursor, error)
    else:
        is_empty = not (page.envelopes or page.removed_ids or page.partial_ids or page.delta_link)
        reading.empty_pages[cursor.folder_id] = (reading.empty_pages[cursor.folder_id] + 1) * is_empty
        if reading.empty_pages[cursor.folder_id] > _MOST_EMPTY_PAGES:
            _restart(reading, cursor, "EmptyPages")
        else:
            take_page(reading, cursor, page)


def _mend(reading: Reading, cursor: FolderCursor, error: MicrosoftError) -> None:
    """Do what a folder's error asks for, or raise it where it concerns more than the folder."""
    if isinstance(error, CursorExpired | ForeignLink):
        _restart(reading, cursor, error.code)
    elif isinstance(error, FolderGone):
        leave_folder(reading, cursor)
        reading.is_tree_stale = True
    else:
        raise error


def _restart(reading: Reading, cursor: FolderCursor, why: str) -> None:
    """The folder starts over; where that keeps happening the run ends, to be tried again later."""
    reading.restarts[cursor.folder_id] = reading.restarts.get(cursor.folder_id, 0) + 1
    if reading.restarts[cursor.folder_id] > _MOST_RESTARTS:
        raise Unavailable(why)
    start_over(cursor, reading.mailbox)
    reading.empty_pages.pop(cursor.folder_id, None)
    save_cursors([cursor])


def _read_smaller(reading: Reading, cursor: FolderCursor, error: Unavailable) -> None:
    """After a page that did not come: half the size; at size 1 the mail itself is the trouble and is gone around."""
    if error.retry_after is not None:
        raise error
    size = cursor.page_size or reading.page_size
    if size > 1:
        cursor.page_size = size // 2
        return
    reading.client.me()  # raises where it is an outage and not one mail
    reading.restarts[cursor.folder_id] = reading.restarts.get(cursor.folder_id, 0) + 1
    if reading.restarts[cursor.folder_id] > _MOST_RESTARTS:
        raise error
    begin_listing(reading, cursor)
    save_cursors([cursor])


def _note_tree(reading: Reading, answer: DeltaPage | FolderDelta | MicrosoftError | None) -> None:
    if isinstance(answer, FolderDelta):
        if answer.next_link or answer.digest not in {"", reading.mailbox.folders_digest}:
            reading.is_tree_stale = True
        else:
            reading.mailbox.folders_link = answer.delta_link
    elif isinstance(answer, ConnectionLost | Throttled):
        raise answer
    elif isinstance(answer, MicrosoftError):
        reading.is_tree_stale = True  # what became of the folders is not told: they are looked at


def _tree_by_itself(reading: Reading, link: str) -> FolderDelta | MicrosoftError:
    try:
        return reading.client.folder_delta(link)
    except MicrosoftError as error:
        return error


def _is_tree_old(reading: Reading) -> bool:
    walked = reading.mailbox.folders_walked_at
    return walked is None or reading.clock() - walked >= REWALK_AFTER
