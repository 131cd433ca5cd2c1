"""`POST /me/translateExchangeIds`: from one id format to the other."""

from sandbox.graph import errors
from sandbox.graph.exchange import GraphRequest, GraphResponse, json_response

MAX_IDS = 1000
_IMMUTABLE = "restImmutableEntryId"


def translate_ids(request: GraphRequest) -> GraphResponse:
    """Ids that are not known are left out with an error beside them."""
    body = request.json_body()
    ids = body.get("inputIds", [])
    if len(ids) > MAX_IDS:
        raise errors.bad_request(f"At most {MAX_IDS} ids can be translated at once.")
    to_immutable = body.get("targetIdType") == _IMMUTABLE
    rows = []
    for source in ids:
        item = request.mailbox.item(str(source))
        if item is None:
            rows.append({"sourceId": source, "errorDetails": {"code": "ErrorItemNotFound", "message": "Not found."}})
        else:
            rows.append({"sourceId": source, "targetId": item.immutable_id if to_immutable else item.mutable_id})
    return json_response({"value": rows})
