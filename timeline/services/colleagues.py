"""People become colleagues after mail with them was recorded: they took part, and it may be theirs (F10, F26).

a login, or an address that Microsoft lists ──▶ participants with it point to the user ──▶ settled again
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.utils import timezone

from accounts.models import Organization, User
from core.chunks import chunks
from core.db.portions import in_portions
from core.db.unit_of_work import one_unit_of_work
from crm.domain.changes import CustomerChanges
from timeline.assignment.reassess import reassess_engagements
from timeline.changes.door import record_change
from timeline.models import Engagement, Participant
from timeline.recording.people import our_people
from timeline.selectors.affected import affected_engagements, in_use

_AT_ONCE = 1_000
_READ = ("address", "engagement", "engagement__occurred_at")


def link_colleague(*, user: User, addresses: Collection[str]) -> int:
    """Let the participants with `addresses`, normalized, be `user`; how many engagements are filed otherwise by that.

    A colleague is no customer: a contact or lead with the same address lets go of these engagements. What was exchanged
    while an address stood with somebody else, whoever that was, stays with nobody.
    """
    organization = user.organization
    assert organization is not None, "an operator takes part in nothing"  # noqa: S101
    parts = Participant.objects.filter(organization=organization, user=None).select_related("engagement")
    linked = sum(
        _link(user, some)
        for wanted in chunks(in_use(organization, addresses), _AT_ONCE)
        for some in in_portions(parts.filter(address__in=wanted).only(*_READ), _AT_ONCE)
    )
    if not linked:
        return 0
    changes = CustomerChanges(organization.pk, addresses=set(addresses))
    return reassess_engagements(organization, affected_engagements(organization, changes), now=timezone.now())


def unlink_colleague(*, user: User, addresses: Collection[str]) -> int:
    """Let nobody of us have taken part by `addresses`, normalized, that were taken for `user`'s and are not.

    Who has them is looked for among the customers again; how many engagements are filed otherwise by that.
    """
    organization = user.organization
    assert organization is not None, "an operator takes part in nothing"  # noqa: S101
    parts = Participant.objects.filter(organization=organization, user=user)
    changes = CustomerChanges(organization.pk, addresses=set(addresses))
    for wanted in chunks(in_use(organization, addresses), _AT_ONCE):
        for some in in_portions(parts.filter(address__in=wanted).only("engagement"), _AT_ONCE):
            _unlink(organization, some)
    return reassess_engagements(organization, affected_engagements(organization, changes), now=timezone.now())


@one_unit_of_work
def _unlink(organization: Organization, parts: Sequence[Participant]) -> None:
    engagements = {part.engagement_id for part in parts}
    Participant.objects.filter(pk__in=[part.pk for part in parts]).update(user=None)
    Engagement.objects.filter(pk__in=engagements).update(changed_at=timezone.now())
    record_change(organization.pk, engagements)


@one_unit_of_work
def _link(user: User, parts: Sequence[Participant]) -> int:
    organization: Organization = user.organization  # type: ignore[assignment] # by link_colleague
    people = our_people(organization, {part.address for part in parts})
    own = [part for part in parts if people.at(part.engagement.occurred_at).get(part.address) == user.pk]
    engagements = {part.engagement_id for part in own}
    Participant.objects.filter(pk__in=[part.pk for part in own], user=None).update(user=user, contact=None, lead=None)
    Engagement.objects.filter(pk__in=engagements).update(changed_at=timezone.now())
    record_change(organization.pk, engagements)
    return len(own)


def on_person_joined(*, user: User, **_: Any) -> None:
    """Receiver of accounts.signals.person_joined."""
    if isinstance(user.organization, Organization):
        link_colleague(user=user, addresses=list(user.addresses.values_list("address", flat=True)))
