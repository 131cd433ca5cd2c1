"""Why an engagement stands under its deal, and where else it could stand (F25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from crm.models import Opportunity
from timeline.domain.explaining import why_here
from timeline.domain.vocabulary import AssociationRule
from timeline.models import Conversation, Engagement

MAXIMUM_CHOICES = 50


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """What decided, which deals were considered (best first), and which a person may choose instead."""

    engagement: Engagement
    sentence: str
    is_certain: bool
    candidates: Sequence[Opportunity]
    choices: Sequence[Opportunity]
    pinned: Conversation | None


def assignment_of(viewer: User, engagement: Engagement) -> AssignmentView:
    """The explanation of `engagement`, one of `engagements_for(viewer)`: two queries."""
    considered = [UUID(str(each)) for each in engagement.association_candidates]
    accounts = engagement.associations.exclude(account=None).values("account")
    of_customer = Q(account__in=accounts, is_closed=False) | Q(account=engagement.account_id, is_closed=False)
    deals = list(
        Opportunity.objects.filter(organization=viewer.organization_id)
        .filter(of_customer | Q(pk__in=[*considered, engagement.opportunity_id]))
        .select_related("account")
        .order_by("name", "pk")[:MAXIMUM_CHOICES]
    )
    by_id = {deal.pk: deal for deal in deals}
    return AssignmentView(
        engagement=engagement,
        sentence=why_here(
            engagement.association_rule,
            has_opportunity=engagement.opportunity_id is not None,
            is_certain=engagement.association_certain,
        ),
        is_certain=engagement.association_certain,
        candidates=[by_id[pk] for pk in considered if pk in by_id],
        choices=deals,
        pinned=engagement.conversation if engagement.association_rule == AssociationRule.PINNED else None,
    )
