"""What follows from an error that ended a run over a mailbox: the state it is shown as, and when it is tried again.

Throttled              → throttled              after what Microsoft asked for, at least an exponential floor
Unavailable, 410 loops → initial/catching_up    after the same floor
not connected          → connecting             nothing is tried until somebody connects
ConnectionLost         → its own state          a look now and then; a sign-in or a consent wakes it at once
MailboxUnavailable     → mailbox_unavailable    daily
Misconfigured          → misconfigured          every quarter of an hour
a defect of ours       → initial/catching_up    after the floor, logged
"""

from datetime import datetime

from accounts.microsoft.wording import AT_MICROSOFT
from accounts.services.tokens import record_loss
from core.http.errors import ConnectionLost
from core.runs import failures
from core.runs.failures import Failure, FailureStates
from mailsync.domain.mailbox_state import NOT_CONNECTED
from mailsync.domain.pacing import stopped_retry
from mailsync.domain.vocabulary import MailboxState
from mailsync.graph.errors import MailboxUnavailable
from mailsync.models import Mailbox
from mailsync.services.graph_access import connection_of
from mailsync.services.mailbox import move_mailbox

STATES = FailureStates(
    stops={leaf: MailboxState(each.connection_state) for leaf, each in AT_MICROSOFT.items() if each.connection_state}
    | {MailboxUnavailable: MailboxState.MAILBOX_UNAVAILABLE},
    throttled=MailboxState.THROTTLED,
    again_after=stopped_retry,
)
"""A connection's states are a mailbox's own, by the same words."""


def judge(error: Exception, mailbox: Mailbox, *, has_progressed: bool, now: datetime) -> Failure[MailboxState]:
    """What follows from `error`. A run that came some way begins a new row of failures."""
    if getattr(error, "code", "") == NOT_CONNECTED:
        return Failure(MailboxState.CONNECTING, NOT_CONNECTED, None, mailbox.failures, is_wait=False)
    on_the_way = MailboxState.INITIAL if mailbox.last_synced_at is None else MailboxState.CATCHING_UP
    in_a_row = 1 if has_progressed else mailbox.failures + 1
    return failures.judge(error, STATES, on_the_way=on_the_way, failures=in_a_row, now=now)


def show_failure(
    mailbox: Mailbox, failure: Failure[MailboxState], error: Exception, *, claim: str, now: datetime
) -> None:
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
