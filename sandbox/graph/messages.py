"""Single messages: envelope, body, headers, MIME, attachments."""

import base64
from typing import Any

from sandbox.faults import FaultKind
from sandbox.graph import errors
from sandbox.graph.exchange import GraphRequest, GraphResponse, json_response
from sandbox.graph.render import BODIES, Selection, read_selection, row
from sandbox.headers import mime_of
from sandbox.mail import Item
from sandbox.tenant import Tenant
from sandbox.ways import shows_html

_ID_SHAPES = ("AAMk", "AAkA")


def find_item(request: GraphRequest, item_id: str) -> Item:
    """By either id. Raises the 404 or 400 that Graph would."""
    if not item_id.startswith(_ID_SHAPES):
        raise errors.malformed_id()
    item = request.mailbox.item(item_id)
    if item is None:
        raise errors.item_not_found()
    return item


def selection_of(tenant: Tenant, request: GraphRequest) -> Selection:
    """What the request wants to see. Raises the 400 for an unknown property."""
    owner = request.mailbox.person.email if tenant.switches.copies_differ else ""
    as_text = request.wants_text and tenant.switches.body_text_supported and not shows_html(owner)
    try:
        return read_selection(
            request.query.get("$select", ""), immutable=request.is_immutable, text_bodies=as_text, owner=owner
        )
    except KeyError as unknown:
        raise errors.bad_request(
            f"Could not find a property named {unknown} on type 'microsoft.graph.message'."
        ) from None


def applied(tenant: Tenant, request: GraphRequest, selection: Selection, response: GraphResponse) -> GraphResponse:
    """Adds Preference-Applied for what was honoured."""
    honoured = []
    if request.is_immutable:
        honoured.append('IdType="ImmutableId"')
    if request.wants_text and tenant.switches.body_text_supported and BODIES.intersection(selection.names):
        honoured.append('outlook.body-content-type="text"')
    if honoured:
        response.headers["Preference-Applied"] = ", ".join(honoured)
    return response


def show_message(tenant: Tenant, request: GraphRequest, item_id: str) -> GraphResponse:
    """`GET /me/messages/{id}`."""
    item = find_item(request, item_id)
    for fault in request.faults:
        if fault.kind is FaultKind.POISON_ITEM and fault.arguments.get("id") == item.immutable_id:
            raise errors.failure(504, "UnknownError", "")
    selection = selection_of(tenant, request)
    context = f"{tenant.urls['graph_url']}/$metadata#users('me')/messages/$entity"
    body = f'{{"@odata.context":"{context}",'.encode() + row(item, selection)[1:]
    return applied(tenant, request, selection, GraphResponse(200, body))


def show_mime(request: GraphRequest, item_id: str) -> GraphResponse:
    """`GET /me/messages/{id}/$value`."""
    return GraphResponse(200, mime_of(find_item(request, item_id)), content_type="text/plain")


def list_attachments(request: GraphRequest, item_id: str) -> GraphResponse:
    """`GET /me/messages/{id}/attachments`."""
    item = find_item(request, item_id)
    content = base64.b64encode(b"sandbox").decode()
    rows: list[dict[str, Any]] = [
        {"@odata.type": "#microsoft.graph.fileAttachment", "id": name, "name": name, "contentBytes": content}
        for name in item.mail.attachments
    ]
    return json_response({"value": rows})
