"""CRM records find their owner: imported with the owner's address, linked once that person has a login.

The deals among them change hands by that, so the timeline is told.
"""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from crm.domain.changes import CustomerChanges
from crm.models import Account, Contact, Lead, Opportunity
from crm.signals import customers_changed


def link_owned_records(*, user: User) -> int:
    """Make `user` the owner of every ownerless record that names the address; how many there were."""
    if user.organization is None:
        return 0
    linked, changes = 0, CustomerChanges(user.organization.pk)
    for model in (Account, Contact, Lead, Opportunity):
        ownerless: QuerySet[Any] = model._default_manager.filter(  # noqa: SLF001 - the documented door to its rows
            organization=user.organization, owner=None, owner_email__iexact=user.email
        )
        if model is Opportunity:
            changes.deals |= set(ownerless.values_list("id", flat=True))
        linked += ownerless.update(owner=user)
    if changes:
        customers_changed.send(sender=User, changes=changes)
    return linked


def on_person_joined(*, user: User, **_: Any) -> None:
    """Receiver of accounts.signals.person_joined."""
    link_owned_records(user=user)
