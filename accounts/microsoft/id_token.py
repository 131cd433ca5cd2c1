"""An id token, believed where its signature, issuer, audience, nonce and times hold (OpenID Connect Core 3.1.3.7).

    kid ──▶ key of the key set ──▶ RS256 ──▶ audience, times ──▶ issuer of token and key ──▶ nonce ──▶ claims
              └─ unknown: the set is asked for once more, at most every 10 s: Microsoft changes its keys unannounced

MSAL looks at none of this but the nonce.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import requests

from accounts.domain.sign_in import SignInRefused, as_tenant_id
from accounts.microsoft.session import IdentityTransport
from core.http.errors import Misconfigured, Unavailable

LEEWAY_SECONDS = 120
"""How far Microsoft's clock and ours may be apart."""

KEYS_LIFE_SECONDS = 86_400.0
"""After a day a key that Microsoft has withdrawn is believed no longer."""

LEAST_SECONDS_BETWEEN = 10.0
"""How soon an unknown kid makes the key set be asked for again."""

_ALGORITHM = "RS256"
_REQUIRED = ["iss", "aud", "exp", "nbf", "iat", "sub", "tid", "oid", "nonce"]
_TENANT_PLACE = "{tenantid}"


@dataclass(frozen=True, slots=True)
class Authority:
    """What an authority's discovery document says of its id tokens; `issuer` may leave a place for the tenant's id."""

    issuer: str
    jwks_uri: str


@dataclass(frozen=True, slots=True)
class _KeySet:
    keys: Mapping[str, Mapping[str, Any]]
    asked_at: float


_key_sets: dict[tuple[Any, str], _KeySet] = {}


def discovered(transport: IdentityTransport, authority: str) -> Authority:
    """What the authority at that address says of itself; raises Misconfigured where it says nothing of id tokens."""
    document = _json(transport.get(f"{authority}/v2.0/.well-known/openid-configuration"))
    issuer, jwks_uri = document.get("issuer"), document.get("jwks_uri")
    if not issuer or not str(jwks_uri).startswith("https://"):
        raise Misconfigured(
            "authority_unknown",
            sentence="The sign-in address does not say how its answers are signed.",
            next_step="The operator has to check MICROSOFT_AUTHORITY.",
        )
    return Authority(str(issuer), str(jwks_uri))


def verified_claims(
    token: str, *, authority: Authority, transport: IdentityTransport, client_id: str, nonce: str
) -> Mapping[str, Any]:
    """The claims of `token`, which was asked for with `nonce`, as sent; raises SignInRefused or the error tree."""
    try:
        key = _key(authority.jwks_uri, jwt.get_unverified_header(token).get("kid"), transport)
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK.from_dict(dict(key), algorithm=_ALGORITHM),
            algorithms=[_ALGORITHM],
            audience=client_id,
            leeway=LEEWAY_SECONDS,
            options={"require": _REQUIRED, "strict_aud": True, "verify_iss": False},
        )
    except jwt.PyJWTError as error:
        raise refused(type(error).__name__) from error
    tenant_id = as_tenant_id(claims["tid"])
    issuers = {
        str(issuer).replace(_TENANT_PLACE, tenant_id) for issuer in (authority.issuer, key.get("issuer")) if issuer
    }
    if not tenant_id or issuers != {claims["iss"]}:
        raise refused("InvalidIssuerError")
    if not hmac.compare_digest(str(claims["nonce"]), nonce):
        raise refused("InvalidNonceError")
    return claims


def refused(code: str) -> SignInRefused:
    """An id token that is not believed, and why."""
    return SignInRefused(
        code,
        "Microsoft's answer could not be verified, so it says nothing about who signed in.",
        "Begin again. If that does not help, the operator has to check MICROSOFT_AUTHORITY and this machine's clock.",
    )


def as_sent(nonce: str) -> str:
    """The nonce that MSAL sent for the one that it keeps in its flow."""
    return hashlib.sha256(nonce.encode("ascii")).hexdigest()


def _key(jwks_uri: str, kid: object, transport: IdentityTransport) -> Mapping[str, Any]:
    name = (transport.session.verify, jwks_uri)
    kept = _key_sets.get(name)
    age = time.monotonic() - kept.asked_at if kept else KEYS_LIFE_SECONDS
    if kept is None or age >= KEYS_LIFE_SECONDS or (kid not in kept.keys and age >= LEAST_SECONDS_BETWEEN):
        kept = _key_sets[name] = _KeySet(_asked_for(jwks_uri, transport), time.monotonic())
    key = kept.keys.get(str(kid))
    if key is None:
        raise refused("UnknownKeyError")
    return key


def _asked_for(jwks_uri: str, transport: IdentityTransport) -> dict[str, Mapping[str, Any]]:
    keys = _json(transport.get(jwks_uri)).get("keys")
    return {
        key["kid"]: key
        for key in (keys if isinstance(keys, list) else ())
        if isinstance(key, dict) and key.get("kty") == "RSA" and key.get("use", "sig") == "sig" and key.get("kid")
    }


def _json(response: requests.Response) -> dict[str, Any]:
    if response.status_code != requests.codes.ok:
        raise Unavailable(f"HTTP {response.status_code}")
    document = json.loads(response.text)
    return document if isinstance(document, dict) else {}
