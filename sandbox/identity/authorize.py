"""`GET /{tenant}/oauth2/v2.0/authorize`: who signs in, may they consent, and back with a code.

client and redirect_uri known? ──▶ person by hint or by click ──▶ scripted error / disabled / needs admin?
                                                              └─▶ consent recorded ──▶ code by query or form_post
"""

import secrets
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.identity import pages
from sandbox.identity.discovery import is_known_tenant
from sandbox.identity.errors import TOKEN_ERRORS, error_body
from sandbox.identity.grants import split_scopes
from sandbox.identity.token_endpoint import Codes, IssuedCode
from sandbox.people import CLIENT_ID, Person, Role
from sandbox.tenant import Tenant

_ASKING_PROMPTS = frozenset({"select_account", "consent", "login"})
_REDIRECT_ERRORS = {
    65001: "consent_required",
    50076: "interaction_required",
    50079: "interaction_required",
    50074: "interaction_required",
    50158: "interaction_required",
    90033: "temporarily_unavailable",
    90024: "temporarily_unavailable",
    90006: "server_error",
}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})
CALLBACK_PATHS = frozenset({"/oauth/microsoft/callback/", "/consent/callback/"})


def note_request(tenant: Tenant, door: str, request: Request) -> None:
    """Logs which scopes a browser was sent to ask for."""
    tenant.log.add(
        time=tenant.clock.now(),
        door=door,
        mailbox=request.query_params.get("login_hint", ""),
        method=request.method,
        path=request.url.path,
        query="",
        prefer="",
        status=200,
        scope=request.query_params.get("scope", ""),
    )


def is_registered(tenant: Tenant, redirect_uri: str) -> bool:
    """True for the product's callbacks on loopback, any port (as Microsoft has it), and what tests registered."""
    if redirect_uri in tenant.redirect_uris:
        return True
    parts = urlsplit(redirect_uri)
    host = "[::1]" if parts.hostname == "::1" else parts.hostname
    return parts.scheme in ("http", "https") and host in _LOOPBACK and parts.path in CALLBACK_PATHS


async def authorize(tenant: Tenant, codes: Codes, request: Request) -> Response:
    """Shows the page, or answers at once where a hint says who it is."""
    asked = dict(request.query_params)
    note_request(tenant, "authorize", request)
    wrong = _unanswerable(tenant, request, asked)
    if wrong is not None:
        return wrong
    hint = tenant.switches.auto_approve or asked.get("login_hint", "")
    prompts = set(asked.get("prompt", "").split())
    person = tenant.person(hint) if hint else None
    if person is not None and (tenant.switches.auto_approve or not prompts & _ASKING_PROMPTS):
        return _conclude(tenant, codes, asked, person)
    if "none" in prompts:
        return _back(asked, {"error": "interaction_required", "error_description": "AADSTS50058: no session."})
    scopes, _ = split_scopes(asked.get("scope", ""))
    return pages.choose_person(f"{request.url.path}/decide", asked, scopes)


async def decide(tenant: Tenant, codes: Codes, request: Request) -> Response:
    """The click on the page."""
    asked = {name: str(value) for name, value in (await request.form()).items()}
    chosen, cancelled = asked.pop("person", ""), asked.pop("cancel", "")
    wrong = _unanswerable(tenant, request, asked)
    if wrong is not None:
        return wrong
    if cancelled:
        return _back(asked, _error(tenant, 65004) | {"error_subcode": "cancel"})
    person = tenant.person(chosen)
    if person is None:
        return pages.problem(50034, TOKEN_ERRORS[50034].text)
    return _conclude(tenant, codes, asked, person)


def _unanswerable(tenant: Tenant, request: Request, asked: Mapping[str, str]) -> Response | None:
    if not is_known_tenant(request):
        return pages.problem(90002, TOKEN_ERRORS[90002].text)
    if asked.get("client_id") != CLIENT_ID or tenant.grants.is_app_removed:
        return pages.problem(700016, TOKEN_ERRORS[700016].text)
    if not is_registered(tenant, asked.get("redirect_uri", "")):
        return pages.problem(50011, TOKEN_ERRORS[50011].text)
    return None


def _conclude(tenant: Tenant, codes: Codes, asked: Mapping[str, str], person: Person) -> Response:
    scripted = tenant.scripted.take(person.email, "authorize")
    if scripted is not None:
        return _back(asked, _error(tenant, scripted.code))
    if person.oid in tenant.grants.disabled:
        return _back(asked, _error(tenant, 50057))
    if asked.get("response_type", "code") != "code":
        return _back(asked, {"error": "unsupported_response_type", "error_description": "AADSTS70005: only code."})
    wanted, _ = split_scopes(asked.get("scope", ""))
    missing = set(wanted) - tenant.grants.scopes_of(person.oid)
    if missing:
        if not tenant.switches.user_consent_allowed and person.role is not Role.ADMIN:
            return _back(asked, _error(tenant, 90094))
        tenant.perform("allow", oid=person.oid, scopes=sorted(missing))
    code = "1.A" + secrets.token_urlsafe(48)
    codes.issued[code] = IssuedCode(
        oid=person.oid,
        scope=asked.get("scope", ""),
        redirect_uri=asked["redirect_uri"],
        challenge=asked.get("code_challenge", ""),
        nonce=asked.get("nonce", ""),
        issued_at=tenant.clock.now(),
    )
    answer = {"code": code}
    if asked.get("client_info") == "1":
        answer["session_state"] = secrets.token_hex(8)
    return _back(asked, answer)


def _error(tenant: Tenant, code: int) -> dict[str, str]:
    body = error_body(TOKEN_ERRORS[code], tenant.clock.now())
    return {
        "error": _REDIRECT_ERRORS.get(code, "access_denied"),
        "error_description": str(body["error_description"]),
        "error_uri": str(body["error_uri"]),
    }


def _back(asked: Mapping[str, str], answer: dict[str, str]) -> Response:
    if "state" in asked:
        answer = {**answer, "state": asked["state"]}
    target = asked["redirect_uri"]
    if asked.get("response_mode") == "form_post":
        return pages.form_post(target, answer)
    return RedirectResponse(f"{target}{'&' if '?' in target else '?'}{urlencode(answer)}", 302)
