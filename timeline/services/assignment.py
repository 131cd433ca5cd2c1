"""Corrections and re-evaluation: which deal an engagement stands under after a person or the CRM changed its mind.

a person ──correct_opportunity──▶ pins the conversation, audited; no rule moves it again
the CRM  ──on_customers_changed──▶ reassess: deals opened, closed, changed hands; addresses and domains came or went
"""

from typing import Any

from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.models import Organization, User
from accounts.services.audit import record_event
from core.db.unit_of_work import one_unit_of_work, unit_of_work
from crm.domain.changes import CustomerChanges
from crm.models import Opportunity
from timeline.domain.assignment import pinned
from timeline.models import Conversation, Engagement
from timeline.search.outbox import announce
from timeline.services.affected import affected_engagements, engagements_of_accounts
from timeline.services.deletion import OnHold
from timeline.services.reassessment import reassess_engagements, settle_again


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
    together = [engagement.pk]
    if engagement.conversation_id is not None:
        conversation = Conversation.objects.select_for_update().get(pk=engagement.conversation_id)
        conversation.pinned_opportunity, conversation.pinned_by, conversation.pinned_at = opportunity, actor, now
        conversation.save(update_fields=["pinned_opportunity", "pinned_by", "pinned_at"])
        together = list(conversation.engagements.values_list("pk", flat=True))
    decided = pinned(opportunity.pk if opportunity is not None else None)
    if settle_again(engagement.organization, together, now=now, decided=decided).held:
        raise OnHold("A legal hold covers this where it stands: it can be filed elsewhere once the hold is released.")
    record_event(
        organization=engagement.organization,
        actor=actor,
        verb=AuditVerb.CORRECTED,
        subject=engagement,
        detail={"from": _id_of(engagement.opportunity), "opportunity": _id_of(opportunity)},
    )
    engagement.refresh_from_db()
    return engagement


def _id_of(opportunity: Opportunity | None) -> str | None:
    return str(opportunity.pk) if opportunity else None


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
