"""Owner and readers of mails once fewer mailboxes hold them: what recording widened is derived again from who is left.

remaining holders ──▶ inbox owner, widest visibility, fullest detail ──▶ owner, where no deal's owner goes before
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import Organization
from timeline.domain.assignment import nearest_inbox_owner, place_of
from timeline.domain.vocabulary import ParticipantRole
from timeline.models import EmailMessage, Engagement, Participant
from timeline.search.outbox import announce
from timeline.services.sightings import fullest, widest

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Holder:
    """A mailbox that holds a mail: whose it is and what that person lets others see."""

    user: UUID
    visibility: Visibility
    detail: Detail


def settle_holders(organization: Organization, holders: Mapping[UUID, Sequence[Holder]], *, now: datetime) -> int:
    """Let these mails (by email id) be held by exactly these mailboxes, at least one each; how many rows changed.

    Runs in the caller's transaction.
    """
    places = _places_of_users(holders)
    rows = EmailMessage.objects.filter(organization=organization, pk__in=list(holders)).order_by("pk")
    list(rows.select_for_update().values_list("pk", flat=True))
    changed = []
    for row in rows.select_related("engagement__opportunity"):
        if _settle(row, holders[row.pk], places[row.pk]):
            row.engagement.changed_at = now
            changed.append(row)
    Engagement.objects.bulk_update(
        [row.engagement for row in changed], ["owner", "visibility", "detail", "changed_at"], batch_size=_AT_ONCE
    )
    EmailMessage.objects.bulk_update(changed, ["inbox_owner"], batch_size=_AT_ONCE)
    announce(organization.pk, [row.pk for row in changed])
    return len(changed)


def _places_of_users(emails: Mapping[UUID, object]) -> dict[UUID, dict[UUID, tuple[ParticipantRole, int]]]:
    places: dict[UUID, dict[UUID, tuple[ParticipantRole, int]]] = defaultdict(dict)
    rows = Participant.objects.filter(engagement_id__in=list(emails), user__isnull=False)
    for engagement, user, role, position in rows.values_list("engagement_id", "user_id", "role", "position"):
        place = (ParticipantRole(role), position)
        standing = places[engagement].setdefault(user, place)
        places[engagement][user] = min(standing, place, key=lambda each: (place_of(each[0]), each[1]))
    return places


def _settle(row: EmailMessage, holders: Sequence[Holder], places: Mapping[UUID, tuple[ParticipantRole, int]]) -> bool:
    engagement = row.engagement
    before = (row.inbox_owner_id, engagement.owner_id, engagement.visibility, engagement.detail)
    row.inbox_owner_id = nearest_inbox_owner({holder.user for holder in holders}, places)
    first, *others = holders
    engagement.visibility, engagement.detail = first.visibility, first.detail
    for holder in others:
        engagement.visibility = widest(engagement.visibility, holder.visibility)
        engagement.detail = fullest(engagement.detail, holder.detail)
    deal = engagement.opportunity
    engagement.owner_id = deal.owner_id if deal is not None and deal.owner_id else row.inbox_owner_id
    return before != (row.inbox_owner_id, engagement.owner_id, engagement.visibility, engagement.detail)
