"""People become colleagues after mail with them was recorded: they took part, and it may be theirs (F10, F26).

a login, or an address that Microsoft lists ──▶ participants with it point to the user ──▶ filed again by who took part
"""

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from accounts.models import Organization, User
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
    linked = 0
    for some in portions(in_use(organization, addresses)):
        parts = Participant.objects.filter(organization=organization, address__in=some, user=None)
        linked += parts.update(user=user, contact=None, lead=None)
    if not linked:
        return 0
    changes = CustomerChanges(organization.pk, addresses=set(addresses))
    return reassess_engagements(organization, affected_engagements(organization, changes), now=timezone.now())


def on_person_joined(*, user: User, **_: Any) -> None:
    """Receiver of accounts.signals.person_joined."""
    if isinstance(user.organization, Organization):
        link_colleague(user=user, addresses=list(user.addresses.values_list("address", flat=True)))
