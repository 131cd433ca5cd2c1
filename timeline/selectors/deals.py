"""Deal Insights: each open deal with what happened on it, read in a fixed number of queries.

open deals ──▶ when something last happened, and next will (standings.py) ───────▶ Standing: filtered, sorted, summed
                                                                                     │ one page
               engagements a day of the last month ┐                                 ▼
               the last engagement with its people ├──────────────────────────────▶ DealRow
               the customers who took part         ┘

An organization has few open deals beside its engagements: they are read whole, so that neither a filter nor an order
makes the database look up each deal's history by itself.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from crm.models import Opportunity
from timeline.domain.insights import ACTIVITY_DAYS, bars, heights, is_cold
from timeline.selectors.engaged import Engaged, engaged_people
from timeline.selectors.engagements import engagements_for, with_parts
from timeline.selectors.entries import Entry, entry_of
from timeline.selectors.standings import Touched, numbers_by_day, touched


@dataclass(frozen=True, slots=True)
class DealFilter:
    """What a person asked to see; empty means all."""

    owner: UUID | None = None
    stage: str = ""
    is_cold: bool = False
    sort: str = "close"


@dataclass(frozen=True, slots=True)
class Standing:
    """A deal, when something that the viewer sees last happened on it, and when the next meeting is."""

    deal: Opportunity
    last_at: datetime | None
    heard_at: datetime | None
    next_at: datetime | None
    is_cold: bool


@dataclass(frozen=True, slots=True)
class DealRow:
    """One deal of the list, with what the viewer may know of it."""

    deal: Opportunity
    heard_at: datetime | None
    is_cold: bool
    last_at: datetime | None = None
    next_at: datetime | None = None
    last: Entry | None = None
    count: int = 0
    bars: tuple[int, ...] = ()
    people: Sequence[Engaged] = ()


@dataclass(frozen=True, slots=True)
class DealTotals:
    """The line above the list; amounts by currency, the largest first."""

    count: int
    cold: int
    meeting_ahead: int
    amounts: Sequence[tuple[str, Decimal]] = ()


_NEVER = float("inf")
SORTS: dict[str, tuple[str, Callable[[Standing], Any]]] = {
    "close": ("Close date", lambda each: each.deal.close_date or date.max),
    "activity": ("Latest activity", lambda each: -each.last_at.timestamp() if each.last_at else _NEVER),
    "cold": ("Longest silence", lambda each: each.heard_at or each.deal.crm_created_at),
    "meeting": ("Next meeting", lambda each: each.next_at.timestamp() if each.next_at else _NEVER),
    "amount": ("Amount", lambda each: _NEVER if each.deal.amount is None else -each.deal.amount),
    "name": ("Name", lambda each: each.deal.name.casefold()),
}
"""The orders in which deals are listed, as a person reads them; within one by name."""


def deals_for(viewer: User, now: datetime, wanted: DealFilter | None = None) -> list[Standing]:
    """The open deals of the viewer's organization that are wanted, in the order that is wanted (queries: standings)."""
    wanted = wanted or DealFilter()
    deals = Opportunity.objects.filter(organization=viewer.organization_id, is_closed=False)
    if wanted.owner:
        deals = deals.filter(owner=wanted.owner)
    if wanted.stage:
        deals = deals.filter(stage=wanted.stage)
    found = [each for each in standings(viewer, deals, now) if each.is_cold or not wanted.is_cold]
    _, key = SORTS.get(wanted.sort, SORTS["close"])
    return sorted(found, key=lambda each: (key(each), each.deal.name.casefold(), each.deal.pk))


def standings(viewer: User, deals: QuerySet[Opportunity], now: datetime) -> list[Standing]:
    """How `deals`, of the viewer's organization, stand: three queries (four: standings.touched)."""
    moments = touched(viewer, deals, now)
    found = []
    for deal in deals.select_related("account", "owner"):
        last, heard, upcoming = moments.get(deal.pk, Touched())
        found.append(Standing(deal, last, heard, upcoming, is_cold(heard, deal.crm_created_at, now)))
    return found


def totals_of(deals: Collection[Standing]) -> DealTotals:
    """How many deals, how many of them cold or with a meeting ahead, and what they are worth."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in deals:
        if each.deal.amount is not None:
            sums[each.deal.currency] += each.deal.amount
    amounts = tuple(sorted(sums.items(), key=lambda pair: -pair[1]))
    meeting_ahead = sum(each.next_at is not None for each in deals)
    return DealTotals(len(deals), sum(each.is_cold for each in deals), meeting_ahead, amounts)


def deal_rows(viewer: User, deals: Collection[Standing], now: datetime) -> list[DealRow]:
    """A page of `deals_for` with activity, last touch and people: five queries whatever the page holds."""
    ids = [each.deal.pk for each in deals]
    activity = numbers_by_day(viewer, ids, now.date() - timedelta(days=ACTIVITY_DAYS - 1), now)
    last = _last_entries(viewer, deals)
    people = engaged_people(viewer, ids, now)
    months = {pk: bars(activity.get(pk, {}), now.date()) for pk in ids}
    highest = max((value for month in months.values() for value in month), default=0)
    return [
        DealRow(
            deal=each.deal,
            heard_at=each.heard_at,
            is_cold=each.is_cold,
            last_at=each.last_at,
            next_at=each.next_at,
            last=last.get(each.deal.pk),
            count=sum(months[each.deal.pk]),
            bars=heights(months[each.deal.pk], highest),
            people=people[each.deal.pk],
        )
        for each in deals
    ]


def _last_entries(viewer: User, deals: Collection[Standing]) -> dict[UUID, Entry]:
    """The newest entry by deal; several of one second are told apart by id."""
    newest = {each.deal.pk: each.last_at for each in deals if each.last_at}
    engagements = with_parts(
        engagements_for(viewer).filter(opportunity__in=newest, occurred_at__in=set(newest.values()))
    ).order_by("occurred_at", "pk")
    found = {}
    for engagement in engagements:
        deal = engagement.opportunity_id
        if deal is not None and engagement.occurred_at == newest[deal]:
            found[deal] = entry_of(engagement, viewer)
    return found
