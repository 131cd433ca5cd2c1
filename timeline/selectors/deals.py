"""Deal Insights: each open deal with what happened on it, read in a fixed number of queries.

opportunities (filtered, sorted, one page) ─┬─▶ engagements a day of the last month      ┐
   last_at, heard_at by index               ├─▶ the last engagement with its people      ├─▶ DealRow
                                            └─▶ the customers who took part, by deal     ┘
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce, TruncDate

from accounts.models import User
from crm.models import Opportunity
from timeline.domain.insights import ACTIVITY_DAYS, COLD_AFTER, bars, heights, is_cold
from timeline.domain.vocabulary import Direction, Kind
from timeline.models import Engagement
from timeline.selectors.engaged import Engaged, engaged_people
from timeline.selectors.engagements import engagements_for, with_parts
from timeline.selectors.entries import Entry, entry_of

HEARD = Q(direction=Direction.INBOUND) | Q(kind=Kind.MEETING)
"""What counts as having heard of a customer."""

SORTS: dict[str, list[str | OrderBy]] = {
    "close": [F("close_date").asc(nulls_last=True), "name"],
    "activity": [F("last_at").desc(nulls_last=True), "name"],
    "cold": [F("since").asc(), "name"],
    "amount": [F("amount").desc(nulls_last=True), "name"],
    "name": ["name"],
}


@dataclass(frozen=True, slots=True)
class DealFilter:
    """What a person asked to see; empty means all."""

    owner: UUID | None = None
    stage: str = ""
    is_cold: bool = False
    sort: str = "close"


@dataclass(frozen=True, slots=True)
class DealRow:
    """One deal of the list, with what the viewer may know of it."""

    deal: Opportunity
    heard_at: datetime | None
    is_cold: bool
    last: Entry | None = None
    count: int = 0
    bars: tuple[int, ...] = ()
    people: Sequence[Engaged] = ()


@dataclass(frozen=True, slots=True)
class DealTotals:
    """The line above the list."""

    count: int
    cold: int
    amounts: Sequence[tuple[str, Decimal]] = field(default_factory=tuple)


def deals_for(
    viewer: User, now: datetime, wanted: DealFilter | None = None, *, with_closed: bool = False
) -> QuerySet[Opportunity]:
    """Open deals of the viewer's organization, each with `last_at`, `last_id`, `heard_at` and `since`.

    `since` is when somebody was last heard of, or else when the deal was created.
    """
    wanted = wanted or DealFilter()
    newest = engagements_for(viewer).filter(opportunity=OuterRef("pk")).order_by("-occurred_at", "-pk")
    deals = Opportunity.objects.filter(organization=viewer.organization_id).annotate(
        last_at=Subquery(newest.values("occurred_at")[:1]),
        last_id=Subquery(newest.values("pk")[:1]),
        heard_at=Subquery(newest.filter(HEARD).values("occurred_at")[:1]),
        since=Coalesce("heard_at", "crm_created_at", output_field=DateTimeField()),
    )
    if not with_closed:
        deals = deals.filter(is_closed=False)
    if wanted.owner:
        deals = deals.filter(owner=wanted.owner)
    if wanted.stage:
        deals = deals.filter(stage=wanted.stage)
    if wanted.is_cold:
        deals = deals.filter(since__lt=now - COLD_AFTER)
    return deals.select_related("account", "owner").order_by(*SORTS.get(wanted.sort, SORTS["close"]), "pk")


def totals_of(deals: QuerySet[Opportunity], now: datetime) -> DealTotals:
    """How many deals, how many of them cold, and their amounts by currency, the largest first."""
    counts = deals.order_by().aggregate(count=Count("pk"), cold=Count("pk", filter=Q(since__lt=now - COLD_AFTER)))
    sums = deals.order_by().exclude(amount=None).values("currency").annotate(total=Sum("amount")).order_by("-total")
    amounts = tuple((row["currency"], row["total"]) for row in sums)
    return DealTotals(counts["count"], counts["cold"], amounts)


def deal_rows(viewer: User, deals: Collection[Opportunity], now: datetime) -> list[DealRow]:
    """A page of `deals_for` with activity, last touch and people: five queries whatever the page holds."""
    ids = [deal.pk for deal in deals]
    activity = activity_by_day(viewer, ids, now)
    last = {entry.engagement.opportunity_id: entry for entry in _last_entries(viewer, deals)}
    people = engaged_people(viewer, ids, now)
    months = {pk: bars(activity[pk], now.date()) for pk in ids}
    highest = max((value for month in months.values() for value in month), default=0)
    return [
        DealRow(
            deal=deal,
            heard_at=getattr(deal, "heard_at", None),
            is_cold=is_cold(getattr(deal, "heard_at", None), deal.crm_created_at, now),
            last=last.get(deal.pk),
            count=sum(months[deal.pk]),
            bars=heights(months[deal.pk], highest),
            people=people[deal.pk],
        )
        for deal in deals
    ]


def activity_by_day(viewer: User, deals: Collection[UUID], now: datetime) -> dict[UUID, dict[date, int]]:
    """Visible engagements of the last month by deal and day (UTC)."""
    first = datetime.combine(now.date() - timedelta(days=ACTIVITY_DAYS - 1), datetime.min.time(), now.tzinfo)
    rows = (
        engagements_for(viewer)
        .filter(opportunity__in=deals, occurred_at__gte=first, occurred_at__lte=now)
        .order_by()
        .annotate(day=TruncDate("occurred_at"))
        .values_list("opportunity_id", "day")
        .annotate(number=Count("pk"))
    )
    found: dict[UUID, dict[date, int]] = defaultdict(dict)
    for deal, day, number in rows:
        found[deal][day] = number
    return found


def _last_entries(viewer: User, deals: Collection[Opportunity]) -> list[Entry]:
    ids = [last for deal in deals if (last := getattr(deal, "last_id", None))]
    engagements: QuerySet[Engagement] = with_parts(engagements_for(viewer).filter(pk__in=ids))
    return [entry_of(engagement, viewer) for engagement in engagements]
