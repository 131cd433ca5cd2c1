"""Who may sync: an admin's decision takes effect on the mailbox at once."""

from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import may_no_longer_sync
from mailsync.models import Mailbox
from mailsync.services.switch import set_import


@receiver(may_no_longer_sync, dispatch_uid="mailsync.may_no_longer_sync")
def switch_off(*, user: User, actor: User | None = None, **_: Any) -> None:
    """End the import of somebody who was deactivated or may not sync any more; what was imported stays."""
    if Mailbox.objects.filter(user=user, import_enabled=True).exists():
        set_import(user=user, enabled=False, actor=actor)
