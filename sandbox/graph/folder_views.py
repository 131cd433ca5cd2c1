"""`/me/mailFolders` and what lies under it."""

import json
from typing import Any

from sandbox.folders import Folder
from sandbox.graph import errors
from sandbox.graph.exchange import GraphRequest, GraphResponse, json_response
from sandbox.mailbox import UnknownFolderError
from sandbox.tenant import Tenant
from sandbox.vocabulary import WellKnown

DEFAULT_PAGE = 10
_ID_SHAPES = ("AQMk", "AAMk", "AAkA")
_WELL_KNOWN = frozenset(WellKnown)


def find_folder(request: GraphRequest, name: str) -> Folder:
    """By id or well-known name. Raises the 404 or 400 that Graph would."""
    if name.lower() in _WELL_KNOWN:
        name = name.lower()
    elif not name.startswith(_ID_SHAPES):
        raise errors.malformed_id()
    try:
        return request.mailbox.folder(name)
    except UnknownFolderError:
        if "$deltatoken" in request.query or "$skiptoken" in request.query:
            raise errors.failure(404, "ErrorSyncFolderNotFound", "The specified folder could not be found.") from None
        raise errors.item_not_found() from None


def list_folders(tenant: Tenant, request: GraphRequest, parent: Folder) -> GraphResponse:
    """Direct children only, ten a page."""
    with_hidden = request.query.get("includeHiddenFolders", "false").lower() == "true"
    children = [folder for folder in request.mailbox.children(parent) if with_hidden or not folder.is_hidden]
    top = min(max(int(request.query.get("$top", DEFAULT_PAGE)), 1), 1000)
    skip = int(request.query.get("$skip", 0))
    page = children[skip : skip + top]
    owner = f"{tenant.urls['graph_url']}/me/mailFolders"
    body: dict[str, Any] = {
        "@odata.context": f"{tenant.urls['graph_url']}/$metadata#users('me')/mailFolders",
        "value": [_select(request, describe(request, folder)) for folder in page],
    }
    if skip + top < len(children):
        path = owner if parent.well_known is WellKnown.ROOT else f"{owner}/{parent.id}/childFolders"
        asked = "".join(
            f"&{name}={value}" for name, value in request.query.items() if name in ("includeHiddenFolders", "$select")
        )
        body["@odata.nextLink"] = f"{path}?$top={top}&$skip={skip + top}{asked}"
    return json_response(body)


def show_folder(request: GraphRequest, folder: Folder) -> GraphResponse:
    """One folder."""
    return json_response(_select(request, describe(request, folder)))


def describe(request: GraphRequest, folder: Folder) -> dict[str, Any]:
    """A folder as Graph's mailFolder or mailSearchFolder."""
    content: dict[str, Any] = {
        "id": folder.id,
        "displayName": folder.name,
        "parentFolderId": folder.parent_id,
        "childFolderCount": len(request.mailbox.children(folder)),
        "unreadItemCount": folder.unread,
        "totalItemCount": len(folder.items),
        "isHidden": folder.is_hidden,
        "sizeInBytes": len(folder.items) * 31_000,
    }
    if folder.is_search:
        unread = request.mailbox.folder(WellKnown.INBOX).unread
        content |= {
            "@odata.type": "#microsoft.graph.mailSearchFolder",
            "isSupported": True,
            "filterQuery": "isRead eq false",
            "unreadItemCount": unread,
            "totalItemCount": unread,
        }
    return content


def _select(request: GraphRequest, content: dict[str, Any]) -> dict[str, Any]:
    wanted = {name.strip() for name in request.query.get("$select", "").split(",") if name.strip()}
    if not wanted:
        return content
    return {name: value for name, value in content.items() if name in wanted or name in ("id", "@odata.type")}


def folder_delta(tenant: Tenant, request: GraphRequest) -> GraphResponse:
    """`/me/mailFolders/delta`: every visible folder, each time."""
    folders = [folder for folder in request.mailbox.folders.values() if folder.well_known is not WellKnown.ROOT]
    shown = [describe(request, folder) for folder in folders if not folder.is_hidden]
    link = f"{tenant.urls['graph_url']}/me/mailFolders/delta?$deltatoken=folders"
    return GraphResponse(200, json.dumps({"value": shown, "@odata.deltaLink": link}, ensure_ascii=False).encode())
