"""The one place that changes a mailbox's state; the machine is drawn in mailsync.domain.mailbox_state."""

import re
from datetime import datetime
from typing import Any

from core.db.unit_of_work import one_unit_of_work
from mailsync.domain.mailbox_state import (
    FOREIGN_TENANT,
    MAIL_READ_MISSING,
    NOT_CONNECTED,
    RECONCILIATION_GAP,
    check_move,
)
from mailsync.domain.vocabulary import MailboxState
from mailsync.graph.refusals import BY_CODE
from mailsync.models import Mailbox, MailboxTransition

_OUR_CAUSES = frozenset({NOT_CONNECTED, MAIL_READ_MISSING, FOREIGN_TENANT, RECONCILIATION_GAP})
_NUMBERED = re.compile(r"AADSTS\d{1,9}|HTTP \d{3}")


def is_documented_cause(cause: str) -> bool:
    """Whether a state's cause is a word of ours or a code of Microsoft's documentation; others may say anything."""
    return cause in _OUR_CAUSES or bool(_NUMBERED.fullmatch(cause)) or cause.lower() in BY_CODE


@one_unit_of_work
def move_mailbox(
    *, mailbox: Mailbox, to: MailboxState, cause: str = "", now: datetime, claim: str | None = None, **fields: Any
) -> bool:
    """Put a mailbox into a state, with cause and time, together with the other columns given in `fields`.

    A worker passes its `claim`: where it no longer holds the mailbox, or the switch is off, nothing changes and False
    comes back. Raises IllegalMove for a change the machine does not know.
    """
    stored = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    if claim is not None and (stored.claim != claim or not stored.import_enabled):
        return False
    before = MailboxState(stored.state)
    check_move(before, to)
    if before != to:
        fields["state_changed_at"] = now
    if before != to or stored.state_reason != cause:
        MailboxTransition.objects.create(mailbox=stored, before=before, after=to, cause=cause, at=now)
    fields |= {"state": to, "state_reason": cause}
    Mailbox.objects.filter(pk=mailbox.pk).update(**fields)
    for name, value in fields.items():
        setattr(mailbox, name, value)
    return True
