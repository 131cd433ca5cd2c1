"""A person's decision about a conversation, written on every engagement of it (F25)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from timeline.domain.vocabulary import AssociationRule
from timeline.models import Conversation, EmailMessage, Engagement
from timeline.search.outbox import announce
from timeline.selectors.holds import HeldPlaces, held_places


def apply_pins(conversations: Iterable[Conversation], *, now: datetime) -> None:
    """Put every engagement of those `conversations` that are pinned under the pinned deal, or under none.

    What a legal hold fixes where it stands stays there.
    """
    for conversation in conversations:
        if conversation.pinned_at is not None:
            apply_pin(conversation, now=now, held=held_places(conversation.organization))


def apply_pin(conversation: Conversation, *, now: datetime, held: HeldPlaces | None = None) -> list[UUID]:
    """The same for one pinned conversation; which engagements stand there."""
    opportunity = conversation.pinned_opportunity
    rows = Engagement.objects.filter(conversation=conversation)
    # by their ids: what is written below must not change which rows these are
    engagements = rows.filter(pk__in=list((rows.exclude(held.fixed) if held else rows).values_list("pk", flat=True)))
    engagements.update(
        opportunity=opportunity,
        association_rule=AssociationRule.PINNED,
        association_certain=True,
        association_candidates=[str(opportunity.id)] if opportunity else [],
        changed_at=now,
    )
    if opportunity is not None and opportunity.account_id is not None:
        engagements.update(account=opportunity.account_id)
    if opportunity is not None and opportunity.owner_id is not None:
        engagements.update(owner=opportunity.owner_id)
    else:
        inbox_owner = EmailMessage.objects.filter(engagement=OuterRef("pk")).values("inbox_owner")[:1]
        engagements.filter(email__isnull=False).update(owner=Subquery(inbox_owner))
    changed = list(engagements.order_by("id").values_list("id", flat=True))
    announce(conversation.organization_id, changed)
    return changed
