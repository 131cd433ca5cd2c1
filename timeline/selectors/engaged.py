"""Who at the customer takes part in a deal, read off its engagements."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max

from accounts.models import User
from timeline.domain.insights import ENGAGED_DAYS
from timeline.models import Participant
from timeline.selectors.engagements import engagements_for


@dataclass(frozen=True, slots=True)
class Engaged:
    """A contact or lead who took part, how often and when last."""

    id: UUID
    is_lead: bool
    name: str
    times: int
    last_at: datetime


def engaged_people(viewer: User, deals: Collection[UUID], now: datetime) -> dict[UUID, list[Engaged]]:
    """By deal, the contacts and leads who took part within ENGAGED_DAYS as the viewer sees it, most active first."""
    recent = engagements_for(viewer).filter(
        opportunity__in=deals, occurred_at__gte=now - timedelta(days=ENGAGED_DAYS), occurred_at__lte=now
    )
    rows = (
        # The deals are named outside, too: MariaDB would read every engagement in order to group by deal.
        Participant.objects.filter(engagement__in=recent.order_by().values("pk"), engagement__opportunity__in=deals)
        .exclude(contact=None, lead=None)
        .order_by()
        .values_list(
            "engagement__opportunity_id",
            "contact_id",
            "lead_id",
            "contact__first_name",
            "contact__last_name",
            "lead__first_name",
            "lead__last_name",
        )
        .annotate(times=Count("engagement_id", distinct=True), last=Max("engagement__occurred_at"))
    )
    found: dict[UUID, list[Engaged]] = defaultdict(list)
    for deal, contact, lead, *names, times, last in rows:
        first, family = names[:2] if contact else names[2:]
        name = f"{first} {family}".strip()
        found[deal].append(Engaged(contact or lead, lead is not None and contact is None, name, times, last))
    for people in found.values():
        people.sort(key=lambda person: (-person.times, person.name))
    return found
