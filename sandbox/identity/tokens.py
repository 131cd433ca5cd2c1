"""Access and refresh tokens: sealed strings that carry their own facts, so a restart forgets nobody."""

import base64
import json
import random
from dataclasses import dataclass
from typing import Any

from sandbox.graph import errors
from sandbox.graph.exchange import GraphResponse
from sandbox.identifiers import digest
from sandbox.identity.grants import GRAPH_PREFIX
from sandbox.mailbox import Mailbox
from sandbox.people import CLIENT_ID, TENANT_ID, Person
from sandbox.signing import ForgedError
from sandbox.tenant import Tenant

REFRESH_LIFETIME = 90 * 86_400
_SHORTEST, _LONGEST = 3600, 5400
_ACCESS_PREFIX = "EwB4"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a token answer is made for; `scopes` are the granted Graph scopes in their short form."""

    person: Person
    scopes: tuple[str, ...]
    openid_scopes: frozenset[str]
    is_qualified: bool
    nonce: str = ""
    with_client_info: bool = False


def read_access_token(tenant: Tenant, authorization: str) -> tuple[Mailbox, frozenset[str]] | GraphResponse:
    """The mailbox and scopes a bearer token stands for, or the 401 to answer."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.startswith(_ACCESS_PREFIX):
        return errors.missing_token()
    try:
        content = tenant.signer.open("access", token.removeprefix(_ACCESS_PREFIX))
    except ForgedError:
        return errors.missing_token()
    grants, oid, now = tenant.grants, str(content["oid"]), tenant.clock.now()
    if content["exp"] <= now or content["iat"] <= grants.access_valid_after.get(oid, 0):
        return errors.expired_token()
    person = tenant.person(oid)
    if person is None:
        return errors.missing_token()
    return tenant.mailboxes[person.email], frozenset(content["scopes"])


def token_answer(tenant: Tenant, sign_in: SignIn) -> dict[str, Any]:
    """The token endpoint's JSON."""
    now, person = tenant.clock.now(), sign_in.person
    lifetime = random.Random(f"{person.oid}{now}").randrange(_SHORTEST, _LONGEST)
    facts = {"oid": person.oid, "scopes": list(sign_in.scopes), "iat": now}
    shown = [f"{GRAPH_PREFIX}{scope}" if sign_in.is_qualified else scope for scope in sign_in.scopes]
    shown += sorted(sign_in.openid_scopes - {"offline_access"})
    answer: dict[str, Any] = {
        "token_type": "Bearer",
        "scope": " ".join(shown),
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": _ACCESS_PREFIX + tenant.signer.seal("access", {**facts, "exp": now + lifetime}),
    }
    if "offline_access" in sign_in.openid_scopes and not tenant.switches.omit_refresh_token:
        answer["refresh_token"] = "1.A" + tenant.signer.seal("refresh", {**facts, "exp": now + REFRESH_LIFETIME})
    if "openid" in sign_in.openid_scopes:
        answer["id_token"] = _id_token(tenant, sign_in, int(now), lifetime)
    if sign_in.with_client_info:
        answer["client_info"] = _encoded({"uid": person.oid, "utid": TENANT_ID})
    return answer


def read_refresh_token(tenant: Tenant, token: str) -> dict[str, Any]:
    """Its facts. Raises ForgedError."""
    if not token.startswith("1.A"):
        raise ForgedError(token[:4])
    return tenant.signer.open("refresh", token.removeprefix("1.A"))


def _id_token(tenant: Tenant, sign_in: SignIn, now: int, lifetime: int) -> str:
    person = sign_in.person
    claims: dict[str, Any] = {
        "aud": CLIENT_ID,
        "iss": f"{tenant.urls['https']}/{TENANT_ID}/v2.0",
        "iat": now,
        "nbf": now,
        "exp": now + lifetime,
        "sub": base64.urlsafe_b64encode(digest("sub", person.oid)).decode().rstrip("="),
        "oid": person.oid,
        "tid": TENANT_ID,
        "preferred_username": person.email,
        "email": person.email,
        "name": person.name,
        "ver": "2.0",
    }
    if sign_in.nonce:
        claims["nonce"] = sign_in.nonce
    told = {**claims, **tenant.switches.id_token_claims}
    present = {name: value for name, value in told.items() if value is not None}
    return tenant.signing_keys.signed(present, tenant.switches.id_token_forgery)


def _encoded(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode("ascii").rstrip("=")
