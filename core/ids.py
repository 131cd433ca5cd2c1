"""Outward ids: random enough to tell nobody how many rows there are, ordered by time so that indexes stay dense.

The layout is RFC 9562's UUIDv7: 48 bits of Unix milliseconds, then version, variant and 74 random bits. Ids that one
process makes within one millisecond grow by random steps (method 2 of its section 6.2), so that rows written in one go
stand in the order of their writing.
"""

import secrets
import threading
import time
import uuid
from datetime import datetime

_ROOM = 1 << 74
_STEP_BITS = 48

_making = threading.Lock()
_newest = (-1, 0)  # its millisecond, its random bits


def new_id() -> uuid.UUID:
    """A UUIDv7 of this moment, greater than every other that this process made within its millisecond."""
    global _newest  # noqa: PLW0603 - one order for the whole process
    with _making:
        milliseconds = time.time_ns() // 1_000_000
        if milliseconds == _newest[0]:
            random = (_newest[1] + 1 + secrets.randbits(_STEP_BITS)) % _ROOM
        else:
            random = secrets.randbits(73)  # half of the room is left for those that follow
        _newest = milliseconds, random
    value = (
        (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    )
    return uuid.UUID(int=value)


def first_id_at(moment: datetime) -> uuid.UUID:
    """The least id that can have been made at `moment` (aware), to the millisecond."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | 0b10 << 62)
