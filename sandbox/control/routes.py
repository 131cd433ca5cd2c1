"""`/control/…`, guarded by the token in sandbox.json.

POST /control/do/{operation}   what the journal remembers (deliver, move, delete, revoke …)
POST /control/fault …          what it does not: faults, switches, clock, scripted errors
GET  /control/truth …          reports
"""

import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.control import reports
from sandbox.graph.subscriptions import Subscriptions
from sandbox.identity.errors import TOKEN_ERRORS
from sandbox.identity.scripted import ScriptedError
from sandbox.operations import OPERATIONS
from sandbox.tenant import Tenant

Body = dict[str, Any]


class ControlDoor:
    """Every control request, on one tenant."""

    def __init__(self, tenant: Tenant, subscriptions: Subscriptions, token: str) -> None:
        self._tenant = tenant
        self._subscriptions = subscriptions
        self._token = token

    def routes(self) -> list[Route]:
        """For the application to mount."""
        posts: dict[str, Callable[[Body], Any]] = {
            "fault": self._add_fault,
            "faults/clear": self._clear_faults,
            "token_error": self._script_error,
            "clock": self._advance_clock,
            "switches": self._switch,
            "reset": self._reset,
            "redirect_uris": self._register_redirect,
            "lifecycle": self._lifecycle,
            "rotate_keys": self._rotate_keys,
        }
        gets: dict[str, Callable[[dict[str, str]], Any]] = {
            "truth": lambda query: reports.truth(self._tenant, query.get("since", "")),
            "canaries": lambda _: reports.canaries(self._tenant),
            "stats": lambda _: reports.stats(self._tenant),
            "people": lambda _: reports.people(self._tenant.people),
            "folders": lambda query: reports.folders(self._tenant, query["mailbox"]),
            "items": lambda query: reports.items(self._tenant, query["mailbox"], query.get("folder", "")),
            "log": lambda query: self._tenant.log.since(int(query.get("since", "0"))),
            "switches": lambda _: asdict(self._tenant.switches),
            "faults": lambda _: [_describe(fault) for fault in self._tenant.faults.faults],
            "subscriptions": lambda _: [
                asdict(held) | {"change_types": sorted(held.change_types)} for held in self._held()
            ],
            "clock": lambda _: {"now": self._tenant.clock.now(), "base": self._tenant.base},
        }
        routes = [Route(f"/control/{name}", self._post(act), methods=["POST"]) for name, act in posts.items()]
        routes += [Route(f"/control/{name}", self._get(tell), methods=["GET"]) for name, tell in gets.items()]
        routes.append(Route("/control/do/{operation}", self._do, methods=["POST"]))
        return routes

    def _held(self) -> list[Any]:
        return list(self._subscriptions.held.values())

    def _refusal(self, request: Request) -> Response | None:
        given = request.headers.get("x-control-token", "")
        if hmac.compare_digest(given.encode(), self._token.encode()):
            return None
        return JSONResponse({"error": "the X-Control-Token header is missing or wrong"}, 403)

    def _post(self, act: Callable[[Body], Any]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return self._refusal(request) or await self._guarded(request, act)

        return endpoint

    def _get(self, tell: Callable[[dict[str, str]], Any]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            refusal = self._refusal(request)
            if refusal is not None:
                return refusal
            try:
                return JSONResponse(tell(dict(request.query_params)))
            except (LookupError, ValueError) as wrong:
                return _wrong(wrong)

        return endpoint

    async def _do(self, request: Request) -> Response:
        name = str(request.path_params["operation"])
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        if name not in OPERATIONS or name == "count_resets":
            return JSONResponse({"error": f"no operation named {name}", "known": sorted(OPERATIONS)}, 404)
        return await self._guarded(request, lambda body: self._tenant.perform(name, **body))

    @staticmethod
    async def _guarded(request: Request, act: Callable[[Body], Any]) -> Response:
        try:
            raw = await request.body()
            body = await request.json() if raw else {}
            if not isinstance(body, dict):
                return JSONResponse({"error": "a JSON object is expected"}, 400)
            return JSONResponse(act(body))
        except (LookupError, ValueError, TypeError, re.error) as wrong:
            return _wrong(wrong)

    def _add_fault(self, body: Body) -> Body:
        return _describe(self._tenant.faults.add(body))

    def _clear_faults(self, body: Body) -> Body:
        mailbox = str(body.get("mailbox") or "")
        self._tenant.faults.clear(mailbox)
        if not mailbox:
            self._tenant.scripted.clear()
        return {}

    def _script_error(self, body: Body) -> Body:
        entry = ScriptedError(
            email=str(body.get("user") or "").lower(),
            door=str(body.get("door", "token")),
            code=int(body["code"]),
            remaining=int(body.get("count", 1)),
            retry_after=int(body.get("retry_after", 0)),
        )
        if entry.code not in TOKEN_ERRORS:
            raise ValueError(f"no AADSTS{entry.code} here; known are {sorted(TOKEN_ERRORS)}")
        self._tenant.scripted.add(entry)
        return asdict(entry)

    def _advance_clock(self, body: Body) -> Body:
        self._tenant.clock.advance(float(body["advance_seconds"]))
        return {"now": self._tenant.clock.now()}

    def _switch(self, body: Body) -> Body:
        self._tenant.switches.change(body)
        return asdict(self._tenant.switches)

    def _reset(self, body: Body) -> Body:
        del body
        self._subscriptions.held.clear()
        self._tenant.reset()
        return {"resets": self._tenant.resets}

    def _register_redirect(self, body: Body) -> Body:
        self._tenant.redirect_uris.update(str(uri) for uri in body["redirect_uris"])
        return {"redirect_uris": sorted(self._tenant.redirect_uris)}

    def _rotate_keys(self, body: Body) -> Body:
        return {"kids": self._tenant.signing_keys.rotate(is_old_withdrawn=bool(body.get("withdraw")))}

    def _lifecycle(self, body: Body) -> Body:
        owner = self._tenant.mailbox(str(body["user"])).person.email
        return {"told": self._subscriptions.lifecycle(owner, str(body["event"]))}


def _describe(fault: Any) -> Body:
    return {
        "id": fault.id,
        "kind": fault.kind,
        "remaining": fault.remaining,
        "after": fault.after,
        "struck": fault.struck,
        "arguments": fault.arguments,
    }


def _wrong(wrong: Exception) -> Response:
    return JSONResponse({"error": f"{type(wrong).__name__}: {wrong}"}, 400)
