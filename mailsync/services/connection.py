"""What a change of a person's Microsoft connection means for the mailbox.

connected again            a switched-on mailbox that waited for it begins at once
another Microsoft account  is another mailbox: what was read before says nothing about it
lost                       the mailbox stops and says so, without waiting for its next round
of another tenant          the same, at the next request; the addresses that it brought are not ours
disconnected               the same, as not connected
"""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from accounts.domain.vocabulary import ConnectionState
from accounts.models import MicrosoftConnection
from accounts.selectors.people import is_foreign
from accounts.signals import connection_changed
from mailsync.domain.mailbox_state import NOT_CONNECTED, STOPPED
from mailsync.domain.vocabulary import MailboxState
from mailsync.models import Mailbox
from mailsync.services.addresses import unlearn_addresses
from mailsync.services.mailbox import move_mailbox
from mailsync.services.switch import begin, forget_progress


@receiver(connection_changed, dispatch_uid="mailsync.connection_changed")
def follow_connection(*, connection: MicrosoftConnection, account_changed: bool = False, **_: Any) -> None:
    """Bring the mailbox in line with its person's connection; runs in the transaction that changed it."""
    mailbox = Mailbox.objects.select_related("organization", "user").filter(user=connection.user_id).first()
    if mailbox is None:
        return
    if account_changed:
        forget_progress(mailbox)
    if is_foreign(connection):
        unlearn_addresses(user=mailbox.user)
        Mailbox.objects.filter(pk=mailbox.pk).update(claim="", claimed_until=None)  # whoever reads it reads no further
    if not mailbox.import_enabled:
        return
    state, now = ConnectionState(connection.state), timezone.now()
    if state is ConnectionState.CONNECTED:
        if account_changed or mailbox.state == MailboxState.CONNECTING or mailbox.state in STOPPED:
            begin(mailbox, now=now)
    elif state is ConnectionState.DISCONNECTED:
        move_mailbox(
            mailbox=mailbox, to=MailboxState.CONNECTING, cause=NOT_CONNECTED, now=now, due_at=None, not_before=None
        )
    elif (mailbox.state, mailbox.state_reason) != (state.value, connection.reason):
        move_mailbox(mailbox=mailbox, to=MailboxState(state.value), cause=connection.reason, now=now, not_before=None)
