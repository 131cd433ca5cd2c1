"""Corrections and re-evaluation: which deal an engagement stands under after a person or the CRM changed its mind.

a person ──correct_opportunity──▶ pins the conversation, audited; no rule moves it again
the CRM  ──on_customers_changed──▶ reassess: deals opened, closed, changed hands; addresses and domains came or went
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.models import Organization, User
from accounts.services.audit import record_event
from core.db.unit_of_work import one_unit_of_work, unit_of_work
from crm.domain.changes import CustomerChanges
from crm.models import Opportunity
from timeline.domain.vocabulary import AssociationRule
from timeline.models import Conversation, Engagement
from timeline.search.outbox import announce
from timeline.selectors.holds import HeldPlaces, held_places
from timeline.services.affected import affected_engagements, engagements_of_accounts
from timeline.services.deletion import OnHold
from timeline.services.pins import apply_pin
from timeline.services.reassessment import reassess_engagements


class ForeignOpportunity(Exception):
    """The opportunity belongs to another organization than the engagement."""


@one_unit_of_work
def correct_opportunity(*, engagement: Engagement, opportunity: Opportunity | None, actor: User) -> Engagement:
    """Put `engagement`, and with a mail its whole conversation, under `opportunity` or under none, for good (F25).

    It gives nobody a right and takes none. Raises ForeignOpportunity; OnHold with a sentence.
    """
    if opportunity is not None and opportunity.organization_id != engagement.organization_id:
        raise ForeignOpportunity("The opportunity belongs to another organization.")
    now = timezone.now()
    engagement.refresh_from_db()  # mail that came meanwhile may have joined its conversation to another
    together = Q(conversation=engagement.conversation_id) if engagement.conversation_id else Q(pk=engagement.pk)
    moved, before = Engagement.objects.filter(together), engagement.opportunity
    _refuse_escape(opportunity, moved, held_places(engagement.organization))
    if engagement.conversation_id is None:
        _pin_alone(engagement, opportunity)
    else:
        conversation = Conversation.objects.select_for_update().get(pk=engagement.conversation_id)
        conversation.pinned_opportunity, conversation.pinned_by, conversation.pinned_at = opportunity, actor, now
        conversation.save(update_fields=["pinned_opportunity", "pinned_by", "pinned_at"])
        apply_pin(conversation, now=now)
    record_event(
        organization=engagement.organization,
        actor=actor,
        verb=AuditVerb.CORRECTED,
        subject=engagement,
        detail={"from": _id_of(before), "opportunity": _id_of(opportunity)},
    )
    engagement.refresh_from_db()
    return engagement


def _id_of(opportunity: Opportunity | None) -> str | None:
    return str(opportunity.pk) if opportunity else None


def _refuse_escape(opportunity: Opportunity | None, moved: QuerySet[Engagement], held: HeldPlaces) -> None:
    """What is held for its deal or account would fall out of the hold elsewhere, and could be deleted there."""
    leaving = moved.filter(opportunity__in=held.deals).exclude(opportunity=opportunity)
    if opportunity is None or opportunity.account_id not in held.accounts:
        leaving |= moved.filter(account__in=held.accounts)
    if leaving.exists():
        raise OnHold("A legal hold covers this where it stands: it can be filed elsewhere once the hold is released.")


def _pin_alone(engagement: Engagement, opportunity: Opportunity | None) -> None:
    """A call or meeting has no conversation: the decision stands on its own row."""
    engagement.opportunity = opportunity
    engagement.association_rule, engagement.association_certain = AssociationRule.PINNED, True
    engagement.association_candidates = [str(opportunity.pk)] if opportunity else []
    if opportunity is not None:
        engagement.account_id = opportunity.account_id or engagement.account_id
        engagement.owner_id = opportunity.owner_id or engagement.owner_id
    engagement.save()
    announce(engagement.organization_id, [engagement.pk])


def reassess(*, organization: Organization, changes: CustomerChanges) -> int:
    """File again what `changes` may concern; how many engagements changed. Safe to repeat, commits in portions."""
    if not Engagement.objects.filter(organization=organization).exists():
        return 0
    affected = affected_engagements(organization, changes)
    changed = reassess_engagements(organization, affected, now=timezone.now())
    renamed = engagements_of_accounts(organization, changes.renamed_accounts)
    unit_of_work(lambda: announce(organization.pk, renamed))
    return changed


def on_customers_changed(*, changes: CustomerChanges, **_: Any) -> None:
    """Receiver of crm.signals.customers_changed."""
    reassess(organization=Organization.objects.get(pk=changes.organization), changes=changes)
