"""What boards say of deals, and what a look at the deals' whole histories says."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from crm.models import Opportunity
from timeline.selectors import engagements_for
from timeline.selectors.standings import Touched, numbers_by_day, numbers_by_kind, touched
from timeline.selectors.timelines import count_by_kind, of_deal

HEARD = Q(direction="inbound") | Q(kind="meeting")


def touched_by_history(viewer: User, now: datetime) -> dict[object, Touched]:
    happened = Q(occurred_at__lte=now)
    rows = (
        engagements_for(viewer)
        .exclude(opportunity=None)
        .order_by()
        .values_list("opportunity_id")
        .annotate(
            last=Max("occurred_at", filter=happened),
            heard=Max("occurred_at", filter=HEARD & happened),
            next=Min("occurred_at", filter=Q(kind="meeting", occurred_at__gt=now)),
        )
    )
    found = {deal: Touched(*moments) for deal, *moments in rows}
    return {deal: each for deal, each in found.items() if any(each)}


def days_by_history(viewer: User, first: datetime, now: datetime) -> dict[object, dict[object, int]]:
    rows = (
        engagements_for(viewer)
        .exclude(opportunity=None)
        .filter(occurred_at__gte=first, occurred_at__lte=now)
        .order_by()
        .annotate(day=TruncDate("occurred_at"))
        .values_list("opportunity_id", "day")
        .annotate(number=Count("pk"))
    )
    found: dict[object, dict[object, int]] = {}
    for deal, day, number in rows:
        found.setdefault(deal, {})[day] = number
    return found


def assert_sums_are_those_of_the_history(viewers: Iterable[User]) -> None:
    """For each of them, of every deal: when it was touched, how often each day of the last month, and of each kind."""
    now = timezone.now()
    first = datetime.combine(now.date() - timedelta(days=29), datetime.min.time(), now.tzinfo)
    deals = Opportunity.objects.all()
    for viewer in viewers:
        assert touched(viewer, deals, now) == touched_by_history(viewer, now), viewer
        ids = [deal.pk for deal in deals]
        assert numbers_by_day(viewer, ids, first.date(), now) == days_by_history(viewer, first, now), viewer
        for deal in deals:
            assert numbers_by_kind(viewer, deal.pk) == count_by_kind(of_deal(viewer, deal)), viewer
