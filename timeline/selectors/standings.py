"""What the sums say of deals for one viewer, whatever the deals' histories: open tiers, and own shares of the others.

  DealSum                                          what is past
+ CountedShare that is not summed                  what lies ahead, and the last minutes
− CountedShare of engagements that are waiting     changes that are told and not counted yet:
+ Engagement, of those that are waiting            what the viewer sees of them by now

So a board is right at once after every commit, and shows nobody what a rule hides, a colleague took back or somebody
deleted a moment ago. The four are parts of one statement, which sees one state of the tables.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import DateField, F, Max, Min, Q, QuerySet, Sum, Value

from accounts.models import User
from crm.models import Opportunity
from timeline.domain.standings import is_heard
from timeline.domain.vocabulary import Kind, Resource
from timeline.models import Change, ChangeCursor, CountedShare, DealSum, Engagement
from timeline.visibility import shares_of, visible_to

SUMS = "sums"
"""The cursor of the sums over the changes."""


class Touched(NamedTuple):
    """When something that the viewer sees last happened on a deal, was last heard, and when the next meeting is."""

    last_at: datetime | None = None
    heard_at: datetime | None = None
    next_at: datetime | None = None


class _Row(NamedTuple):
    """A sum, of a day or ever, or an engagement beside the sums: one more, or one less."""

    opportunity_id: UUID
    kind: str
    direction: str
    day: date | None
    number: int
    at: datetime
    is_sum: int


_COLUMNS = ("opportunity_id", "kind", "direction", "day", "sum", "at", "is_sum")


def touched(viewer: User, deals: "QuerySet[Opportunity]", now: datetime) -> dict[UUID, Touched]:
    """By deal, of `deals` that the viewer sees something of: two queries.

    A third one where the last of a sum is among what waits: it may be gone, and the one before it is looked for.
    """
    summed, fresh, lost = dict[_Key, datetime](), dict[_Key, datetime](), dict[_Key, datetime]()
    upcoming: dict[UUID, datetime] = {}
    rows, waiting = _rows(viewer, Q(day=None), deals.order_by().values("pk"))
    for row in rows:
        key, at = _Key(row.opportunity_id, row.kind, row.direction), row.at
        if at <= now:
            moments = summed if row.is_sum else fresh if row.number > 0 else lost
            moments[key] = max(moments.get(key, at), at)
        elif row.kind == Kind.MEETING and row.number > 0:
            deal = row.opportunity_id
            upcoming[deal] = min(upcoming.get(deal, at), at)
    unsure = {key for key, at in lost.items() if at >= summed.get(key, at) and (key not in fresh or fresh[key] < at)}
    summed = {key: at for key, at in summed.items() if key not in unsure} | _newest_of(viewer, unsure, waiting)
    last, heard = dict[UUID, datetime](), dict[UUID, datetime]()
    for (deal, kind, direction), at in (*summed.items(), *fresh.items()):
        last[deal] = max(last.get(deal, at), at)
        if is_heard(kind, direction):
            heard[deal] = max(heard.get(deal, at), at)
    return {deal: Touched(last.get(deal), heard.get(deal), upcoming.get(deal)) for deal in last.keys() | upcoming}


def numbers_by_day(viewer: User, deals: Collection[UUID], first: date, now: datetime) -> dict[UUID, dict[date, int]]:
    """How many engagements the viewer sees, by deal and day (UTC), from `first` to `now`: two queries."""
    numbers: dict[UUID, Counter[date]] = defaultdict(Counter)
    for deal, *_, day, number, at, is_sum in _rows(viewer, Q(day__gte=first), deals)[0]:
        on = day or at.astimezone(UTC).date()
        if on >= first and (is_sum or at <= now):
            numbers[deal][on] += number
    seen = {deal: {day: number for day, number in days.items() if number} for deal, days in numbers.items()}
    return {deal: days for deal, days in seen.items() if days}


def numbers_by_kind(viewer: User, deal: UUID) -> dict[str, int]:
    """How many emails, calls and meetings of a deal the viewer sees, and "all" of them: two queries."""
    numbers = {str(kind): 0 for kind in Kind}
    for row in _rows(viewer, Q(day=None), [deal])[0]:
        numbers[row.kind] += row.number
    return {"all": sum(numbers.values()), **numbers}


def waiting_in(organization_id: UUID | None) -> "QuerySet[Change, UUID]":
    """The engagements whose changes are not counted yet."""
    return _unread().filter(organization=organization_id).order_by().values_list("resource_id", flat=True)


def waiting_since() -> datetime | None:
    """Since when the oldest change waits to be counted; a board costs what waits, so a dead follower makes it slow."""
    moment: datetime | None = _unread().aggregate(since=Min("recorded_at"))["since"]
    return moment


def _unread() -> "QuerySet[Change]":
    read = ChangeCursor.objects.filter(name=SUMS).values_list("position", flat=True).first() or 0
    return Change.objects.filter(Q(position=None) | Q(position__gt=read), resource=Resource.ENGAGEMENT)


class _Key(NamedTuple):
    opportunity_id: UUID
    kind: str
    direction: str


def _rows(viewer: User, of_days: Q, deals: Any) -> tuple[Iterable[_Row], "QuerySet[Change, UUID]"]:
    """What adds up to the viewer's sums of `deals`, and the engagements that wait to be counted.

    The cursor is read before: what a follower counts meanwhile is taken off and added as it is, which changes nothing.
    """
    waiting = waiting_in(viewer.organization_id)
    counted = CountedShare.objects.filter(shares_of(viewer), opportunity_id__in=deals)
    sums = DealSum.objects.filter(shares_of(viewer), of_days, opportunity_id__in=deals)
    together = sums.order_by().values("opportunity_id", "kind", "direction", "day")
    told = Engagement.objects.filter(visible_to(viewer), opportunity_id__in=deals, pk__in=waiting)
    first, *others = (
        together.annotate(sum=Sum("number"), at=Max("last_at"), is_sum=Value(1)).values_list(*_COLUMNS),
        _ones(counted.filter(is_summed=True, engagement_id__in=waiting), -1),
        _ones(counted.filter(is_summed=False).exclude(engagement_id__in=waiting), 1),
        _ones(told, 1),
    )
    return map(_Row._make, first.union(*others, all=True)), waiting


def _ones(rows: Any, sign: int) -> Any:
    beside = {"day": Value(None, DateField()), "sum": Value(sign), "at": F("occurred_at"), "is_sum": Value(0)}
    return rows.order_by().annotate(**beside).values_list(*_COLUMNS)


def _newest_of(viewer: User, keys: Collection[_Key], waiting: "QuerySet[Change, UUID]") -> dict[_Key, datetime]:
    """The last of these sums without what waits: the one place that looks at what is counted of a deal."""
    if not keys:
        return {}
    shares = CountedShare.objects.filter(shares_of(viewer), opportunity_id__in={key.opportunity_id for key in keys})
    rows = shares.filter(is_summed=True).exclude(engagement_id__in=waiting).values_list(*_Key._fields)
    found = {_Key(*key): at for *key, at in rows.annotate(last=Max("occurred_at"))}
    return {key: found[key] for key in keys & found.keys()}
