"""Opaque, signed strings: sync tokens, access and refresh tokens carry their own state, so a restart forgets none."""

import base64
import binascii
import hashlib
import hmac
import json
import zlib
from typing import Any

_TAG_BYTES = 12


class ForgedError(ValueError):
    """The string was not made here, or was altered."""


class Signer:
    """Seals a small JSON object into a base64url string and opens it again."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._opened: dict[str, dict[str, Any]] = {}

    def seal(self, purpose: str, content: dict[str, Any]) -> str:
        """The string that only `open` with the same purpose understands."""
        body = zlib.compress(json.dumps({**content, "_": purpose}, separators=(",", ":")).encode(), 1)
        return base64.urlsafe_b64encode(self._tag(body) + body).decode("ascii").rstrip("=")

    def open(self, purpose: str, text: str) -> dict[str, Any]:
        """The object that was sealed. Raises ForgedError."""
        known = self._opened.get(text)
        if known is None:
            known = self._read(text)
            if len(self._opened) > 4096:  # noqa: PLR2004 - a bound, not a rule
                self._opened.clear()
            self._opened[text] = known
        if known.get("_") != purpose:
            raise ForgedError(purpose)
        return known

    def _read(self, text: str) -> dict[str, Any]:
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            body = raw[_TAG_BYTES:]
            if not hmac.compare_digest(self._tag(body), raw[:_TAG_BYTES]):
                raise ForgedError(text[:8])
            content: dict[str, Any] = json.loads(zlib.decompress(body))
        except (binascii.Error, zlib.error, UnicodeError) as error:
            raise ForgedError(text[:8]) from error
        return content

    def _tag(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()[:_TAG_BYTES]
