"""CRM records find their owner: imported with the owner's address, linked once that person has a login."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from crm.models import Account, Contact, Lead, Opportunity


def link_owned_records(*, user: User) -> int:
    """Make `user` the owner of every ownerless record that names the address; how many there were."""
    if user.organization is None:
        return 0
    linked = 0
    for model in (Account, Contact, Lead, Opportunity):
        ownerless: QuerySet[Any] = model._default_manager.filter(  # noqa: SLF001 - the documented door to its rows
            organization=user.organization, owner=None, owner_email__iexact=user.email
        )
        linked += ownerless.update(owner=user)
    return linked


def on_person_joined(*, user: User, **_: Any) -> None:
    """Receiver of accounts.signals.person_joined."""
    link_owned_records(user=user)
