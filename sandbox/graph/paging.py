"""What all pages have in common: their size, their links, and how injected faults bend them."""

from dataclasses import dataclass

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


@dataclass(slots=True)
class Page:
    """`rows` are immutable ids and JSON objects; `link` is empty where nothing follows."""

    rows: list[tuple[str, bytes]]
    context: str
    link_key: str = "@odata.nextLink"
    link: str = ""


def bend(tenant: Tenant, request: GraphRequest, page: Page) -> GraphResponse:
    """The page as JSON, after the faults that touch pages. Raises GraphFailure (504) for a poisoned one."""
    poison = {fault.arguments.get("id") for fault in request.faults if fault.kind is FaultKind.POISON_ITEM}
    if poison and any(key in poison for key, _ in page.rows):
        raise errors.failure(504, "UnknownError", "")
    bodies = [body for _, body in page.rows]
    graph_url = tenant.urls["graph_url"]
    for fault in request.faults:
        if fault.kind is FaultKind.DUPLICATE_ITEMS:
            bodies = [body for body in bodies for _ in range(2)]
        elif fault.kind in (FaultKind.NEXT_LINK_LOOP, FaultKind.REPLAY):
            page.link_key, page.link = "@odata.nextLink", request.url
        elif fault.kind is FaultKind.FOREIGN_NEXT_LINK and page.link:
            page.link = page.link.replace(graph_url, str(fault.arguments.get("base") or _FOREIGN_HOST))
    link = f'"{page.link_key}":"{page.link}",' if page.link else ""
    opening = f'{{"@odata.context":"{graph_url}/$metadata#{page.context}",{link}"value":['
    response = GraphResponse(200, opening.encode() + b",".join(bodies) + b"]}")
    if "odata.maxpagesize" in request.preferences:
        response.headers["Preference-Applied"] = f"odata.maxpagesize={request.preferences['odata.maxpagesize']}"
    return response
