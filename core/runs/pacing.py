"""When a source is read next: its slot in the interval, or later after trouble.

healthy    every source has its own second of the interval, so that a fleet is spread evenly over it
trouble    the longer of what we were asked for and an exponential floor, with jitter, at most an hour
"""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

BACKOFF_FLOOR = timedelta(seconds=2)
"""`Retry-After: 1` is often too short (microsoftgraph/msgraph-sdk-javascript#297)."""

BACKOFF_CEILING = timedelta(hours=1)


def next_slot(source_id: UUID, now: datetime, interval: timedelta) -> datetime:
    """The source's next second within the interval: after `now`, and no later than one interval from it."""
    seconds = int(interval.total_seconds())
    phase = int.from_bytes(hashlib.sha256(source_id.bytes).digest()[:4]) % seconds
    wait = (phase - int(now.timestamp())) % seconds
    return now.replace(microsecond=0) + timedelta(seconds=wait or seconds)


def backoff(failures: int, retry_after: float | None, jitter: float) -> timedelta:
    """How long to leave a source alone after `failures` failed rounds in a row (1 after the first).

    `retry_after` is what we were asked for, in seconds; `jitter` in [0, 1) spreads sources that failed together.
    A wait that we were asked for is never shortened.
    """
    doublings: int = min(max(failures - 1, 0), 12)
    floor: timedelta = BACKOFF_FLOOR * (1 << doublings)
    wait = max(min(floor, BACKOFF_CEILING), timedelta(seconds=retry_after or 0))
    return wait * (1 + jitter / 4)
