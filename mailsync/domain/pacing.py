"""When a mailbox is read next: its slot in the interval, or later after trouble.

healthy    every mailbox has its own second of the interval, so that a fleet is spread evenly over it
trouble    the longer of what Microsoft asked for and an exponential floor, with jitter, at most an hour
stopped    a look now and then, in case somebody mended it without telling us
"""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from mailsync.domain.mailbox_state import STANDINGS
from mailsync.domain.vocabulary import MailboxState as State

BACKOFF_FLOOR = timedelta(seconds=2)
"""`Retry-After: 1` is often too short (microsoftgraph/msgraph-sdk-javascript#297)."""

BACKOFF_CEILING = timedelta(hours=1)


COMPARED_AFTER = timedelta(days=1)
"""How often a mailbox is compared with what is stored."""

FIRST_COMPARED_AFTER = timedelta(hours=1)
SOON = timedelta(minutes=15)


def compared_at(planned: datetime | None, now: datetime, *, is_owed_mail: bool) -> datetime:
    """When the mailbox is next compared with what is stored: soon after a mail could not be had, else as planned."""
    if planned is None:
        return now + FIRST_COMPARED_AFTER
    return min(planned, now + SOON) if is_owed_mail else planned


def compared_again_after(attempts: int) -> timedelta:
    """A day; sooner after `attempts` in which Microsoft could not deliver some mail, each time less soon."""
    doublings: int = min(max(attempts - 1, 0), 7)
    return min(SOON * (1 << doublings), COMPARED_AFTER) if attempts else COMPARED_AFTER


def next_slot(mailbox_id: UUID, now: datetime, interval: timedelta) -> datetime:
    """The mailbox's next second within the interval: after `now`, and no later than one interval from it."""
    seconds = int(interval.total_seconds())
    phase = int.from_bytes(hashlib.sha256(mailbox_id.bytes).digest()[:4]) % seconds
    wait = (phase - int(now.timestamp())) % seconds
    return now.replace(microsecond=0) + timedelta(seconds=wait or seconds)


def backoff(failures: int, retry_after: float | None, jitter: float) -> timedelta:
    """How long to leave a mailbox alone after `failures` failed rounds in a row (1 after the first).

    `retry_after` is what Microsoft asked for, in seconds; `jitter` in [0, 1) spreads mailboxes that failed together.
    A wait that Microsoft asked for is never shortened.
    """
    doublings: int = min(max(failures - 1, 0), 12)
    floor: timedelta = BACKOFF_FLOOR * (1 << doublings)
    wait = max(min(floor, BACKOFF_CEILING), timedelta(seconds=retry_after or 0))
    return wait * (1 + jitter / 4)


def stopped_retry(state: State) -> timedelta:
    """After what time a stopped mailbox is tried again without anybody asking; raises KeyError for other states."""
    again_after = STANDINGS[state].again_after
    if again_after is None:
        raise KeyError(state)
    return again_after
