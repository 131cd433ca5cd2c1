"""What follows from an error that ended a run: the state it is shown as, and when the mailbox is tried again.

Throttled              → throttled              after what Microsoft asked for, at least an exponential floor
Unavailable, 410 loops → initial/catching_up    after the same floor
not connected          → connecting             nothing is tried until somebody connects
ConnectionLost         → its own state          a look now and then; a sign-in or a consent wakes it at once
MailboxUnavailable     → mailbox_unavailable    daily
Misconfigured          → misconfigured          every quarter of an hour
a defect of ours       → initial/catching_up    after the floor, logged
"""

import random
from dataclasses import dataclass
from datetime import datetime

from accounts.services.tokens import record_loss
from mailsync.domain.mailbox_state import NOT_CONNECTED, STOPPED
from mailsync.domain.pacing import backoff, stopped_retry
from mailsync.domain.vocabulary import MailboxState
from mailsync.graph.errors import (
    ConnectionLost,
    MailboxUnavailable,
    MicrosoftError,
    Misconfigured,
    Retryable,
    Throttled,
)
from mailsync.models import Mailbox
from mailsync.services.graph_access import connection_of
from mailsync.services.mailbox import move_mailbox


@dataclass(frozen=True, slots=True)
class Failure:
    """How a run ended: the state to show, the code, and when to try again (None: when somebody acts)."""

    state: MailboxState
    code: str
    again_at: datetime | None
    failures: int
    is_wait: bool


def judge(error: Exception, mailbox: Mailbox, *, has_progressed: bool, now: datetime) -> Failure:
    """What follows from `error`. A run that came some way begins a new row of failures."""
    failures = 1 if has_progressed else mailbox.failures + 1
    code = error.code if isinstance(error, MicrosoftError) else f"Defect:{type(error).__name__}"
    if code == NOT_CONNECTED:
        return Failure(MailboxState.CONNECTING, code, None, mailbox.failures, is_wait=False)
    state = _stopped_state(error)
    if state is not None:
        return Failure(state, code, now + stopped_retry(state), failures, is_wait=False)
    retry_after = error.retry_after if isinstance(error, Retryable) else None
    again_at = now + backoff(failures, retry_after, random.random())  # noqa: S311 - spreads a fleet, guards nothing
    if isinstance(error, Throttled):
        return Failure(MailboxState.THROTTLED, code, again_at, failures, is_wait=True)
    is_first = mailbox.last_synced_at is None
    return Failure(
        MailboxState.INITIAL if is_first else MailboxState.CATCHING_UP, code, again_at, failures, is_wait=True
    )


def show_failure(mailbox: Mailbox, failure: Failure, error: Exception, *, claim: str, now: datetime) -> None:
    """Put the mailbox into the failure's state and give it up until it is to be tried again."""
    if isinstance(error, ConnectionLost) and error.code != NOT_CONNECTED:
        record_loss(connection=connection_of(mailbox), error=error)
    move_mailbox(
        mailbox=mailbox,
        to=failure.state,
        cause=failure.code[:255],
        now=now,
        claim=claim,
        not_before=failure.again_at if failure.is_wait else None,
        due_at=failure.again_at,
        failures=failure.failures,
    )


def _stopped_state(error: Exception) -> MailboxState | None:
    if isinstance(error, MailboxUnavailable):
        return MailboxState.MAILBOX_UNAVAILABLE
    if isinstance(error, ConnectionLost | Misconfigured) and error.connection_state is not None:
        state = MailboxState(error.connection_state.value)
        return state if state in STOPPED else None
    return None
