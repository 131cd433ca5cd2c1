"""Why an engagement stands under its deal, and where else it could stand (F25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Organization, User
from crm.models import Contact, Opportunity
from timeline.domain.explaining import why_here
from timeline.domain.vocabulary import AssignmentRule
from timeline.models import Conversation, Engagement, FilingRule
from timeline.selectors.engagements import engagements_for

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
    offered: Sequence[Contact] = ()
    """The people whose mail a person may want to follow this correction."""
    rules: Sequence[FilingRule] = ()
    """What was decided so for people in it."""


def assignment_of(viewer: User, engagement: Engagement) -> AssignmentView:
    """The explanation of `engagement`, one of `engagements_for(viewer)`: four queries."""
    considered = [UUID(str(each)) for each in engagement.assignment_candidates]
    accounts = engagement.associations.exclude(account=None).values("account")
    of_customer = Q(account__in=accounts, is_closed=False) | Q(account=engagement.account_id, is_closed=False)
    deals = list(
        Opportunity.objects.filter(organization=viewer.organization_id)
        .filter(of_customer | Q(pk__in=[*considered, engagement.opportunity_id]))
        .select_related("account")
        .order_by("name", "pk")[:MAXIMUM_CHOICES]
    )
    by_id = {deal.pk: deal for deal in deals}
    rules, offered = _rules_and_offers(viewer, engagement)
    return AssignmentView(
        engagement=engagement,
        sentence=why_here(
            engagement.assignment_rule,
            has_opportunity=engagement.opportunity_id is not None,
            is_certain=engagement.assignment_certain,
        ),
        is_certain=engagement.assignment_certain,
        candidates=[by_id[pk] for pk in considered if pk in by_id],
        choices=deals,
        pinned=engagement.conversation if engagement.assignment_rule == AssignmentRule.PINNED else None,
        offered=offered,
        rules=rules,
    )


def to_review(viewer: User) -> QuerySet[Engagement]:
    """What the viewer sees and a rule was not sure of: a person decides by filing it."""
    return engagements_for(viewer).filter(assignment_certain=False)


def filing_rules(organization: Organization) -> QuerySet[FilingRule]:
    """What people made a rule, the newest first."""
    rules = FilingRule.objects.filter(organization=organization)
    return rules.select_related("contact", "opportunity", "made_by")


def _rules_and_offers(viewer: User, engagement: Engagement) -> tuple[list[FilingRule], list[Contact]]:
    contacts = list(
        Contact.objects.filter(organization=viewer.organization_id, participations__engagement=engagement)
        .order_by("last_name", "first_name", "pk")
        .distinct()
    )
    rules = list(
        FilingRule.objects.filter(organization=viewer.organization_id, contact__in=contacts).select_related(
            "contact", "opportunity", "made_by"
        )
    )
    is_correction = engagement.assignment_rule == AssignmentRule.PINNED and engagement.opportunity is not None
    if not is_correction or engagement.opportunity.is_closed:  # type: ignore[union-attr] # a correction has a deal
        return rules, []
    given = {rule.contact_id for rule in rules if rule.opportunity_id == engagement.opportunity_id}
    return rules, [contact for contact in contacts if contact.pk not in given]
