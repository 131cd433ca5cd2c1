"""Graph's front door: token, throttling, faults, log; then the routes, alone or as a `$batch`.

    request ──▶ token ──▶ slot (4 at once, 10,000 in 10 min) ──▶ faults ──▶ route ──▶ log
                             $batch: four lanes, each part walks the same way and answers for itself
"""

import asyncio
import json
import random
import time
import zlib
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from sandbox.connections import abort_connection
from sandbox.faults import ANSWERING, Fault, FaultKind
from sandbox.graph import errors
from sandbox.graph.delta import Generations
from sandbox.graph.exchange import GraphRequest, GraphResponse, json_response, read_query
from sandbox.graph.routes import answer
from sandbox.graph.subscriptions import Subscriptions
from sandbox.identifiers import guid
from sandbox.identity.tokens import read_access_token
from sandbox.mailbox import Mailbox
from sandbox.tenant import Tenant

PREFIX = "/v1.0"
MAX_BATCH = 20
LANES = 4
_GZIP_FROM = 1024
_DIAGNOSTICS = '{"ServerInfo":{"DataCenter":"Loopback","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"SANDBOX"}}'


class GraphDoor:
    """The ASGI application below `/v1.0`."""

    def __init__(self, tenant: Tenant, subscriptions: Subscriptions) -> None:
        self._tenant = tenant
        self._generations = Generations()
        self._subscriptions = subscriptions
        self._dice = random.Random(tenant.options.seed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        request = Request(scope, receive)
        body = await request.body() if request.method != "GET" else b""
        response = await self._respond(request, body)
        if response.delay:
            await asyncio.sleep(response.delay)
        if response.drop:
            await abort_connection(scope)
            return
        await self._send(scope, send, request, response)

    async def _respond(self, request: Request, body: bytes) -> GraphResponse:
        path = unquote(request.scope["raw_path"].decode("ascii").partition("?")[0])
        query = request.scope["query_string"].decode("ascii")
        token = read_access_token(self._tenant, request.headers.get("authorization", ""))
        if isinstance(token, GraphResponse):
            self._log(None, request.method, path, read_query(query), "", token.status, in_batch=False)
            return token
        mailbox, scopes = token
        call = GraphRequest(
            method=request.method,
            path=_own_path(path.removeprefix(PREFIX), mailbox),
            query=read_query(query),
            headers={name.lower(): value for name, value in request.headers.items()},
            mailbox=mailbox,
            scopes=scopes,
            url=f"{self._tenant.urls['graph_url']}{path.removeprefix(PREFIX)}?{query}",
            body=body,
        )
        if call.path.lower() == "/$batch":
            return await self._batch(call)
        return await self._one(call)

    async def _one(self, call: GraphRequest) -> GraphResponse:
        tenant, owner = self._tenant, call.mailbox.person.email
        switches = tenant.switches
        wait = tenant.throttle.enter(
            owner,
            tenant.clock.now(),
            concurrency_limit=switches.concurrency_limit,
            request_limit=switches.request_limit,
        )
        if wait:
            response = errors.throttled(wait)
        else:
            try:
                await asyncio.sleep(switches.latency_ms / 1000)
                response = await self._answer(call)
            finally:
                tenant.throttle.leave(owner)
        code = _code_of(response)
        self._log(call, call.method, call.path, call.query, call.headers.get("prefer", ""), response.status, code=code)
        return response

    async def _answer(self, call: GraphRequest) -> GraphResponse:
        tenant = self._tenant
        target = f"{call.path}?{call.decoded_query}" if call.query else call.path
        call.faults = tenant.faults.striking(call.mailbox.person.email, call.method, target, in_batch=call.in_batch)
        for fault in call.faults:
            if fault.kind is FaultKind.SLOW:
                await asyncio.sleep(float(fault.arguments.get("seconds", 1)))
            if fault.kind in ANSWERING:
                return _broken(fault, call)
        if not call.mailbox.is_enabled and call.path.lower() != "/me":
            return errors.mailbox_not_enabled()
        if call.path.lower().startswith("/subscriptions"):
            response = await self._subscriptions.answer(call)
        else:
            response = answer(tenant, self._generations, call)
        if any(fault.kind is FaultKind.TRUNCATED_JSON for fault in call.faults):
            response.body = response.body[: len(response.body) * 2 // 3]
        return response

    async def _batch(self, call: GraphRequest) -> GraphResponse:
        try:
            parts = call.json_body().get("requests", [])
        except ValueError:
            return errors.bad_request("Invalid batch payload format.").response
        ids = [str(part.get("id")) for part in parts]
        if not 1 <= len(parts) <= MAX_BATCH or len(set(ids)) != len(ids):
            text = f"Number of batch request steps must be 1 to {MAX_BATCH}, with ids of their own."
            return errors.bad_request(text).response
        faults = self._tenant.faults.striking(call.mailbox.person.email, "POST", "/$batch", in_batch=False)
        for fault in faults:
            if fault.kind in ANSWERING:
                self._log(call, "POST", "/$batch", {}, "", _broken(fault, call).status)
                return _broken(fault, call)
        responses = await self._lanes(call, parts)
        shuffled = self._tenant.switches.batch_is_shuffled or any(fault.kind is FaultKind.BATCH_SHUFFLE for fault in faults)
        if shuffled:
            self._dice.shuffle(responses)
        self._log(call, "POST", "/$batch", {}, call.headers.get("prefer", ""), 200)
        outer = json_response({"responses": responses})
        if any(fault.kind is FaultKind.TRUNCATED_JSON for fault in faults):
            outer.body = outer.body[: len(outer.body) * 2 // 3]
        outer.delay = sum(float(fault.arguments.get("seconds", 1)) for fault in faults if fault.kind is FaultKind.SLOW)
        return outer

    async def _lanes(self, call: GraphRequest, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        waiting = list(reversed(parts))
        statuses: dict[str, int] = {}
        responses: list[dict[str, Any]] = []

        async def lane() -> None:
            while waiting:
                part = waiting.pop()
                failed = any(statuses.get(str(needed), 200) >= 400 for needed in part.get("dependsOn", []))  # noqa: PLR2004
                response = _dependency_failed() if failed else await self._one(_part(call, part))
                statuses[str(part["id"])] = response.status
                responses.append(_as_part(str(part["id"]), response))

        width = 1 if any(part.get("dependsOn") for part in parts) else LANES
        await asyncio.gather(*(lane() for _ in range(min(width, len(parts)))))
        return responses

    def _log(
        self,
        call: GraphRequest | None,
        method: str,
        path: str,
        query: dict[str, str],
        prefer: str,
        status: int,
        *,
        in_batch: bool | None = None,
        code: str = "",
    ) -> None:
        self._tenant.log.add(
            time=self._tenant.clock.now(),
            door="graph",
            mailbox=call.mailbox.person.email if call else "",
            method=method,
            path=path,
            query="&".join(f"{name}={value}" for name, value in query.items()),
            prefer=prefer,
            status=status,
            in_batch=call.in_batch if in_batch is None and call else bool(in_batch),
            code=code,
        )

    async def _send(self, scope: Scope, send: Send, request: Request, response: GraphResponse) -> None:
        del scope
        body = response.body
        headers = {
            "content-type": response.content_type,
            "request-id": guid("request", time.time_ns()),
            "client-request-id": request.headers.get("client-request-id") or guid("client", time.time_ns()),
            "x-ms-ags-diagnostic": _DIAGNOSTICS,
            "date": formatdate(self._tenant.clock.now(), usegmt=True),
            "strict-transport-security": "max-age=31536000",
            "cache-control": "private",
            "odata-version": "4.0",
            **response.headers,
        }
        accepts_gzip = "gzip" in request.headers.get("accept-encoding", "")
        if self._tenant.switches.gzip and accepts_gzip and len(body) >= _GZIP_FROM:
            packer = zlib.compressobj(1, zlib.DEFLATED, 31)
            body = packer.compress(body) + packer.flush()
            headers["content-encoding"] = "gzip"
            headers["vary"] = "Accept-Encoding"
        headers["content-length"] = str(len(body))
        if response.status == 204:  # noqa: PLR2004 - No Content
            headers.pop("content-type")
            headers.pop("content-length")
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": response.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})


def _own_path(path: str, mailbox: Mailbox) -> str:
    """`/users/{me}/…` is `/me/…`; another person's is left as it is and finds no route."""
    words = path.split("/", 3)
    own = {mailbox.person.email, mailbox.person.oid}
    if len(words) > 2 and words[1].lower() == "users" and words[2].lower() in own:  # noqa: PLR2004 - "", users, id
        return "/me" + (f"/{words[3]}" if len(words) > 3 else "")  # noqa: PLR2004
    return path.rstrip("/") or "/"


def _part(call: GraphRequest, part: dict[str, Any]) -> GraphRequest:
    target = str(part.get("url", ""))
    target = target if target.startswith("/") else f"/{target}"
    path, _, query = target.partition("?")
    body = part.get("body")
    return GraphRequest(
        method=str(part.get("method", "GET")).upper(),
        path=_own_path(unquote(path).removeprefix(PREFIX), call.mailbox),
        query=read_query(query),
        headers={str(name).lower(): str(value) for name, value in (part.get("headers") or {}).items()},
        mailbox=call.mailbox,
        scopes=call.scopes,
        url=f"{call.url.partition('/$batch')[0]}{target}",
        body=json.dumps(body).encode() if body is not None else b"",
        in_batch=True,
    )


def _as_part(part_id: str, response: GraphResponse) -> dict[str, Any]:
    part: dict[str, Any] = {"id": part_id, "status": response.status}
    headers = dict(response.headers)
    if response.body:
        headers["Content-Type"] = response.content_type
        try:
            part["body"] = json.loads(response.body)
        except ValueError:
            part["body"] = response.body.decode("utf-8", "replace")
    part["headers"] = headers
    return part


def _dependency_failed() -> GraphResponse:
    return errors.error(424, "FailedDependency", "A request that this one depends on has failed.")


def _code_of(response: GraphResponse) -> str:
    if response.status < 400 or not response.body:  # noqa: PLR2004 - an error
        return ""
    try:
        return str(json.loads(response.body)["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return ""


def _broken(fault: Fault, call: GraphRequest) -> GraphResponse:
    """What a fault answers in the request's place."""
    arguments = fault.arguments
    if fault.kind is FaultKind.THROTTLE_429:
        return errors.throttled(arguments.get("retry_after", 1))
    if fault.kind is FaultKind.EMPTY_503:
        return GraphResponse(503, b"", {"Retry-After": str(arguments["retry_after"])} if "retry_after" in arguments else {})
    if fault.kind is FaultKind.GATEWAY_TIMEOUT:
        return errors.error(504, "UnknownError", "")
    if fault.kind is FaultKind.DROP_CONNECTION:
        return GraphResponse(drop=True) if not call.in_batch else GraphResponse(503)
    if fault.kind is FaultKind.MAILBOX_NOT_ENABLED:
        return errors.mailbox_not_enabled()
    if fault.kind is FaultKind.CLAIMS_CHALLENGE:
        return errors.claims_challenge()
    if fault.kind is FaultKind.SYNC_STATE_GONE:
        location = f"{call.url.partition('?')[0]}?$deltatoken=" if arguments.get("with_location") else ""
        code, status = str(arguments.get("code", "SyncStateNotFound")), int(arguments.get("status", 410))
        return errors.sync_state_gone(code, location, status)
    return _scripted(arguments)


def _scripted(arguments: dict[str, Any]) -> GraphResponse:
    status = int(arguments.get("status", 500))
    headers = {str(name): str(value) for name, value in (arguments.get("headers") or {}).items()}
    body = arguments.get("body")
    if body is None:
        response = errors.error(status, str(arguments.get("code", "UnknownError")), str(arguments.get("message", "")))
        response.headers |= headers
        return response
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return GraphResponse(status, raw, headers)
