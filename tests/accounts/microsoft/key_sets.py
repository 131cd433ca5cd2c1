"""Microsoft's published keys, and tokens that they sign."""

import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

AUTHORITY, JWKS = "https://login.example/organizations", "https://login.example/keys"
TENANT, PERSONAL = "11111111-1111-4111-8111-111111111111", "9188040d-6c67-4c5b-b112-36a304b66dad"
ANY_ISSUER = "https://login.example/{tenantid}/v2.0"
KEYS = [rsa.generate_private_key(65537, 2048) for _ in range(2)]


def published(*names: int, **more: Any) -> dict[str, Any]:
    """A key set of these keys, named by their number."""
    whole = [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEYS[name].public_key())) for name in names]
    return {"keys": [{**key, "use": "sig", "kid": str(name), **more} for name, key in zip(names, whole, strict=True)]}


def token(by: int = 0, **claims: Any) -> str:
    now = int(time.time())
    whole = {
        "iss": ANY_ISSUER.replace("{tenantid}", TENANT), "aud": "our-app", "exp": now + 3600, "nbf": now, "iat": now,
        "sub": "s", "tid": TENANT, "oid": TENANT, "nonce": "n",
    }  # fmt: skip
    return jwt.encode({**whole, **claims}, KEYS[by], algorithm="RS256", headers={"kid": str(by)})
