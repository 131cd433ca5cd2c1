"""Which folders of a mailbox are read: all of the tree but what a person never sent, received or meant to keep.

msgfolderroot
├── Inbox ✓            ├── Drafts ✗         (by well-known name, so that a localized name does not matter)
│   └── Projects ✓     ├── Junk Email ✗
├── Sent Items ✓       ├── Deleted Items ✗  with all below
└── Archive ✓          └── hidden ✗, search folders ✗ (they show other folders' mail once more)
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import quote

from core.hashing import hash_of
from core.http.errors import Unavailable
from core.http.wire import Reply
from mailsync.graph.batch import whole_body
from mailsync.graph.errors import FolderGone
from mailsync.graph.links import path_within
from mailsync.graph.refusals import Target, refusal
from mailsync.graph.schema import FolderPage, MailFolder
from mailsync.graph.wire import Wire

EXCLUDED_WELL_KNOWN = ("deleteditems", "drafts", "junkemail", "outbox", "conversationhistory")
"""Names that Graph takes in place of an id, whatever the mailbox's language (…/graph/api/resources/mailfolder)."""

SENT_ITEMS = "sentitems"
NAMED_WELL_KNOWN = ("inbox", SENT_ITEMS)
"""Folders that are read, and that the sync tells apart from the rest."""

TREE_DELTA_PATH = "/me/mailFolders/delta?$select=displayName,parentFolderId"

_PAGE = "$top=100"
_TOP, _TOP_PATH = "", f"/me/mailFolders?{_PAGE}"
"""The folders right below the root: not one of Graph's names or ids, so that it stands for no folder."""

_SEARCH_FOLDER = "#microsoft.graph.mailSearchFolder"


@dataclass(frozen=True, slots=True)
class ListedFolder:
    """A folder that is read; `total_items` is Graph's count, for progress, `well_known` one of NAMED_WELL_KNOWN."""

    id: str
    display_name: str
    parent_id: str
    total_items: int
    well_known: str = ""


@dataclass(frozen=True, slots=True)
class FolderDelta:
    """What changed in the folder tree, as a digest of folders and their parents: empty where nothing did.

    A server that tells the whole tree each time gives the same digest each time. `delta_link` is the link to ask again
    with, empty where there are more pages to read.
    """

    digest: str
    delta_link: str
    next_link: str = ""


def parse_folder_delta(body: dict[str, object]) -> FolderDelta:
    """A page of `mailFolders/delta`; raises Unavailable where it is not whole."""
    page = _whole(body)
    next_link, delta_link = page.get("@odata.nextLink") or "", body.get("@odata.deltaLink") or ""
    if bool(next_link) == bool(delta_link):
        raise Unavailable("IncompleteReply")
    return FolderDelta(_digest(page["value"]), str(delta_link), next_link)


def _digest(rows: Iterable[MailFolder]) -> str:
    places = sorted(f"{row['id']} {row.get('parentFolderId')} {'@removed' in row}" for row in rows)
    return hash_of(*places) if places else ""


def folders_to_sync(wire: Wire) -> list[ListedFolder]:
    """Every folder to read, parents before children. One request, and one more for each level with subfolders."""
    names = {name: f"/me/mailFolders/{name}" for name in (*EXCLUDED_WELL_KNOWN, *NAMED_WELL_KNOWN)}
    replies = wire.in_rounds(wire.batch, {_TOP: _TOP_PATH, **names}, Target.MAILBOX)
    named = {found: name for name in NAMED_WELL_KNOWN if (found := _well_known_id(replies[name]))}
    excluded = {found for name in EXCLUDED_WELL_KNOWN if (found := _well_known_id(replies[name]))}
    seen: set[str] = set(excluded)
    folders: list[ListedFolder] = []
    level = [_page(replies[_TOP], Target.MAILBOX)]
    while level:
        parents: list[str] = []
        for folder in _rows(wire, level):
            if folder["id"] in seen or folder.get("isHidden") or _is_search_folder(folder):
                continue
            seen.add(folder["id"])
            folders.append(_folder(folder, named.get(folder["id"], "")))
            if folder.get("childFolderCount"):
                parents.append(folder["id"])
        level = list(_children(wire, parents))
    return folders


def _children_path(folder_id: str) -> str:
    return f"/me/mailFolders/{quote(folder_id, safe='')}/childFolders?{_PAGE}"


def _well_known_id(reply: Reply) -> str | None:
    if reply.status == HTTPStatus.BAD_REQUEST:
        return None  # a name that this mailbox's server does not know
    if reply.status == HTTPStatus.NOT_FOUND:
        error = refusal(reply, Target.FOLDER, now=datetime.now(UTC))
        if isinstance(error, FolderGone):
            return None
        raise error
    found = whole_body(reply, Target.MAILBOX).get("id")
    if not isinstance(found, str):
        raise Unavailable("IncompleteReply")
    return found


def _children(wire: Wire, parents: Iterable[str]) -> Iterator[FolderPage]:
    paths = {parent: _children_path(parent) for parent in parents}
    for reply in wire.in_rounds(wire.batch, paths, Target.FOLDER).values():
        try:
            yield _page(reply, Target.FOLDER)
        except FolderGone:
            continue  # deleted while we looked


def _rows(wire: Wire, pages: Iterable[FolderPage]) -> Iterator[MailFolder]:
    for first in pages:
        page, followed = first, set[str]()
        while True:
            yield from page["value"]
            following = page.get("@odata.nextLink") or ""
            if not following:
                break
            if following in followed:
                raise Unavailable("RepeatedLink")
            followed.add(following)
            page = _whole(wire.get(path_within(following, wire.base_url), Target.FOLDER))


def _page(reply: Reply, target: Target) -> FolderPage:
    return _whole(whole_body(reply, target))


def _whole(body: dict[str, object]) -> FolderPage:
    rows = body.get("value")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and isinstance(row.get("id"), str) for row in rows):
        raise Unavailable("IncompleteReply")
    page: FolderPage = {"value": rows}
    if isinstance(link := body.get("@odata.nextLink"), str):
        page["@odata.nextLink"] = link
    return page


def _is_search_folder(folder: MailFolder) -> bool:
    return folder.get("@odata.type") == _SEARCH_FOLDER or "filterQuery" in folder or "sourceFolderIds" in folder


def _folder(folder: MailFolder, well_known: str) -> ListedFolder:
    return ListedFolder(
        id=folder["id"],
        display_name=folder.get("displayName") or "",
        parent_id=folder.get("parentFolderId") or "",
        total_items=max(folder.get("totalItemCount") or 0, 0),
        well_known=well_known,
    )
