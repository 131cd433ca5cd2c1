"""What all pages have in common: their size, their links, and how injected faults bend them."""

from sandbox.faults import FaultKind
from sandbox.graph import errors
from sandbox.graph.exchange import GraphRequest, GraphResponse
from sandbox.tenant import Tenant

MAX_PAGE = 1000
_FOREIGN_HOST = "https://graph.stranger.example/v1.0"


def page_size(request: GraphRequest, default: int) -> int:
    """Rows a page: `Prefer: odata.maxpagesize`, else the default."""
    text = request.preferences.get("odata.maxpagesize", "")
    return max(1, min(int(text), MAX_PAGE)) if text.isdigit() else default


def bend(
    tenant: Tenant, request: GraphRequest, rows: list[tuple[str, bytes]], link_key: bytes, link: str, context: str
) -> GraphResponse:
    """The page as JSON, after the faults that touch pages; `rows` are immutable ids and JSON objects."""
    poison = {fault.arguments.get("id") for fault in request.faults if fault.kind is FaultKind.POISON_ITEM}
    if poison and any(key in poison for key, _ in rows):
        raise errors.failure(504, "UnknownError", "")
    bodies = [body for _, body in rows]
    for fault in request.faults:
        if fault.kind is FaultKind.DUPLICATE_ITEMS:
            bodies = [body for body in bodies for _ in range(2)]
        elif fault.kind in (FaultKind.NEXT_LINK_LOOP, FaultKind.REPLAY):
            link_key, link = b"@odata.nextLink", request.url
        elif fault.kind is FaultKind.FOREIGN_NEXT_LINK and link:
            foreign = str(fault.arguments.get("base") or _FOREIGN_HOST)
            link = link.replace(tenant.urls["graph_url"], foreign)
    graph_url = tenant.urls["graph_url"]
    parts = [f'{{"@odata.context":"{graph_url}/$metadata#{context}",'.encode()]
    if link:
        parts.append(b'"%s":"%s",' % (link_key, link.encode()))
    parts.append(b'"value":[' + b",".join(bodies) + b"]}")
    response = GraphResponse(200, b"".join(parts))
    if "odata.maxpagesize" in request.preferences:
        response.headers["Preference-Applied"] = f"odata.maxpagesize={request.preferences['odata.maxpagesize']}"
    return response
