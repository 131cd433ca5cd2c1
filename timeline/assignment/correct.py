"""A person says which deal an engagement belongs to: that pins its conversation, and no rule moves it again (F25)."""

from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.models import User
from accounts.services.audit import record_event
from core.db.unit_of_work import one_unit_of_work
from crm.models import Opportunity
from timeline.assignment.assign import settle_again
from timeline.changes.door import record_change
from timeline.domain.assignment import pinned
from timeline.domain.refusals import ForeignOpportunity, OnHold
from timeline.models import Conversation, Engagement


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
        record_change(engagement.organization_id, conversations=[conversation.pk])
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
