"""Per-folder change tracking: `GET /me/mailFolders/{id}/messages/delta`.

first request ──▶ page ──nextLink──▶ page … ──deltaLink──▶ (later) page … ──deltaLink──▶ …
                   │ each link is a sealed token: folder, generation, what was asked, where the walk stands
                   └ a token three generations behind its walk's newest, or of a thrown-away state, answers 410
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

from sandbox.changes import CollapseRules, Row, RowKind, collapse
from sandbox.clock import epoch_of
from sandbox.faults import FaultKind
from sandbox.folders import Folder
from sandbox.graph import errors
from sandbox.graph.exchange import GraphRequest, GraphResponse
from sandbox.graph.paging import Page, bend, page_size
from sandbox.graph.render import Selection, read_selection, row
from sandbox.mail import Item
from sandbox.signing import ForgedError
from sandbox.tenant import Tenant

DEFAULT_PAGE = 10
_MESSAGE_TYPE = b'{"@odata.type":"#microsoft.graph.message",'
_END = (2**40, 0)


@dataclass(slots=True)
class Walk:
    """Where a walk stands. `below` is the position under which the first round goes on, newest first; None: changes.

    `start`..`end` is the slice of the folder's log, `at` how many of its rows were given; `given` counts the round's.
    """

    folder: str
    epoch: int
    chain: int
    generation: int
    select: str
    since: int
    top: int
    kinds: str
    start: int
    end: int
    at: int
    given: int
    below: tuple[int, int] | None

    def seal(self, tenant: Tenant) -> str:
        """As an opaque token."""
        content: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return tenant.signer.seal("sync", {**content, "birth": tenant.birth})


class Generations:
    """The newest generation of every walk; what is not known here (after a restart) is taken as newest."""

    def __init__(self) -> None:
        self._newest: dict[int, int] = {}
        self._chains = count(1)

    def new_chain(self) -> int:
        """The number of a fresh walk."""
        return next(self._chains)

    def is_alive(self, walk: Walk, generations: int) -> bool:
        """True while the token is among the newest `generations` of its walk."""
        newest = self._newest.setdefault(walk.chain, walk.generation)
        return walk.generation > newest - generations

    def advance(self, walk: Walk) -> int:
        """The generation of the next link."""
        following = walk.generation + 1
        self._newest[walk.chain] = max(self._newest.get(walk.chain, 0), following)
        return following


def delta(tenant: Tenant, generations: Generations, request: GraphRequest, folder: Folder) -> GraphResponse:
    """One page of a walk."""
    token = request.query.get("$skiptoken") or request.query.get("$deltatoken")
    walk = _resume(tenant, generations, token, folder) if token else _begin(generations, request, folder)
    for fault in request.faults:
        if fault.kind is FaultKind.EMPTY_PAGES:
            return _page(tenant, generations, request, walk, [], is_last=False)
    size = page_size(request, DEFAULT_PAGE)
    if walk.below is not None:
        rows, is_last = _first_round(tenant, request, folder, walk, size)
    else:
        rows, is_last = _later_round(tenant, request, folder, walk, size)
    return _page(tenant, generations, request, walk, rows, is_last=is_last)


def _begin(generations: Generations, request: GraphRequest, folder: Folder) -> Walk:
    query = request.query
    for option in ("$search", "$skip", "$expand"):
        if option in query:
            raise errors.bad_request(f"The query option '{option}' is not supported with change tracking.")
    if query.get("$orderby", "receivedDateTime desc").lower() != "receiveddatetime desc":
        raise errors.bad_request("Only '$orderby=receivedDateTime desc' is supported with change tracking.")
    _selection(request, query.get("$select", ""))
    return Walk(
        folder=folder.id,
        epoch=folder.state_epoch,
        chain=generations.new_chain(),
        generation=1,
        select=query.get("$select", ""),
        since=_since(query.get("$filter", "")),
        top=int(query.get("$top", "0") or 0),
        kinds=query.get("changetype", query.get("changeType", "")),
        start=len(folder.log),
        end=len(folder.log),
        at=0,
        given=0,
        below=_END,
    )


def _since(text: str) -> int:
    if not text:
        return 0
    words = text.split()
    try:
        field_name, operator, value = words
        moment = epoch_of(value)
    except ValueError:
        field_name, operator, moment = "", "", 0
    if field_name.lower() != "receiveddatetime" or operator not in ("ge", "gt"):
        raise errors.failure(
            400,
            "ErrorInvalidUrlQueryFilter",
            "The '$filter' parameter value is not supported for 'Messages' resource; only a value of "
            "'ReceivedDateTime ge value' is supported.",
        )
    return moment + (operator == "gt")


def _resume(tenant: Tenant, generations: Generations, token: str, folder: Folder) -> Walk:
    try:
        content = dict(tenant.signer.open("sync", token))
    except ForgedError as forged:
        raise errors.failure(400, "SyncStateInvalid", "The sync state is invalid.") from forged
    content.pop("_")
    birth = content.pop("birth")
    below = content.pop("below")
    walk = Walk(**content, below=tuple(below) if below else None)
    if walk.folder != folder.id:
        raise errors.failure(400, "SyncStateInvalid", "The sync state belongs to another folder.")
    is_known = birth == tenant.birth and walk.end <= len(folder.log) and walk.epoch == folder.state_epoch
    if not is_known or not generations.is_alive(walk, tenant.switches.generations):
        raise errors.GraphFailure(errors.sync_state_gone("SyncStateNotFound"))
    return walk


def _selection(request: GraphRequest, select: str) -> Selection:
    try:
        return read_selection(select, immutable=request.is_immutable, text_bodies=False)
    except KeyError as unknown:
        raise errors.bad_request(
            f"Could not find a property named {unknown} on type 'microsoft.graph.message'."
        ) from None


def _first_round(
    tenant: Tenant, request: GraphRequest, folder: Folder, walk: Walk, size: int
) -> tuple[list[tuple[str, bytes]], bool]:
    assert walk.below is not None  # noqa: S101 - the caller's condition
    cap = tenant.switches.filter_cap if walk.since else 2**40
    if walk.top:
        cap = min(cap, walk.top)
    room = min(size, cap - walk.given)
    selection = _selection(request, walk.select)
    items = contents(request, folder)
    first = _index_below(items, walk.below)
    rows: list[tuple[str, bytes]] = []
    for item in islice(_downwards(items, first), room):
        if item.received_at < walk.since:
            walk.given = cap
            break
        rows.append((item.immutable_id, _typed(row(item, selection))))
        walk.below = item.position
    walk.given += len(rows)
    remaining = first - len(rows)
    return rows, walk.given >= cap or remaining <= 0 or items[remaining - 1].received_at < walk.since


def contents(request: GraphRequest, folder: Folder) -> list[Item]:
    """A folder's items, oldest first; a search folder shows the unread ones of the Inbox."""
    if not folder.is_search:
        return folder.items
    return [item for item in request.mailbox.folder("inbox").items if not item.is_read]


def _index_below(items: list[Item], position: tuple[int, int]) -> int:
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if items[middle].position < position:
            low = middle + 1
        else:
            high = middle
    return low


def _downwards(items: list[Item], first: int) -> Iterator[Item]:
    return (items[index] for index in range(first - 1, -1, -1))


def _later_round(
    tenant: Tenant, request: GraphRequest, folder: Folder, walk: Walk, size: int
) -> tuple[list[tuple[str, bytes]], bool]:
    switches = tenant.switches
    rules = CollapseRules(request.is_immutable, switches.move_shows_add, switches.returning_item_is_lost)
    if walk.at == 0:
        walk.end = len(folder.log)
    selection = _selection(request, walk.select)
    changed = [
        entry for entry in collapse(folder.log[walk.start : walk.end], rules) if _is_wanted(entry, walk, selection)
    ]
    page = changed[walk.at : walk.at + size]
    walk.at += len(page)
    return [(entry.item.immutable_id, _changed_row(entry, selection)) for entry in page], walk.at >= len(changed)


def _is_wanted(entry: Row, walk: Walk, selection: Selection) -> bool:
    if entry.kind is RowKind.READ and not selection.shows_read_flag:
        return False
    kind = RowKind.UPDATED if entry.kind is RowKind.READ else entry.kind
    if walk.kinds and kind not in walk.kinds.lower():
        return False
    return kind is RowKind.REMOVED or entry.item.received_at >= walk.since


def _changed_row(entry: Row, selection: Selection) -> bytes:
    if entry.kind is RowKind.REMOVED:
        return _MESSAGE_TYPE + f'"id":"{entry.id}","@removed":{{"reason":"deleted"}}}}'.encode()
    if entry.kind is RowKind.READ:
        narrow = Selection(("isRead", "parentFolderId"), selection.immutable)
        return _typed(row(entry.item, narrow))
    return _typed(row(entry.item, selection))


def _typed(text: bytes) -> bytes:
    return text if text.startswith(b'{"@odata.type"') else _MESSAGE_TYPE + text[1:]


def _page(
    tenant: Tenant,
    generations: Generations,
    request: GraphRequest,
    walk: Walk,
    rows: list[tuple[str, bytes]],
    *,
    is_last: bool,
) -> GraphResponse:
    walk.generation = generations.advance(walk)
    if is_last:
        walk.start, walk.at, walk.given, walk.below = walk.end, 0, 0, None
    path = f"{tenant.urls['graph_url']}/me/mailfolders('{walk.folder}')/messages/delta"
    name, key = ("$deltatoken", "@odata.deltaLink") if is_last else ("$skiptoken", "@odata.nextLink")
    link = f"{path}?{name}={walk.seal(tenant)}"
    return bend(tenant, request, Page(rows, "Collection(message)", key, link))
