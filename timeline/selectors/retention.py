"""What falls due (F19): older than the policy's months, or hidden by a rule for so long that nobody undid it.

                   older than the cutoff ──┐
under an open opportunity that is kept? ───┤ no
             hidden longer than 30 days ───┴──▶ due ──▶ under a legal hold? ──no──▶ purged
"""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Organization
from timeline.domain.retention import hidden_cutoff, retention_cutoff
from timeline.models import Engagement, RetentionPolicy
from timeline.selectors.legal_holds import is_held


def policy_of(organization: Organization) -> RetentionPolicy | None:
    """The organization's policy; without one nothing expires."""
    return RetentionPolicy.objects.filter(organization=organization).first()


def keeps_from(organization: Organization, now: datetime) -> datetime | None:
    """What occurred before this is not kept, unless an open opportunity keeps it; None: everything is kept."""
    policy = policy_of(organization)
    return retention_cutoff(now, policy.months) if policy else None


def due(
    organization: Organization, now: datetime, *, months: int | None, keep_open_opportunities: bool
) -> QuerySet[Engagement]:
    """What such a policy would purge now; `months` None stands for no policy. Held engagements are left out."""
    expired = Q(hidden_at__lt=hidden_cutoff(now))
    if months is not None:
        too_old = Q(occurred_at__lt=retention_cutoff(now, months))
        if keep_open_opportunities:
            too_old &= Q(opportunity=None) | Q(opportunity__is_closed=True)
        expired |= too_old
    return Engagement.objects.filter(expired, organization=organization).exclude(is_held(organization))
