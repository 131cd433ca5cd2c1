"""Engagements are counted as they are by now, and the sums of their deals follow (timeline.models.standings).

engagements ──▶ shares as they are ─┐
                shares as counted ──┴──▶ what came, what is gone ──▶ CountedShare ──▶ past? ──yes──▶ DealSum

What is ahead, or happened within CLOCKS_AGREE, is counted and not summed: boards read it by itself until it is past for
everybody. Whoever calls this is alone (following.py): rows are read, changed and written.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.domain.vocabulary import Visibility
from core.chunks import chunks
from core.db.bulk import NewRow, Prepared, insert_rows
from timeline.domain.standings import CLOCKS_AGREE, Share, SumKey, readers_of
from timeline.models import CountedShare, DealSum, Engagement, MailboxCopy, Participant

AT_ONCE = 500

_ENGAGEMENTS: Prepared[tuple[UUID, UUID, str, str, str, datetime]] = Prepared(
    lambda organization, ids: (
        Engagement.objects.filter(organization__among=organization, id__among=ids, hidden_at=None)
        .exclude(opportunity=None)
        .order_by()
        .values_list("id", "opportunity_id", "visibility", "kind", "direction", "occurred_at")
    )
)
_TOOK_PART: Prepared[tuple[UUID, UUID]] = Prepared(
    lambda ids: (
        Participant.objects.filter(engagement_id__among=ids, user__isnull=False)
        .order_by()
        .values_list("engagement_id", "user_id")
    )
)
_HOLD: Prepared[tuple[UUID, UUID]] = Prepared(
    lambda ids: MailboxCopy.objects.filter(
        engagement_id__among=ids, user__isnull=False, taken_back_at=None, is_hollow=False
    ).values_list("engagement_id", "user_id")
)
_COUNTED: Prepared[tuple[Any, ...]] = Prepared(
    lambda organization, ids: CountedShare.objects.filter(
        organization__among=organization, engagement_id__among=ids
    ).values_list("pk", "is_summed", *Share._fields)
)


def recount(organization_id: UUID, engagements: Collection[UUID], *, now: datetime) -> set[UUID]:
    """Count these engagements, AT_ONCE at most, as they are; which of them were counted otherwise."""
    counted = {
        Share(*row): (pk, is_summed)
        for pk, is_summed, *row in _COUNTED.ask(organization=organization_id, ids=engagements)
    }
    shares, past = _shares(organization_id, engagements), now - CLOCKS_AGREE
    came, gone = shares - counted.keys(), counted.keys() - shares
    CountedShare.objects.filter(pk__in=[counted[share][0] for share in gone]).delete()
    rows = [
        {**share._asdict(), "organization_id": organization_id, "is_summed": share.occurred_at <= past}
        for share in sorted(came)
    ]
    insert_rows(CountedShare, rows)
    _add_up(
        organization_id,
        [share for share in came if share.occurred_at <= past],
        [share for share in gone if counted[share][1]],
    )
    return {share.engagement_id for share in came | gone}


def sum_what_is_past(*, now: datetime) -> int:
    """Sum what was ahead when it was counted and is past by now, AT_ONCE at most; how many shares those were."""
    due = CountedShare.objects.filter(is_summed=False, occurred_at__lte=now - CLOCKS_AGREE).order_by(
        "occurred_at", "pk"
    )
    by_organization: dict[UUID, list[Share]] = defaultdict(list)
    rows = list(due.values_list("pk", "organization_id", *Share._fields)[:AT_ONCE])
    for _, organization, *share in rows:
        by_organization[organization].append(Share(*share))
    CountedShare.objects.filter(pk__in=[pk for pk, *_ in rows]).update(is_summed=True)
    for organization, shares in by_organization.items():
        _add_up(organization, shares, [])
    return len(rows)


def _shares(organization_id: UUID, ids: Collection[UUID]) -> set[Share]:
    """The shares of these engagements by what their rows, people and copies say (timeline/visibility.py)."""
    rows = _ENGAGEMENTS.ask(organization=organization_id, ids=ids)
    restricted = [pk for pk, _, visibility, *_ in rows if visibility != Visibility.EVERYONE]
    own: dict[UUID, set[UUID]] = defaultdict(set)
    if restricted:
        for engagement, user in (*_TOOK_PART.ask(ids=restricted), *_HOLD.ask(ids=restricted)):
            own[engagement].add(user)
    return {
        Share(pk, deal, visibility, reader, kind, direction, at)
        for pk, deal, visibility, kind, direction, at in rows
        for reader in readers_of(visibility, own[pk])
    }


def _add_up(organization_id: UUID, came: Iterable[Share], gone: Iterable[Share]) -> None:
    """Let the sums follow shares that are counted by now, and those that are no more."""
    numbers: Counter[SumKey] = Counter()
    newest: dict[SumKey, datetime] = {}
    lost: dict[SumKey, datetime] = {}
    for shares, sign, moments in ((came, 1, newest), (gone, -1, lost)):
        for share in shares:
            for key in share.sums():
                numbers[key] += sign
                moments[key] = max(moments.get(key, share.occurred_at), share.occurred_at)
    for keys in chunks(numbers, AT_ONCE):
        standing = DealSum.objects.in_bulk([key.id for key in keys])
        rows: list[NewRow] = []
        for key in keys:
            row = standing.get(key.id)
            number, last = (row.number, row.last_at) if row else (0, None)
            if (number := number + numbers[key]) > 0:
                rows.append(sum_row(organization_id, key, number, _last_at(key, last, newest.get(key), lost.get(key))))
        DealSum.objects.filter(pk__in=standing.keys()).delete()
        insert_rows(DealSum, rows)


def sum_row(organization_id: UUID, key: SumKey, number: int, last_at: datetime | None) -> NewRow:
    """A DealSum to be inserted."""
    last_at = last_at if key.day is None else None
    return {**key._asdict(), "id": key.id, "organization_id": organization_id, "number": number, "last_at": last_at}


def _last_at(key: SumKey, last: datetime | None, newest: datetime | None, lost: datetime | None) -> datetime | None:
    """When the last of a sum was, where `newest` came and `lost` is gone: one look into the index where that was it."""
    if key.day is None and lost is not None and (last is None or lost >= last):
        shares = CountedShare.objects.filter(
            is_summed=True, **{name: getattr(key, name) for name in SumKey._fields[:-1]}
        )
        return shares.order_by("-occurred_at", "-pk").values_list("occurred_at", flat=True).first()
    return max((each for each in (last, newest) if each is not None), default=None)
