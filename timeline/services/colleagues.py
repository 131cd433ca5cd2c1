"""People become colleagues after mail with them was recorded: they took part, and it may be theirs (F10, F26).

a login, or an address that Microsoft lists ──▶ participants with it point to the user ──▶ filed again by who took part
"""

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from accounts.models import Organization, User
from accounts.unit_of_work import one_unit_of_work
from crm.domain.changes import CustomerChanges
from timeline.models import Participant
from timeline.services.affected import affected_engagements, in_use, portions
from timeline.services.reassessment import reassess_engagements


def link_colleague(*, user: User, addresses: Collection[str]) -> int:
    """Let the participants with `addresses`, normalized, be `user`; how many engagements are filed otherwise by that.

    A colleague is no customer: a contact or lead with the same address lets go of these engagements.
    """
    organization = user.organization
    assert organization is not None, "an operator takes part in nothing"  # noqa: S101
    if not sum(_link(user, some) for some in portions(in_use(organization, addresses))):
        return 0
    changes = CustomerChanges(organization.pk, addresses=set(addresses))
    return reassess_engagements(organization, affected_engagements(organization, changes), now=timezone.now())


@one_unit_of_work
def _link(user: User, addresses: Collection[str]) -> int:
    parts = Participant.objects.filter(organization=user.organization, address__in=addresses, user=None)
    return parts.update(user=user, contact=None, lead=None)


def on_person_joined(*, user: User, **_: Any) -> None:
    """Receiver of accounts.signals.person_joined."""
    if isinstance(user.organization, Organization):
        link_colleague(user=user, addresses=list(user.addresses.values_list("address", flat=True)))
