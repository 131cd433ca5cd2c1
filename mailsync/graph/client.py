"""One mailbox read through Microsoft Graph: folders, envelopes, and the contents of what is kept.

    folders ──▶ message_delta / delta_batch ──▶ envelopes        no body, no preview, no Bcc, no read flag
                message_list (windows of time) ─┘    │
                                                 matched
                     fetch_headers ◀─────────────────┘
                     fetch_bodies  ◀── those that the header rules let through

Every request asks for immutable ids; a page's size travels with every page, for Graph forgets it. Errors are the tree
of core.http.errors, and mailsync.graph.errors for what a mailbox alone has; where several things are asked for at once,
each has its own result or error.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

import urllib3

from core.http.errors import ItemUnreadable, OutsideError, Unavailable
from core.http.wire import Reply
from core.moments import utc_seconds
from mailsync.domain.envelope import Content, Envelope
from mailsync.graph.batch import whole_body
from mailsync.graph.folders import TREE_DELTA_PATH, FolderDelta, ListedFolder, folders_to_sync, parse_folder_delta
from mailsync.graph.links import path_within
from mailsync.graph.parse import (
    DeltaPage,
    ListPage,
    Person,
    parse_body,
    parse_delta_page,
    parse_envelope,
    parse_headers,
    parse_list_page,
    parse_person,
)
from mailsync.graph.patience import Patience
from mailsync.graph.refusals import TOO_LARGE, TOO_LARGE_ALONE, Target
from mailsync.graph.subscriptions import Subscriptions
from mailsync.graph.wire import IMMUTABLE_IDS, Tokens, Wire

__all__ = ["Changes", "DeltaPage", "FolderDelta", "GraphClient", "ListPage", "ListedFolder", "Person"]

ENVELOPE_SELECT = (
    "id,internetMessageId,conversationId,subject,from,sender,toRecipients,ccRecipients,"
    "receivedDateTime,sentDateTime,parentFolderId,isDraft"
)
HEADERS_SELECT = "id,internetMessageHeaders"
THREADED_HEADERS_SELECT = f"{HEADERS_SELECT},conversationIndex"
BODY_SELECT = "id,body"
PERSON_SELECT = "id,userPrincipalName,proxyAddresses"
AS_TEXT = f'{IMMUTABLE_IDS}, outlook.body-content-type="text"'
PAGE_SIZE = 100
_MOST_TREE_PAGES = 500
_TREE = ""
"""The folder tree's key in a `$batch`: no folder has it for its id."""
_NEWEST_FIRST = "&$orderby=receivedDateTime%20desc"

Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in each folder that was asked for, and in the folder tree: None where it was not asked for."""

    folders: Mapping[str, DeltaPage | OutsideError]
    tree: FolderDelta | OutsideError | None = None


class GraphClient:
    """Reads one mailbox, one request at a time.

    `tokens(False)` gives the person's bearer token and `tokens(True)` a fresh one. `pool` is shared by all clients
    of the process, for its pooled connections. `requests` counts what was sent.
    """

    def __init__(
        self, base_url: str, tokens: Tokens, pool: urllib3.HTTPConnectionPool, *, patience: Patience | None = None
    ) -> None:
        self._wire = Wire(base_url, tokens, pool, patience=patience)
        self._headers_select = THREADED_HEADERS_SELECT
        self.subscriptions = Subscriptions(self._wire)
        self._is_order_taken = True

    @property
    def requests(self) -> int:
        """HTTP requests sent so far."""
        return self._wire.requests

    @property
    def refusals(self) -> int:
        """How often Microsoft asked to wait so far, parts of a `$batch` each by itself."""
        return self._wire.patience.refusals

    def me(self) -> Person:
        """Who signed in, with every address of the mailbox."""
        return parse_person(self._wire.get(f"/me?$select={PERSON_SELECT}", Target.MAILBOX))

    def folders(self) -> list[ListedFolder]:
        """The folders to read, parents first; excluded ones are left out with all below them."""
        return folders_to_sync(self._wire)

    def folder_delta(self, link: str = "") -> FolderDelta:
        """What changed in the folder tree since `link`, read to its end; without a link, the tree to begin from."""
        path, digests = self._within(link) if link else TREE_DELTA_PATH, []
        for _ in range(_MOST_TREE_PAGES):
            page = parse_folder_delta(self._wire.get(path, Target.CURSOR))
            digests += [page.digest] if page.digest else []
            if page.delta_link:
                return FolderDelta(" ".join(digests), page.delta_link)
            path = self._within(page.next_link)
        raise Unavailable("RepeatedLink")

    def message_delta(
        self, folder_id: str, *, link: str = "", since: datetime | None = None, page_size: int = PAGE_SIZE
    ) -> DeltaPage:
        """The page that `link` leads to, or the first one of a new round back to `since` (receivedDateTime)."""
        if link:
            return parse_delta_page(self._wire.get(self._within(link), Target.CURSOR, prefer=_paged(page_size)))
        return parse_delta_page(self._in_order(_delta_path(folder_id, since), Target.FOLDER, page_size))

    def delta_batch(self, links: Mapping[str, str], *, page_size: int = PAGE_SIZE, tree_link: str = "") -> Changes:
        """The next page of each folder, {folder id: link}: one request for 20 folders.

        With `tree_link` also what changed in the folder tree; it takes one of the 20 places.
        """
        asked = {_TREE: tree_link, **links} if tree_link else links
        paths: dict[str, str] = {}
        refused: dict[str, OutsideError] = {}
        for key, link in asked.items():
            try:
                paths[key] = self._within(link)
            except OutsideError as error:
                refused[key] = error
        replies = self._replies(paths, Target.BATCHED_CURSOR, _paged(page_size))

        def answer(key: str, parse: Callable[[Any], Parsed]) -> Parsed | OutsideError:
            return refused[key] if key in refused else _outcome(replies[key], Target.BATCHED_CURSOR, parse)

        folders = {folder_id: answer(folder_id, parse_delta_page) for folder_id in links}
        return Changes(folders, answer(_TREE, parse_folder_delta) if tree_link else None)

    def message_list(
        self,
        folder_id: str | None,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        link: str = "",
        page_size: int = PAGE_SIZE,
    ) -> ListPage:
        """A page of the mail received in [since, before), newest first; without a folder, of the whole mailbox."""
        target = Target.FOLDER if folder_id else Target.MAILBOX
        if link:
            return parse_list_page(self._wire.get(self._within(link), target, prefer=_paged(page_size)))
        return parse_list_page(self._in_order(_list_path(folder_id, since, before, page_size), target, page_size))

    def fetch_headers(self, ids: Iterable[str]) -> dict[str, Content | OutsideError]:
        """Internet headers and conversation index of each id: the step before any body is asked for.

        A server that does not know conversationIndex refuses the question; it is then asked without.
        """
        found = self._fetch_messages(ids, self._headers_select, parse_headers, IMMUTABLE_IDS)
        refused = [copy_id for copy_id, answer in found.items() if _is_bad_request(answer)]
        if refused and self._headers_select != HEADERS_SELECT:
            found |= self._fetch_messages(refused, HEADERS_SELECT, parse_headers, IMMUTABLE_IDS)
            if len(refused) == len(found):
                self._headers_select = HEADERS_SELECT
        return found

    def fetch_bodies(self, ids: Iterable[str]) -> dict[str, Content | OutsideError]:
        """The body of each id, asked for as text."""
        return self._fetch_messages(ids, BODY_SELECT, parse_body, AS_TEXT)

    def fetch_envelopes(self, ids: Iterable[str]) -> dict[str, Envelope | OutsideError]:
        """The envelope of each id, as it stands in the mailbox at this moment."""
        return self._fetch_messages(ids, ENVELOPE_SELECT, parse_envelope, IMMUTABLE_IDS)

    def find_by_message_id(self, message_id: str) -> list[Envelope]:
        """Every copy with that Message-ID, in whatever folder; the angle brackets belong to it."""
        quoted = quote(message_id.replace("'", "''"), safe="")
        path = f"/me/messages?$filter=internetMessageId%20eq%20'{quoted}'&$select={ENVELOPE_SELECT}&$top=25"
        return list(parse_list_page(self._wire.get(path, Target.MAILBOX)).envelopes)

    def _in_order(self, path: str, target: Target, page_size: int) -> Any:
        """The answer at `path`, newest mail first; in whatever order where a server refuses to sort (400)."""
        if not self._is_order_taken:
            path = path.replace(_NEWEST_FIRST, "")
        try:
            return self._wire.get(path, target, prefer=_paged(page_size))
        except Unavailable as error:
            if error.status != HTTPStatus.BAD_REQUEST or _NEWEST_FIRST not in path:
                raise
            answer = self._wire.get(path.replace(_NEWEST_FIRST, ""), target, prefer=_paged(page_size))
            self._is_order_taken = False
            return answer

    def _within(self, link: str) -> str:
        return path_within(link, self._wire.base_url)

    def _fetch_messages(
        self, ids: Iterable[str], select: str, parse: Callable[[Any], Parsed], prefer: str
    ) -> dict[str, Parsed | OutsideError]:
        paths = {copy_id: f"/me/messages/{quote(copy_id, safe='')}?$select={select}" for copy_id in ids}
        return self._fetch_each(paths, Target.ITEM, parse, prefer)

    def _fetch_each(
        self, paths: Mapping[str, str], target: Target, parse: Callable[[Any], Parsed], prefer: str
    ) -> dict[str, Parsed | OutsideError]:
        replies = self._replies(paths, target, prefer)
        return {key: _outcome(reply, target, parse) for key, reply in replies.items()}

    def _replies(self, paths: Mapping[str, str], target: Target, prefer: str) -> dict[str, Reply]:
        return self._wire.in_rounds(lambda some: self._batch(some, prefer), paths, target)

    def _batch(self, paths: Mapping[str, str], prefer: str) -> dict[str, Reply]:
        """A `$batch`, or where its answer is larger than is read, its halves; one that is too large alone says so."""
        try:
            return self._wire.batch(paths, prefer=prefer)
        except Unavailable as error:
            if error.code != TOO_LARGE:
                raise
        if len(paths) == 1:
            return dict.fromkeys(paths, TOO_LARGE_ALONE)
        keys = list(paths)
        halves = keys[: len(keys) // 2], keys[len(keys) // 2 :]
        first, second = (self._batch({key: paths[key] for key in half}, prefer) for half in halves)
        return first | second


def _outcome(reply: Reply, target: Target, parse: Callable[[Any], Parsed]) -> Parsed | OutsideError:
    try:
        return parse(whole_body(reply, target))
    except OutsideError as error:
        return error
    except KeyError:
        return ItemUnreadable("IncompleteItem") if target is Target.ITEM else Unavailable("IncompleteReply")


def _is_bad_request(answer: object) -> bool:
    return isinstance(answer, Unavailable) and answer.status == HTTPStatus.BAD_REQUEST


def _delta_path(folder_id: str, since: datetime | None) -> str:
    floor = f"&$filter=receivedDateTime%20ge%20{utc_seconds(since)}{_NEWEST_FIRST}" if since else ""
    return f"/me/mailFolders/{quote(folder_id, safe='')}/messages/delta?$select={ENVELOPE_SELECT}{floor}"


def _list_path(folder_id: str | None, since: datetime | None, before: datetime | None, page_size: int) -> str:
    place = f"/me/mailFolders/{quote(folder_id, safe='')}/messages" if folder_id else "/me/messages"
    limits = [f"receivedDateTime%20ge%20{utc_seconds(since)}"] if since else []
    limits += [f"receivedDateTime%20lt%20{utc_seconds(before)}"] if before else []
    window = f"&$filter={'%20and%20'.join(limits)}" if limits else ""
    return f"{place}?$select={ENVELOPE_SELECT}{window}{_NEWEST_FIRST}&$top={page_size}"


def _paged(page_size: int) -> str:
    return f"odata.maxpagesize={page_size}, {IMMUTABLE_IDS}"
