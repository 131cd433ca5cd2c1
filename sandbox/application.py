"""The tenant's doors put together as one ASGI application, served over https and, for browsers, over http."""

from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.control.routes import ControlDoor
from sandbox.graph.batch import PREFIX
from sandbox.graph.door import GraphDoor
from sandbox.graph.subscriptions import Subscriptions
from sandbox.identity import authorize as authorize_door
from sandbox.identity import consent
from sandbox.identity.discovery import discovery, issuer
from sandbox.identity.token_endpoint import Codes, token
from sandbox.tenant import Tenant


class HttpsOnlyTokens:
    """Refuses tokens and Graph over plain http, as the real ones do."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets everything else through."""
        if scope["type"] == "http" and scope["scheme"] == "http":
            path = scope["path"]
            if path.startswith(PREFIX + "/") or path.endswith("/oauth2/v2.0/token"):
                await JSONResponse({"error": "https is required"}, 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def make_application(tenant: Tenant, control_token: str) -> Starlette:
    """All routes."""
    subscriptions, codes = Subscriptions(tenant), Codes()
    tenant.arrival_listeners.append(subscriptions.on_change)
    routes: list[BaseRoute] = [
        Mount(PREFIX, app=GraphDoor(tenant, subscriptions)),
        *ControlDoor(tenant, subscriptions, control_token).routes(),
        Route("/{tenant}/v2.0/.well-known/openid-configuration", partial(_discovery, tenant)),
        Route("/{tenant}/oauth2/v2.0/authorize", partial(_authorize, tenant, codes)),
        Route("/{tenant}/oauth2/v2.0/authorize/decide", partial(_decide, tenant, codes), methods=["POST"]),
        Route("/{tenant}/oauth2/v2.0/token", partial(_token, tenant, codes), methods=["POST"]),
        Route("/{tenant}/discovery/v2.0/keys", partial(_keys, tenant)),
        Route("/{tenant}/v2.0/adminconsent", partial(_admin_consent, tenant, is_v2=True)),
        Route("/{tenant}/v2.0/adminconsent/decide", partial(_decide_consent, tenant, is_v2=True), methods=["POST"]),
        Route("/{tenant}/adminconsent", partial(_admin_consent, tenant, is_v2=False)),
        Route("/{tenant}/adminconsent/decide", partial(_decide_consent, tenant, is_v2=False), methods=["POST"]),
    ]
    return Starlette(routes=routes, middleware=[Middleware(HttpsOnlyTokens)])


async def _discovery(tenant: Tenant, request: Request) -> Response:
    return await discovery(tenant, request)


async def _authorize(tenant: Tenant, codes: Codes, request: Request) -> Response:
    return await authorize_door.authorize(tenant, codes, request)


async def _decide(tenant: Tenant, codes: Codes, request: Request) -> Response:
    return await authorize_door.decide(tenant, codes, request)


async def _token(tenant: Tenant, codes: Codes, request: Request) -> Response:
    return await token(tenant, codes, request)


async def _keys(tenant: Tenant, request: Request) -> Response:
    return JSONResponse(tenant.signing_keys.published(issuer(tenant, str(request.path_params["tenant"]))))


async def _admin_consent(tenant: Tenant, request: Request, *, is_v2: bool) -> Response:
    return await consent.admin_consent(tenant, request, is_v2=is_v2)


async def _decide_consent(tenant: Tenant, request: Request, *, is_v2: bool) -> Response:
    return await consent.decide_consent(tenant, request, is_v2=is_v2)
