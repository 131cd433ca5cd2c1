"""`POST /$batch`: up to twenty requests in four lanes, answered in any order.

parts ──▶ lane 1..4 (one lane where any part depends on another) ──▶ answers, shuffled unless a switch says no
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from sandbox.graph import errors
from sandbox.graph.exchange import GraphRequest, GraphResponse, read_query
from sandbox.mailbox import Mailbox

PREFIX = "/v1.0"
MAX_PARTS = 20
LANES = 4
_FIRST_ERROR = 400

Part = dict[str, Any]


def read_parts(call: GraphRequest) -> list[Part]:
    """The batch's requests. Raises GraphFailure (400) where there are too many, or ids are missing or repeated."""
    try:
        parts = call.json_body().get("requests")
    except ValueError:
        raise errors.bad_request("Invalid batch payload format.") from None
    if not isinstance(parts, list) or not all(isinstance(part, dict) and part.get("id") for part in parts):
        raise errors.bad_request("Invalid batch payload format.")
    ids = {str(part["id"]) for part in parts}
    if not 1 <= len(parts) <= MAX_PARTS or len(ids) != len(parts):
        raise errors.bad_request(f"A batch takes 1 to {MAX_PARTS} requests with ids of their own.")
    return parts


async def run_parts(
    call: GraphRequest, parts: list[Part], answer: Callable[[GraphRequest], Awaitable[GraphResponse]]
) -> list[Part]:
    """Answers every part for itself, in the order in which they come to an end."""
    waiting = list(reversed(parts))
    failed: set[str] = set()
    responses: list[Part] = []

    async def lane() -> None:
        while waiting:
            part = waiting.pop()
            part_id = str(part["id"])
            if failed.intersection(map(str, part.get("dependsOn") or ())):
                response = errors.error(424, "FailedDependency", "A request that this one depends on has failed.")
            else:
                response = await answer(_request_of(call, part))
            if response.status >= _FIRST_ERROR:
                failed.add(part_id)
            responses.append(_answer_of(part_id, response))

    width = 1 if any(part.get("dependsOn") for part in parts) else LANES
    await asyncio.gather(*(lane() for _ in range(min(width, len(parts)))))
    return responses


def own_path(path: str, mailbox: Mailbox) -> str:
    """`/users/{me}/…` is `/me/…`; another person's is left as it is and finds no route."""
    own = {mailbox.person.email, mailbox.person.oid}
    root, _, rest = path.removeprefix("/").partition("/")
    name, _, tail = rest.partition("/")
    if root.lower() == "users" and name.lower() in own:
        path = f"/me/{tail}"
    return path.rstrip("/") or "/"


def _request_of(call: GraphRequest, part: Part) -> GraphRequest:
    target = "/" + str(part.get("url", "")).removeprefix("/")
    path, _, query = target.partition("?")
    body = part.get("body")
    return GraphRequest(
        method=str(part.get("method", "GET")).upper(),
        path=own_path(unquote(path).removeprefix(PREFIX), call.mailbox),
        query=read_query(query),
        headers={str(name).lower(): str(value) for name, value in (part.get("headers") or {}).items()},
        mailbox=call.mailbox,
        scopes=call.scopes,
        url=f"{call.url.partition('/$batch')[0]}{target}",
        body=json.dumps(body).encode() if body is not None else b"",
        in_batch=True,
    )


def _answer_of(part_id: str, response: GraphResponse) -> Part:
    headers = dict(response.headers)
    part: Part = {"id": part_id, "status": response.status, "headers": headers}
    if response.body:
        headers["Content-Type"] = response.content_type
        try:
            part["body"] = json.loads(response.body)
        except ValueError:
            part["body"] = response.body.decode("utf-8", "replace")
    return part
