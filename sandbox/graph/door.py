"""Graph's front door: token, throttling, faults, log; then the routes, alone or as a `$batch`.

request ──▶ token ──▶ slot (4 at once, 10,000 in 10 min) ──▶ faults ──▶ route ──▶ log
                         $batch: each part walks the same way and answers for itself
"""

import asyncio
import json
import random
from urllib.parse import unquote

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from sandbox.connections import abort_connection
from sandbox.faults import Fault, FaultKind
from sandbox.graph import errors
from sandbox.graph.batch import PREFIX, own_path, read_parts, run_parts
from sandbox.graph.breakage import ANSWERING, broken
from sandbox.graph.delta import Generations
from sandbox.graph.exchange import GraphRequest, GraphResponse, json_response, read_query
from sandbox.graph.routes import answer
from sandbox.graph.sending import send_response
from sandbox.graph.subscriptions import Subscriptions
from sandbox.identity.tokens import read_access_token
from sandbox.tenant import Tenant

_FIRST_ERROR = 400
_A_LOOK = 0.005  # seconds between two looks at a switch


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
        if response.drop:
            await abort_connection(scope)
            return
        now, may_gzip = self._tenant.clock.now(), self._tenant.switches.gzip
        await send_response(send, request, response, now=now, may_gzip=may_gzip)

    async def _respond(self, request: Request, body: bytes) -> GraphResponse:
        path = unquote(request.scope["raw_path"].decode("ascii").partition("?")[0]).removeprefix(PREFIX)
        query = request.scope["query_string"].decode("ascii")
        token = read_access_token(self._tenant, request.headers.get("authorization", ""))
        if isinstance(token, GraphResponse):
            self._log_refusal(request.method, path, token)
            return token
        mailbox, scopes = token
        call = GraphRequest(
            method=request.method,
            path=own_path(path, mailbox),
            query=read_query(query),
            headers={name.lower(): value for name, value in request.headers.items()},
            mailbox=mailbox,
            scopes=scopes,
            url=f"{self._tenant.urls['graph_url']}{path}?{query}",
            body=body,
        )
        return await (self._batch(call) if call.path.lower() == "/$batch" else self._one(call))

    async def _one(self, call: GraphRequest) -> GraphResponse:
        tenant, owner = self._tenant, call.mailbox.person.email
        switches = tenant.switches
        limits = {"concurrency_limit": switches.concurrency_limit, "request_limit": switches.request_limit}
        wait = tenant.throttle.enter(owner, tenant.clock.now(), **limits)
        if wait:
            response = errors.throttled(wait)
        else:
            try:
                await asyncio.sleep(switches.latency_ms / 1000)
                await self._its_turn()
                response = await self._answer(call)
            finally:
                tenant.throttle.leave(owner)
        self._log(call, response)
        return response

    async def _its_turn(self) -> None:
        """Waits where no more requests are answered for the time being."""
        while self._tenant.switches.answers_left == 0:  # noqa: ASYNC110 - a switch tells nobody when it is set
            await asyncio.sleep(_A_LOOK)
        if self._tenant.switches.answers_left > 0:
            self._tenant.switches.answers_left -= 1

    async def _answer(self, call: GraphRequest) -> GraphResponse:
        call.faults = self._striking(call)
        ready = await self._suffer(call)
        if ready is not None:
            return ready
        if not call.mailbox.is_enabled and call.path.lower() != "/me":
            return errors.mailbox_not_enabled()
        if call.path.lower().startswith("/subscriptions"):
            response = await self._subscriptions.answer(call)
        else:
            response = answer(self._tenant, self._generations, call)
        return _cut_short(call, response)

    async def _batch(self, call: GraphRequest) -> GraphResponse:
        call.faults = self._striking(call)
        response = await self._suffer(call)
        if response is None:
            try:
                responses = await run_parts(call, read_parts(call), self._one)
            except errors.GraphFailure as failure:
                response = failure.response
            else:
                is_struck = any(fault.kind is FaultKind.BATCH_SHUFFLE for fault in call.faults)
                if self._tenant.switches.batch_is_shuffled or is_struck:
                    self._dice.shuffle(responses)
                response = _cut_short(call, json_response({"responses": responses}))
        self._log(call, response)
        return response

    def _striking(self, call: GraphRequest) -> list[Fault]:
        target = f"{call.path}?{call.decoded_query}" if call.query else call.path
        owner = call.mailbox.person.email
        return self._tenant.faults.striking(owner, call.method, target, in_batch=call.in_batch)

    @staticmethod
    async def _suffer(call: GraphRequest) -> GraphResponse | None:
        """Waits where a fault makes it slow; the answer, where a fault leaves nothing of the request."""
        for fault in call.faults:
            if fault.kind is FaultKind.SLOW:
                await asyncio.sleep(float(fault.arguments.get("seconds", 1)))
        return next((broken(fault, call) for fault in call.faults if fault.kind in ANSWERING), None)

    def _log(self, call: GraphRequest, response: GraphResponse) -> None:
        self._tenant.log.add(
            time=self._tenant.clock.now(),
            door="graph",
            mailbox=call.mailbox.person.email,
            method=call.method,
            path=call.path,
            query=call.decoded_query,
            prefer=call.headers.get("prefer", ""),
            status=0 if response.drop else response.status,
            in_batch=call.in_batch,
            code=_code_of(response),
        )

    def _log_refusal(self, method: str, path: str, response: GraphResponse) -> None:
        self._tenant.log.add(
            time=self._tenant.clock.now(),
            door="graph",
            mailbox="",
            method=method,
            path=path,
            query="",
            prefer="",
            status=response.status,
            code=_code_of(response),
        )


def _cut_short(call: GraphRequest, response: GraphResponse) -> GraphResponse:
    if any(fault.kind is FaultKind.TRUNCATED_JSON for fault in call.faults):
        response.body = response.body[: len(response.body) * 2 // 3]
    return response


def _code_of(response: GraphResponse) -> str:
    if response.status < _FIRST_ERROR or not response.body:
        return ""
    try:
        return str(json.loads(response.body)["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return ""
