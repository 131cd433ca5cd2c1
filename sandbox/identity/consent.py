"""Both admin consent endpoints: `/{tenant}/v2.0/adminconsent` (scopes named) and `/{tenant}/adminconsent` (all).

page ──Accept──▶ grant for the tenant ──▶ ?admin_consent=True&tenant=…&scope=…&state=…
     └─Cancel──▶ ?error=access_denied&error_description=AADSTS65004…&admin_consent=True&state=…   (no tenant)
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.identity import pages
from sandbox.identity.authorize import is_registered, note_request
from sandbox.identity.discovery import is_known_tenant
from sandbox.identity.errors import TOKEN_ERRORS, error_body
from sandbox.identity.grants import GRAPH_PREFIX, split_scopes
from sandbox.people import CLIENT_ID, TENANT_ID
from sandbox.tenant import Tenant

REGISTERED_SCOPES = ("Mail.Read", "User.Read")


async def admin_consent(tenant: Tenant, request: Request, *, is_v2: bool) -> Response:
    """Shows the page with what is asked."""
    asked = dict(request.query_params)
    note_request(tenant, "adminconsent", request)
    wrong = _unanswerable(tenant, request, asked, is_v2=is_v2)
    if wrong is not None:
        return wrong
    return pages.confirm_consent(f"{request.url.path}/decide", asked, _wanted(asked, is_v2=is_v2))


async def decide_consent(tenant: Tenant, request: Request, *, is_v2: bool) -> Response:
    """Accept or Cancel."""
    asked = {name: str(value) for name, value in (await request.form()).items()}
    accepted = asked.pop("accept", "")
    asked.pop("cancel", "")
    wrong = _unanswerable(tenant, request, asked, is_v2=is_v2)
    if wrong is not None:
        return wrong
    if not accepted:
        return _back(asked, _cancelled(tenant, is_v2=is_v2))
    scopes = _wanted(asked, is_v2=is_v2)
    tenant.perform("allow_tenant", scopes=scopes)
    answer = {"admin_consent": "True", "tenant": TENANT_ID}
    if is_v2:
        answer["scope"] = " ".join(f"{GRAPH_PREFIX}{scope}" for scope in scopes)
    return _back(asked, answer)


def _unanswerable(tenant: Tenant, request: Request, asked: Mapping[str, str], *, is_v2: bool) -> Response | None:
    if asked.get("client_id") != CLIENT_ID:
        return pages.problem(700016, TOKEN_ERRORS[700016].text)
    if not is_registered(tenant, asked.get("redirect_uri", "")):
        return pages.problem(50011, TOKEN_ERRORS[50011].text)
    if not is_known_tenant(request):
        return pages.problem(90002, TOKEN_ERRORS[90002].text)
    if is_v2 and request.path_params.get("tenant") == "common":
        return pages.problem(90002, "The common endpoint cannot be used for admin consent with scopes.")
    return None


def _wanted(asked: Mapping[str, str], *, is_v2: bool) -> list[str]:
    return sorted(split_scopes(asked.get("scope", ""))[0]) if is_v2 else list(REGISTERED_SCOPES)


def _cancelled(tenant: Tenant, *, is_v2: bool) -> dict[str, str]:
    if not is_v2:
        return {"error": "permission_denied", "error_description": "The admin canceled the request"}
    body = error_body(TOKEN_ERRORS[65004], tenant.clock.now())
    return {
        "error": "access_denied",
        "error_description": str(body["error_description"]),
        "error_uri": str(body["error_uri"]),
        "admin_consent": "True",
    }


def _back(asked: Mapping[str, str], answer: dict[str, str]) -> Response:
    if "state" in asked:
        answer = {**answer, "state": asked["state"]}
    target = asked["redirect_uri"]
    return RedirectResponse(f"{target}{'&' if '?' in target else '?'}{urlencode(answer)}", 302)
