"""Lists of messages: `/me/messages` and `/me/mailFolders/{id}/messages`, filtered, ordered, searched, paged."""

from bisect import bisect_left
from collections.abc import Callable
from heapq import merge
from urllib.parse import urlencode

from sandbox.folders import Folder
from sandbox.graph import errors
from sandbox.graph.delta import contents
from sandbox.graph.exchange import GraphRequest, GraphResponse
from sandbox.graph.filters import Clause, check_order, read_filter
from sandbox.graph.messages import applied, selection_of
from sandbox.graph.paging import MAX_PAGE, Page, bend
from sandbox.graph.render import row
from sandbox.graph.search import matching
from sandbox.mail import Item
from sandbox.tenant import Tenant
from sandbox.vocabulary import WellKnown

DEFAULT_PAGE = 10
MAX_SEARCH_RESULTS = 1000
_ORDERS: dict[str, Callable[[Item], tuple[int, int]]] = {
    "receiveddatetime": lambda item: item.position,
    "createddatetime": lambda item: item.position,
    "sentdatetime": lambda item: (item.mail.sent_at, item.ordinal),
}


def list_messages(tenant: Tenant, request: GraphRequest) -> GraphResponse:
    """Every folder's messages, Deleted Items and drafts included; hidden and search folders not."""
    folders = [folder for folder in request.mailbox.folders.values() if not folder.is_hidden and not folder.is_search]
    items = list(merge(*(folder.items for folder in folders), key=lambda item: item.position))
    return _list(tenant, request, items, "/me/messages")


def list_folder_messages(tenant: Tenant, request: GraphRequest, folder: Folder) -> GraphResponse:
    """One folder's messages."""
    if folder.well_known is WellKnown.ROOT:
        return _list(tenant, request, [], "/me/mailFolders/msgfolderroot/messages")
    return _list(tenant, request, contents(request, folder), f"/me/mailFolders/{folder.id}/messages")


def _list(tenant: Tenant, request: GraphRequest, items: list[Item], path: str) -> GraphResponse:
    """`items` come oldest first."""
    query = request.query
    if "$search" in query:
        if "$filter" in query or "$orderby" in query:
            raise errors.failure(
                400, "SearchWithFilter", "The query parameter '$filter' is not supported with '$search'."
            )
        found = matching(items, query["$search"])[:MAX_SEARCH_RESULTS]
    else:
        clauses = read_filter(query.get("$filter", ""))
        check_order(clauses, query.get("$orderby", ""))
        found = _ordered(_filtered(items, clauses), query.get("$orderby", ""))
    skip = int(query.get("$skip", "0") or 0)
    top = _top(query.get("$top", ""))
    page = found[skip : skip + top]
    selection = selection_of(tenant, request)
    link = ""
    if skip + top < len(found):
        link = f"{tenant.urls['graph_url']}{path}?{urlencode({**query, '$top': top, '$skip': skip + top})}"
    rows = [(item.immutable_id, row(item, selection)) for item in page]
    response = bend(tenant, request, Page(rows, "users('me')/messages", link=link))
    if query.get("$count", "").lower() == "true":
        response.body = response.body[:-1] + f',"@odata.count":{len(found)}}}'.encode()
    return applied(tenant, request, selection, response)


def _top(text: str) -> int:
    if not text:
        return DEFAULT_PAGE
    if not text.isdigit() or not 1 <= int(text) <= MAX_PAGE:
        raise errors.bad_request(
            f"Invalid value '{text}' for $top query option found. It must be between 1 and {MAX_PAGE}."
        )
    return int(text)


def _filtered(items: list[Item], clauses: list[Clause]) -> list[Item]:
    low, high, rest = 0, len(items), []
    for clause in clauses:
        if clause.field != "receiveddatetime" or clause.operator not in ("ge", "gt", "le", "lt"):
            rest.append(clause)
            continue
        edge = int(clause.value) + (clause.operator in ("gt", "le"))
        index = bisect_left(items, edge, key=lambda item: item.received_at)
        if clause.operator in ("ge", "gt"):
            low = max(low, index)
        else:
            high = min(high, index)
    return [item for item in items[low:high] if all(clause.holds(item) for clause in rest)]


def _ordered(items: list[Item], orderby: str) -> list[Item]:
    if not orderby:
        return items[::-1]
    field, _, direction = orderby.split(",", maxsplit=1)[0].strip().partition(" ")
    key = _ORDERS.get(field.lower())
    if key is None:
        raise errors.too_complex()
    return sorted(items, key=key, reverse=direction.strip().lower() == "desc")
