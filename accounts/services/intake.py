"""What people do many times an hour, on its way to the trail: written at once, chained within a minute.

    note ──INSERT, waits for nobody──▶ AuditIntake ──chain_intake, each minute──▶ the trail
                                            │
           a person, a question, an hour: ──┴── first seen  ──▶ an event with the sum so far
                                                seen again  ──▶ one more, with the rest, once the hour is over

So a person who pages through a list for an hour makes two rows at most, and no page waits for the chain's row lock.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import structlog
from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.models import AuditChain, AuditIntake, Organization, User
from accounts.reading import Reading
from accounts.services.audit import append_event
from core.db.unit_of_work import one_unit_of_work

_ROWS_AT_ONCE = 1_000
"""So that whoever waits for the chain meanwhile waits briefly."""

_HOUR = timedelta(hours=1)
_log = structlog.get_logger(__name__)


class Asked(NamedTuple):
    """What was asked for: the kind of place, and what it is about. Never a word that somebody typed."""

    question: str = ""
    subject_type: str = ""
    subject_id: str = ""


class _Key(NamedTuple):
    actor_id: UUID | None
    actor_email: str
    verb: str
    question: str
    subject_type: str
    subject_id: str
    hour: datetime


def note(*, organization_id: UUID | None, actor: User | None, verb: AuditVerb, asked: Asked, count: int = 0) -> None:
    """Write down what `actor` did, in one statement; `count` is how many texts or events they were given.

    Without an organization it belongs to nobody's trail: it is logged.
    """
    AuditIntake(
        organization_id=organization_id,
        actor=actor,
        actor_email=actor.email if actor else "",
        verb=verb,
        **asked._asdict(),
        hour=timezone.now().replace(minute=0, second=0, microsecond=0),
        count=count,
    ).save(force_insert=True)


def record_reading(read: Reading, *, actor: User, asked: Asked) -> None:
    """Write down what an answer gave `actor` to read; nothing where it gave nothing."""
    for (verb, organization_id), what in read.given.items():
        is_export = bool(read.form) and verb == AuditVerb.VIEWED
        note(
            organization_id=organization_id,
            actor=actor,
            verb=AuditVerb.EXPORTED if is_export else verb,
            asked=asked._replace(question=f"{asked.question} as {read.form}") if is_export else asked,
            count=len(what),
        )


def chain_intake(*, now: datetime) -> int:
    """Bring what was noted onto the trails; how many events that made. Two at once do each other no harm."""
    waiting = AuditIntake.objects.order_by().values_list("organization", flat=True).distinct()
    made = 0
    for organization_id in list(waiting):
        is_done = False
        while not is_done:
            events, is_done = _chain_some(organization_id, now)
            made += events
    return made


@one_unit_of_work
def _chain_some(organization_id: UUID | None, now: datetime) -> tuple[int, bool]:
    """Chain a thousand rows of an organization: how many events that made, and whether that was all."""
    organization = Organization.objects.filter(pk=organization_id).first() if organization_id else None
    if organization is not None:
        AuditChain.objects.select_for_update().get_or_create(organization=organization)  # one at a time
    noted = AuditIntake.objects.filter(organization=organization_id)
    new = list(noted.filter(is_chained=False).order_by("pk")[:_ROWS_AT_ONCE])
    groups = _grouped([*noted.filter(is_chained=True), *new])
    return sum(_fold(organization, key, rows, now) for key, rows in groups.items()), len(new) < _ROWS_AT_ONCE


def _grouped(rows: Iterable[AuditIntake]) -> dict[_Key, list[AuditIntake]]:
    groups: dict[_Key, list[AuditIntake]] = defaultdict(list)
    for row in rows:
        groups[_Key(*(getattr(row, name) for name in _Key._fields))].append(row)
    return groups


def _fold(organization: Organization | None, key: _Key, rows: list[AuditIntake], now: datetime) -> int:
    """Chain what is due of a person's question in an hour; the rest stays, as one row. How many events that made."""
    is_over, was_chained = key.hour + _HOUR <= now, any(row.is_chained for row in rows)
    if was_chained and len(rows) == 1 and not is_over:
        return 0
    times, count = sum(row.times for row in rows), sum(row.count for row in rows)
    AuditIntake.objects.filter(pk__in=[row.pk for row in rows]).delete()
    is_due = bool(times) and (is_over or not was_chained)
    if is_due:
        _record(organization, key, times, count, now)
    if not is_over:
        left = {"times": 0, "count": 0} if is_due else {"times": times, "count": count}
        AuditIntake.objects.create(organization_id=rows[0].organization_id, **key._asdict(), **left, is_chained=True)
    return int(is_due)


def _record(organization: Organization | None, key: _Key, times: int, count: int, now: datetime) -> None:
    if organization is None:
        _log.info(f"trail.{key.verb}", times=times)
        return
    named = {"question": key.question} if key.question else {}
    counted = {"count": count} if count else {}
    append_event(
        organization=organization,
        actor_id=key.actor_id,
        actor_email=key.actor_email,
        verb=key.verb,
        subject_type=key.subject_type,
        subject_id=key.subject_id,
        detail={**named, **counted, "times": times, "hour": f"{key.hour:%Y-%m-%dT%H:00Z}"},
        at=now,
    )
