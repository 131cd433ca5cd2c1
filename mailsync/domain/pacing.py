"""When a mailbox is looked at again: compared with what is stored, or after it stopped.

compared    once a day; sooner after mail that Microsoft could not deliver
stopped     now and then, in case somebody mended it without telling us

Rounds and waits are paced as those of any source (core.runs.pacing).
"""

from datetime import datetime, timedelta

from mailsync.domain.mailbox_state import STANDINGS
from mailsync.domain.vocabulary import MailboxState as State

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


def stopped_retry(state: State) -> timedelta:
    """After what time a stopped mailbox is tried again without anybody asking; raises KeyError for other states."""
    again_after = STANDINGS[state].again_after
    if again_after is None:
        raise KeyError(state)
    return again_after
