"""Outward ids: random enough to tell nobody how many rows there are, ordered by time so that indexes stay dense.

The layout is RFC 9562's UUIDv7: 48 bits of Unix milliseconds, then version, variant and 74 random bits.
"""

import secrets
import time
import uuid
from datetime import datetime


def new_id() -> uuid.UUID:
    """A UUIDv7 of this moment."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    value = (
        (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    )
    return uuid.UUID(int=value)


def first_id_at(moment: datetime) -> uuid.UUID:
    """The least id that can have been made at `moment` (aware), to the millisecond."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | 0b10 << 62)
