"""The sums by deal follow the log of changes, by a cursor of their own and one follower at a time.

changes beyond the cursor ──▶ the cursor's row is locked ──▶ recount ──▶ the cursor, in the same unit

No writer of the timeline waits for it: it reads what they committed, and writes rows that are nobody else's. A board
takes what is told and not counted yet into account itself (timeline.selectors.standings).
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import structlog
from django.db.models import Count, Max
from django.db.models.functions import TruncDate

from accounts.models import Organization
from core.changes.numbering import number_changes
from core.db.bulk import insert_rows
from core.db.portions import in_portions
from core.db.unit_of_work import unit_of_work
from crm.models import Opportunity
from timeline.changes.counting import AT_ONCE, recount, sum_row, sum_what_is_past
from timeline.domain.standings import SumKey
from timeline.domain.vocabulary import Resource
from timeline.models import Change, ChangeCursor, CountedShare, DealSum, Engagement
from timeline.selectors.standings import SUMS, waiting_in

log = structlog.get_logger(__name__)
_DEALS_AT_ONCE = 20


def follow(*, now: datetime) -> int:
    """Count what changed so far, and sum what is past by now; how many changes and shares that were.

    Safe to repeat, and beside another: each waits for the other's portion.
    """
    number_changes(log=Change, cursors=ChangeCursor)
    counted = 0
    for step in (count_some, sum_some):
        while some := unit_of_work(partial(step, now)):
            counted += some
    return counted


def count_some(now: datetime) -> int:
    """Count what the next AT_ONCE changes were about; how many changes that were. In the caller's transaction."""
    cursor = _take_turn()
    rows = list(Change.objects.filter(position__gt=cursor.position).order_by("position")[:AT_ONCE])
    changed: dict[UUID, set[UUID]] = defaultdict(set)
    for row in rows:
        if row.resource == Resource.ENGAGEMENT:
            changed[row.organization_id].add(row.resource_id)
    for organization, engagements in changed.items():
        recount(organization, engagements, now=now)
    if rows:
        ChangeCursor.objects.filter(pk=cursor.pk).update(position=rows[-1].position)
    return len(rows)


def sum_some(now: datetime) -> int:
    """Sum the next AT_ONCE shares that are past by now; how many there were. In the caller's transaction."""
    _take_turn()
    return sum_what_is_past(now=now)


def _take_turn() -> ChangeCursor:
    """The follower's cursor, which one of them has until its unit ends."""
    cursor, _ = ChangeCursor.objects.select_for_update().get_or_create(name=SUMS)
    return cursor


@dataclass(frozen=True, slots=True)
class StandingsDrift:
    """How many engagements were not counted as they are, and how many deals had other sums than that."""

    engagements: int = 0
    deals: int = 0


def mend_all(*, now: datetime) -> int:
    """Compare every organization's sums; how many engagements and deals had to be mended, which is told in the log."""
    mended = 0
    for organization in Organization.objects.order_by("pk"):
        drift = mend_standings(organization=organization, now=now)
        if drift != StandingsDrift():
            log.warning(
                "standings_drifted",
                organization=str(organization.pk),
                engagements=drift.engagements,
                deals=drift.deals,
            )
        mended += drift.engagements + drift.deals
    return mended


def mend_standings(
    *, organization: Organization, now: datetime, on_portion: Callable[[int], object] = int
) -> StandingsDrift:
    """Count one organization's engagements as they are and its sums by that, in portions that each commit.

    What was told and waits to be counted is no drift.
    """
    engagements = deals = 0
    for rows in in_portions(Engagement.objects.filter(organization=organization).only("pk"), AT_ONCE):
        engagements += unit_of_work(partial(_mend, organization.pk, {row.pk for row in rows}, now))
        on_portion(len(rows))
    for shares in in_portions(CountedShare.objects.filter(organization=organization).only("engagement_id"), AT_ONCE):
        engagements += unit_of_work(partial(_mend, organization.pk, {row.engagement_id for row in shares}, now))
    for some in in_portions(Opportunity.objects.filter(organization=organization).only("pk"), _DEALS_AT_ONCE):
        deals += unit_of_work(partial(_mend_sums, organization.pk, [deal.pk for deal in some]))
    return StandingsDrift(engagements, deals)


def _mend(organization_id: UUID, engagements: set[UUID], now: datetime) -> int:
    _take_turn()
    differing = recount(organization_id, engagements, now=now)
    return len(differing.difference(waiting_in(organization_id).filter(resource_id__in=differing)))


def _mend_sums(organization_id: UUID, deals: list[UUID]) -> int:
    """Write the sums of those of these deals anew that are not what is counted; how many that were."""
    _take_turn()
    shares = CountedShare.objects.filter(organization=organization_id, opportunity_id__in=deals, is_summed=True)
    days = shares.order_by().annotate(day=TruncDate("occurred_at", tzinfo=UTC))
    of_day = days.values_list(*SumKey._fields).annotate(number=Count("pk"))
    sums: dict[SumKey, tuple[int, datetime | None]] = {SumKey(*key): (number, None) for *key, number in of_day}
    ever = shares.order_by().values_list(*SumKey._fields[:-1]).annotate(number=Count("pk"), last=Max("occurred_at"))
    sums |= {SumKey._make((*key, None)): (number, last) for *key, number, last in ever}
    rows = DealSum.objects.filter(organization=organization_id, opportunity_id__in=deals)
    standing = {
        SumKey(*key): (number, last) for *key, number, last in rows.values_list(*SumKey._fields, "number", "last_at")
    }
    differing = {key.opportunity_id for key, _ in sums.items() ^ standing.items()}
    rows.filter(opportunity_id__in=differing).delete()
    insert_rows(
        DealSum, [sum_row(organization_id, key, *said) for key, said in sums.items() if key.opportunity_id in differing]
    )
    return len(differing)
