"""An address that stood with somebody is remembered when it goes: whoever has it next was not written to before.

learned again by another mailbox ◀── UserAddress deleted ──▶ FormerAddress (whose it was, until when)
                                     (let go, decided otherwise, or its login deleted)
"""

from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import FormerAddress, Organization, User, UserAddress


@receiver(post_delete, sender=UserAddress, dispatch_uid="accounts.former_addresses")
def remember(*, instance: UserAddress, origin: "Model | QuerySet[Any]", **_: Any) -> None:
    """Note until when an address stood with its person; nothing where the whole organization goes."""
    going = origin.model if isinstance(origin, QuerySet) else type(origin)
    if going is Organization:
        return
    FormerAddress.objects.create(
        organization_id=instance.organization_id,
        address=instance.address,
        user_id=None if going is User else instance.user_id,
        until=timezone.now(),
    )
