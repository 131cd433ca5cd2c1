"""Encryption at rest for tokens and credentials: Fernet with rotating keys, newest first.

FIELD_ENCRYPTION_KEYS = "newest,older,…"   encrypt with the newest, decrypt with any
"""

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class UnreadableSecret(Exception):
    """No key in FIELD_ENCRYPTION_KEYS opens a stored secret: the key it was written with is missing."""


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _current() -> MultiFernet:
    return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS))


def encrypt(text: str) -> str:
    """The token for `text`, URL-safe ASCII, under the newest key."""
    return _current().encrypt(text.encode()).decode("ascii")


def decrypt(token: str) -> str:
    """The text behind `token`; raises UnreadableSecret where no key opens it."""
    try:
        return _current().decrypt(token.encode("ascii")).decode()
    except InvalidToken as error:
        message = "A stored secret cannot be read: the key it was written with is not in FIELD_ENCRYPTION_KEYS."
        raise UnreadableSecret(message) from error
