"""What id tokens are signed with: RS256, two keys published, the older of which leaves when a new one comes.

start, or the control door ──▶ new key ──▶ jwks: new, previous     a client that kept an older jwks meets an unknown kid
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.state_dir import StateDir

_BITS = 2048
_PUBLISHED = 2


class SigningKeys:
    """The tenant's keys, the newest first; they outlive the process in the state folder."""

    def __init__(self, state: StateDir) -> None:
        self._state = state
        self._keys = [_opened(pem) for pem in state.id_token_keys()]
        self.rotate()

    def rotate(self, *, is_old_withdrawn: bool = False) -> list[str]:
        """Sign with a new key from here on; the kids that are published, at once without the older ones if asked."""
        kept = [] if is_old_withdrawn else self._keys
        self._keys = [rsa.generate_private_key(65537, _BITS), *kept][:_PUBLISHED]
        self._state.keep_id_token_keys([_closed(key) for key in self._keys])
        return [_kid(key) for key in self._keys]

    def published(self, issuer: str) -> dict[str, list[dict[str, str]]]:
        """The JSON Web Key Set, each key with the issuer that it may sign for, as Microsoft's has it."""
        return {"keys": [{**_public(key), "issuer": issuer} for key in self._keys]}

    def signed(self, claims: Mapping[str, Any], forgery: str = "") -> str:
        """`claims` as an id token; `forgery` is none, unsigned, stranger, hs256, unknown_key or bent."""
        key = rsa.generate_private_key(65537, _BITS) if forgery in ("stranger", "unknown_key") else self._keys[0]
        named = key if forgery == "unknown_key" else self._keys[0]
        algorithm = {"none": "none", "unsigned": "RS256", "hs256": "HS256"}.get(forgery, "RS256")
        head = _encoded({"alg": algorithm, "typ": "JWT", "kid": _kid(named)})
        signed = f"{head}.{_encoded(claims)}"
        if forgery in ("none", "unsigned"):
            return f"{signed}."
        if forgery == "hs256":
            return f"{signed}.{_base64(hmac.new(_public_pem(key), signed.encode(), hashlib.sha256).digest())}"
        signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        if forgery == "bent":
            signed = f"{head}.{_encoded({**claims, 'bent': True})}"
        return f"{signed}.{_base64(signature)}"


def _public(key: rsa.RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "use": "sig", "kid": _kid(key), "n": _number(numbers.n), "e": _number(numbers.e)}


def _kid(key: rsa.RSAPrivateKey) -> str:
    return _base64(hashlib.sha256(_public_pem(key)).digest()[:20])


def _public_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip


def _closed(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip


def _opened(pem: bytes) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the state folder's id token keys are RSA")
    return key


def _number(value: int) -> str:
    return _base64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _encoded(content: Mapping[str, Any]) -> str:
    return _base64(json.dumps(content).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")
