"""Who opened a conversation, for the audit trail; opening it again within the hour adds nothing."""

from datetime import timedelta

from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.models import AuditEvent, User
from accounts.services.audit import record_event
from timeline.models import Conversation

ONCE_WITHIN = timedelta(hours=1)


def record_view(*, conversation: Conversation, actor: User) -> None:
    """Write down that `actor` read `conversation`."""
    since = timezone.now() - ONCE_WITHIN
    seen = AuditEvent.objects.filter(
        organization=conversation.organization_id,
        actor=actor,
        verb=AuditVerb.VIEWED,
        subject_id=str(conversation.pk),
        at__gte=since,
    )
    if not seen.exists():
        record_event(organization=conversation.organization, actor=actor, verb=AuditVerb.VIEWED, subject=conversation)
