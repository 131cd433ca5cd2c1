"""Encryption at rest for tokens and credentials, each ciphertext bound to where it stands.

FIELD_ENCRYPTION_KEYS = "newest,older,…" ──HKDF──▶ AES-256-GCM keys     seal with the newest, open with any
Place(label, organization, row)          ──JSON──▶ associated data      another place does not open it

"v1." + base64url(12 random bytes + ciphertext and tag)                 RFC 5116, NIST SP 800-38D
"""

import base64
import json
import secrets
from binascii import Error as Base64Error
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_VERSION = "v1."
_NONCE_BYTES = 12
_PURPOSE = b"a field's secret, AES-256-GCM, version 1"


class UnreadableSecret(Exception):
    """No key opens a stored secret where it stands: a key is missing, or the secret was changed or moved there."""


class Place(NamedTuple):
    """Where a secret stands: the label written on its field, the organization's id, the row's."""

    label: str
    organization: str
    row: str


def seal(text: str, place: Place) -> str:
    """`text` under the newest key, URL-safe ASCII, to be opened in `place` alone."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    box = _keys(tuple(settings.FIELD_ENCRYPTION_KEYS))[0].encrypt(nonce, text.encode(), _bound_to(place))
    return _VERSION + base64.urlsafe_b64encode(nonce + box).decode("ascii")


def unseal(sealed: str, place: Place) -> str:
    """The text behind `sealed`; raises UnreadableSecret where no key opens it in `place`."""
    for key in _keys(tuple(settings.FIELD_ENCRYPTION_KEYS)):
        if (text := _opened(key, sealed, place)) is not None:
            return text
    message = (
        f"The stored {place.label} cannot be read: its key is not in FIELD_ENCRYPTION_KEYS, or the value was changed "
        "or put there from another row."
    )
    raise UnreadableSecret(message)


def is_under_newest_key(sealed: str, place: Place) -> bool:
    """Whether the newest key alone opens it."""
    return _opened(_keys(tuple(settings.FIELD_ENCRYPTION_KEYS))[0], sealed, place) is not None


def _opened(key: AESGCM, sealed: str, place: Place) -> str | None:
    try:
        letters = sealed.removeprefix(_VERSION).encode("ascii")
        box = base64.b64decode(letters, altchars=b"-_", validate=True)
        if base64.urlsafe_b64encode(box) != letters:  # the last letter has bits that no byte holds
            return None
        return key.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], _bound_to(place)).decode()
    except (InvalidTag, Base64Error, ValueError):
        return None


def _bound_to(place: Place) -> bytes:
    return json.dumps(place, ensure_ascii=True).encode("ascii")


@lru_cache(maxsize=4)
def _keys(listed: tuple[str, ...]) -> list[AESGCM]:
    return [AESGCM(_derived(base64.urlsafe_b64decode(key))) for key in listed]


def _derived(key: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key)
