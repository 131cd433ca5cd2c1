"""Ids derived from the seed, so that a tenant made again carries the same ones.

Graph's ids are opaque, case-sensitive and base64url; an immutable id outlives moves, the mutable one does not.
"""

import base64
import hashlib
import uuid


def digest(*parts: object, size: int = 24) -> bytes:
    """Bytes that depend on `parts` alone."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=size).digest()


def guid(*parts: object) -> str:
    """A UUID that depends on `parts` alone."""
    return str(uuid.UUID(bytes=digest(*parts, size=16), version=4))


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii")


def immutable_id(*parts: object) -> str:
    """An item's id under `Prefer: IdType="ImmutableId"`."""
    return "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A" + _encode(digest("immutable", *parts, size=30)) + "AA=="


def case_twin(item_id: str) -> str:
    """The same id with the case of its last letters turned."""
    return item_id[:-4] + item_id[-4:].swapcase()


def mutable_id(*parts: object) -> str:
    """An item's ordinary id, good until the next move."""
    return "AAMkAGI2" + _encode(digest("mutable", *parts, size=48)) + "AAA="


def folder_id(*parts: object) -> str:
    """A folder's id, the same in both forms."""
    return "AQMkAGI2" + _encode(digest("folder", *parts, size=36)) + "AAAA=="


def conversation_id(*parts: object) -> str:
    """A conversation's id; Exchange gives each mailbox its own."""
    return "AAQkAGI2" + _encode(digest("conversation", *parts, size=24)) + "="


def change_key(*parts: object) -> str:
    """What changes with each change of an item."""
    return "CQAAABYAAA" + _encode(digest("change", *parts, size=12))


def conversation_index(thread: str, started: int, depth: int) -> str:
    """Exchange's Thread-Index (MS-OXOMSG 2.2.1.3): 5 bytes of time, the thread's GUID, 5 bytes a reply."""
    header = b"\x01" + started.to_bytes(5, "big") + digest("thread", thread, size=16)
    replies = b"".join(digest("reply", thread, level, size=5) for level in range(depth))
    return base64.b64encode(header + replies).decode("ascii")
