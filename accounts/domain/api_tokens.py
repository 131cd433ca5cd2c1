"""An API token: what it looks like, and the digest under which it is known here.

    jiminny_ + 64 hexadecimal digits (256 random bits) ──SHA-256──▶ digest       only the digest is stored

A token this random cannot be guessed from its digest, so that the digest needs neither salt nor slowness, and finds
its row by an index: how long the search takes tells nothing about the token. The beginning is for scanners that look
for secrets in what people publish.
"""

import secrets
from enum import StrEnum

from core.hashing import hash_of

PREFIX = "jiminny_"
_BYTES = 32

LONGEST_DAYS = 366
USUAL_DAYS = 90
MOST_TOKENS = 25
"""Tokens a person has at once that have not expired."""


class TokenScope(StrEnum):
    """What a token may do."""

    READ = "read"
    WRITE = "write"


def new_secret() -> str:
    """A token as its owner gets to see it, once."""
    return PREFIX + secrets.token_hex(_BYTES)


def digest_of(secret: str) -> str:
    """What stands in the table for `secret`, 64 hexadecimal digits."""
    return hash_of(secret)
