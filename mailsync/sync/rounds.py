"""Every folder is read to its deltaLink, page by page, and can be left and taken up at any page.

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

from core.chunks import chunks
from core.http.errors import CursorExpired, ForeignLink, OutsideError, Throttled, Unavailable
from mailsync.graph.client import DeltaPage, FolderDelta
from mailsync.graph.errors import FolderGone
from mailsync.models import FolderCursor
from mailsync.sync.folder import Folder
from mailsync.sync.listing import begin_listing, read_by_list
from mailsync.sync.mail_run import MailRun
from mailsync.sync.pages import is_quiet, take_page
from mailsync.sync.tree import ask_tree, is_tree_old, leave_folder, list_folders, note_tree

_MOST_RESTARTS = 3
_MOST_EMPTY_PAGES = 100
_BATCH = 20


def follow_deltas(run: MailRun) -> None:
    """Ask what changed in the finished folders, up to 20 a request; a folder with more than a page is left unfinished.

    The folder tree's own delta rides along where a $batch has room for it. Folders without news cost one query.
    """
    finished = run.finished
    answers: dict[str, DeltaPage | OutsideError] = {}
    tree: FolderDelta | OutsideError | None = None
    tree_link = run.mailbox.folders_link
    for some in chunks(finished, _BATCH):
        links = {folder.id: folder.cursor.link for folder in some}
        has_room = len(links) < _BATCH
        changes = run.client.delta_batch(links, page_size=run.page_size, tree_link=tree_link if has_room else "")
        answers |= changes.folders
        tree = changes.tree or tree
    if tree_link and tree is None and is_tree_old(run):
        tree = ask_tree(run)
    _take_answers(run, finished, answers)
    note_tree(run, tree)


def read_unfinished(run: MailRun) -> None:
    """Read the unfinished folders to their end; one that vanishes meanwhile makes the tree be listed once more."""
    for _ in range(2):
        if run.is_tree_stale:
            list_folders(run)
        _read_in_turns(run)
        if not run.is_tree_stale:
            break


def _read_in_turns(run: MailRun) -> None:
    """A page of each unfinished folder in turn; Sent Items go before the others."""
    while pending := run.unfinished:
        for folder in [folder for folder in pending if folder.is_sent_items] or pending:
            if run.is_time_up:
                return
            if folder.cursor.window_before is not None:
                _read_by_list(run, folder)
            else:
                _read_by_delta(run, folder)


def _take_answers(run: MailRun, finished: Sequence[Folder], answers: Mapping[str, DeltaPage | OutsideError]) -> None:
    pages = [answer for answer in answers.values() if isinstance(answer, DeltaPage)]
    shown = {envelope.copy_id for page in pages for envelope in page.envelopes}
    quiet: list[FolderCursor] = []
    waits: list[Throttled | Unavailable] = []
    for folder in finished:
        answer = answers[folder.id]
        if isinstance(answer, DeltaPage):
            if is_quiet(answer):
                folder.cursor.link = answer.delta_link
                quiet.append(folder.cursor)
            else:
                take_page(run, folder, answer, elsewhere=shown)
        elif isinstance(answer, Throttled) or (isinstance(answer, Unavailable) and answer.retry_after):
            waits.append(answer)
        elif isinstance(answer, Unavailable):
            folder.cursor.is_round_complete = False  # asked for again by itself, with smaller pages
        else:
            _mend(run, folder, answer)
    if quiet:
        FolderCursor.objects.bulk_update(quiet, ["link"])
    if waits:
        raise waits[0]


def _read_by_list(run: MailRun, folder: Folder) -> None:
    try:
        read_by_list(run, folder)
    except (CursorExpired, FolderGone, ForeignLink) as error:
        folder.window = None
        _mend(run, folder, error)


def _read_by_delta(run: MailRun, folder: Folder) -> None:
    cursor = folder.cursor
    size = cursor.page_size or run.page_size
    if cursor.link and not folder.links.is_first(f"{size} {cursor.link}"):
        _restart(run, folder, "LinkLoop")
        return
    try:
        page = run.client.message_delta(
            folder.id, link=cursor.link, since=cursor.delta_since or cursor.since, page_size=size
        )
    except Unavailable as error:
        _read_smaller(run, folder, error)
    except OutsideError as error:
        _mend(run, folder, error)
    else:
        is_empty = not (page.envelopes or page.removed_ids or page.partial_ids or page.delta_link)
        folder.empty_pages = (folder.empty_pages + 1) * is_empty
        if folder.empty_pages > _MOST_EMPTY_PAGES:
            _restart(run, folder, "EmptyPages")
        else:
            take_page(run, folder, page)


def _mend(run: MailRun, folder: Folder, error: OutsideError) -> None:
    """Do what a folder's error asks for, or raise it where it concerns more than the folder."""
    if isinstance(error, CursorExpired | ForeignLink):
        _restart(run, folder, error.code)
    elif isinstance(error, FolderGone):
        leave_folder(run, folder)
        run.is_tree_stale = True
    else:
        raise error


def _restart(run: MailRun, folder: Folder, why: str) -> None:
    """The folder starts over; where that keeps happening the run ends, to be tried again later."""
    folder.restarts += 1
    if folder.restarts > _MOST_RESTARTS:
        raise Unavailable(why)
    folder.start_over(run.mailbox.lookback_from)
    folder.save()


def _read_smaller(run: MailRun, folder: Folder, error: Unavailable) -> None:
    """After a page that did not come: half the size; at size 1 the mail itself is the trouble and is gone around."""
    if error.retry_after is not None:
        raise error
    size = folder.cursor.page_size or run.page_size
    if size > 1:
        folder.cursor.page_size = size // 2
        return
    run.client.me()  # raises where it is an outage and not one mail
    folder.restarts += 1
    if folder.restarts > _MOST_RESTARTS:
        raise error
    begin_listing(run, folder)
