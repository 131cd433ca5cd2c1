"""What an injected fault answers in the place of Graph."""

import json
from collections.abc import Callable
from typing import Any

from sandbox.faults import Fault, FaultKind
from sandbox.graph import errors
from sandbox.graph.exchange import GraphRequest, GraphResponse

Answer = Callable[[dict[str, Any], GraphRequest], GraphResponse]


def broken(fault: Fault, call: GraphRequest) -> GraphResponse:
    """The answer of a fault that leaves nothing of the request."""
    return _ANSWERS[fault.kind](fault.arguments, call)


def _empty_503(arguments: dict[str, Any], call: GraphRequest) -> GraphResponse:
    del call
    return GraphResponse(503, b"", {"Retry-After": str(arguments["retry_after"])} if "retry_after" in arguments else {})


def _dropped(arguments: dict[str, Any], call: GraphRequest) -> GraphResponse:
    del arguments
    return GraphResponse(503) if call.in_batch else GraphResponse(drop=True)


def _sync_state_gone(arguments: dict[str, Any], call: GraphRequest) -> GraphResponse:
    location = f"{call.url.partition('?')[0]}?$deltatoken=" if arguments.get("with_location") else ""
    code, status = str(arguments.get("code", "SyncStateNotFound")), int(arguments.get("status", 410))
    return errors.sync_state_gone(code, location, status)


def _scripted(arguments: dict[str, Any], call: GraphRequest) -> GraphResponse:
    del call
    status = int(arguments.get("status", 500))
    headers = {str(name): str(value) for name, value in (arguments.get("headers") or {}).items()}
    body = arguments.get("body")
    if body is None:
        response = errors.error(status, str(arguments.get("code", "UnknownError")), str(arguments.get("message", "")))
        response.headers |= headers
        return response
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return GraphResponse(status, raw, headers)


_ANSWERS: dict[FaultKind, Answer] = {
    FaultKind.STATUS: _scripted,
    FaultKind.BATCH_ITEM: _scripted,
    FaultKind.THROTTLE_429: lambda arguments, _: errors.throttled(arguments.get("retry_after", 1)),
    FaultKind.EMPTY_503: _empty_503,
    FaultKind.GATEWAY_TIMEOUT: lambda _, __: errors.error(504, "UnknownError", ""),
    FaultKind.DROP_CONNECTION: _dropped,
    FaultKind.MAILBOX_NOT_ENABLED: lambda _, __: errors.mailbox_not_enabled(),
    FaultKind.CLAIMS_CHALLENGE: lambda _, __: errors.claims_challenge(),
    FaultKind.SYNC_STATE_GONE: _sync_state_gone,
}
# These answer in place of the request; the others bend the answer it would have had.
ANSWERING = frozenset(_ANSWERS)
