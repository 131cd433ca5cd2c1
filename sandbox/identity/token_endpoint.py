"""`POST /{tenant}/oauth2/v2.0/token`: codes and refresh tokens for access tokens.

secret? ──▶ scripted error? ──▶ code: known, unused, PKCE, redirect_uri ─┐
                            └─▶ refresh token: genuine, not revoked ─────┴─▶ user enabled? consent? ──▶ tokens
"""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.identity.errors import TOKEN_ERRORS, error_body
from sandbox.identity.grants import OPENID_SCOPES, split_scopes
from sandbox.identity.tokens import SignIn, read_refresh_token, token_answer
from sandbox.people import CLIENT_ID, CLIENT_SECRET, Person
from sandbox.signing import ForgedError
from sandbox.tenant import Tenant

CODE_LIFETIME = 600


class Refusal(Exception):
    """An AADSTS code to answer with."""

    def __init__(self, code: int, retry_after: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after


@dataclass(slots=True)
class IssuedCode:
    """What an authorization code remembers."""

    oid: str
    scope: str
    redirect_uri: str
    challenge: str
    nonce: str
    issued_at: float
    is_used: bool = False


@dataclass(slots=True)
class Codes:
    """Authorization codes in flight."""

    issued: dict[str, IssuedCode] = field(default_factory=dict)


async def token(tenant: Tenant, codes: Codes, request: Request) -> Response:
    """Answers one token request and logs it without its secrets."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    person: Person | None = None
    try:
        person = _who(tenant, codes, form)
        _check_client(tenant, form)
        _check_script(tenant, person)
        sign_in = (
            _redeem(tenant, codes, form) if form.get("grant_type") == "authorization_code" else _refresh(tenant, form)
        )
        body, status, headers = token_answer(tenant, sign_in), 200, {}
    except Refusal as refusal:
        entry = TOKEN_ERRORS[refusal.code]
        body = error_body(entry, tenant.clock.now(), request.headers.get("client-request-id", ""))
        status = 429 if refusal.retry_after else entry.status
        headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    tenant.log.add(
        time=tenant.clock.now(),
        door="token",
        mailbox=person.email if person else "",
        method="POST",
        path=request.url.path,
        query="",
        prefer="",
        status=status,
        grant_type=form.get("grant_type", ""),
        scope=form.get("scope", ""),
        code=str(body.get("error_codes", [""])[0]),
    )
    return JSONResponse(body, status, {"Cache-Control": "no-store", **headers})


def _who(tenant: Tenant, codes: Codes, form: dict[str, str]) -> Person | None:
    code = codes.issued.get(form.get("code", ""))
    if code is not None:
        return tenant.person(code.oid)
    try:
        return tenant.person(str(read_refresh_token(tenant, form.get("refresh_token", ""))["oid"]))
    except ForgedError:
        return None


def _check_client(tenant: Tenant, form: dict[str, str]) -> None:
    if form.get("client_id") != CLIENT_ID:
        raise Refusal(700016)
    if not form.get("client_secret"):
        raise Refusal(7000218)
    if form["client_secret"] != CLIENT_SECRET or tenant.switches.wrong_secret:
        raise Refusal(7000215)
    if tenant.grants.is_app_removed:
        raise Refusal(700016)


def _check_script(tenant: Tenant, person: Person | None) -> None:
    scripted = tenant.scripted.take(person.email if person else "", "token")
    if scripted is not None:
        raise Refusal(scripted.code, scripted.retry_after)


def _redeem(tenant: Tenant, codes: Codes, form: dict[str, str]) -> SignIn:
    code = codes.issued.get(form.get("code", ""))
    if code is None or tenant.clock.now() > code.issued_at + CODE_LIFETIME:
        raise Refusal(70008)
    if code.is_used:
        raise Refusal(54005)
    if form.get("redirect_uri") != code.redirect_uri:
        raise Refusal(500112)
    if code.challenge and _challenge_of(form.get("code_verifier", "")) != code.challenge:
        raise Refusal(501481)
    code.is_used = True
    person = tenant.person(code.oid)
    if person is None:
        raise Refusal(50034)
    return _sign_in(tenant, person, code.scope, form, code.nonce)


def _refresh(tenant: Tenant, form: dict[str, str]) -> SignIn:
    if form.get("grant_type") != "refresh_token":
        raise Refusal(70003)
    try:
        facts: dict[str, Any] = read_refresh_token(tenant, form.get("refresh_token", ""))
    except ForgedError as forged:
        raise Refusal(70000) from forged
    person = tenant.person(str(facts["oid"]))
    if person is None:
        raise Refusal(50034)
    if facts["exp"] <= tenant.clock.now():
        raise Refusal(700082)
    if facts["iat"] <= tenant.grants.revoked_at.get(person.oid, -1):
        raise Refusal(50173)
    return _sign_in(tenant, person, form.get("scope", ""), form, "")


def _sign_in(tenant: Tenant, person: Person, scope: str, form: dict[str, str], nonce: str) -> SignIn:
    if person.oid in tenant.grants.disabled:
        raise Refusal(50057)
    wanted, is_qualified = split_scopes(scope)
    granted = tenant.grants.scopes_of(person.oid) - set(tenant.switches.withheld_scopes)
    if wanted and not granted:
        raise Refusal(65001)
    openid = frozenset(scope.split()) & OPENID_SCOPES
    with_info = form.get("client_info") == "1"
    return SignIn(person, tuple(sorted(granted)), openid, is_qualified, nonce, with_info)


def _challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode("ascii").rstrip("=")
