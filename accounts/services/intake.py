"""What people do many times an hour, on its way to the trail: written at once, summed and chained by a task.

    note ──INSERT, waits for nobody──▶ AuditIntake ──chain_intake, each minute──▶ one row a person, a question, an hour
                                                                                        │
                    a sign-in, one that failed ──▶ an event of the minute ◀─────────────┤
                    anything read ──▶ ONE event, with the sum, when the hour is over ◀──┘

So a person who pages through a list for an hour makes one event, and no page waits for the chain's row lock.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import structlog
from django.db.models import Q
from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.models import AuditChain, AuditIntake, Organization, User
from accounts.reading import Reading
from accounts.services.audit import append_event
from core.db.unit_of_work import one_unit_of_work

_ROWS_AT_ONCE = 1_000
"""So that whoever waits for the chain meanwhile waits briefly."""

_HOUR = timedelta(hours=1)
_LATE = timedelta(minutes=1)
"""For the answers of an hour's last moment, which are noted a little after it."""

_AT_ONCE = (AuditVerb.SIGNED_IN, AuditVerb.SIGN_IN_FAILED)
"""What an admin looks for while it goes on: chained with the minute."""

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
    """Sum what was noted, and bring onto the trails what is due; how many events that made.

    Two at once do each other no harm, and what a killed one had begun is begun again.
    """
    waiting = AuditIntake.objects.order_by().values_list("organization", flat=True).distinct()
    made = 0
    for organization_id in list(waiting):
        while _sum_some(organization_id):
            continue
        while events := _chain_some(organization_id, now):
            made += events
    return made


@one_unit_of_work
def _sum_some(organization_id: UUID | None) -> bool:
    """Make one row of a thousand new ones and the earlier ones of the same questions; whether there were as many."""
    _locked(organization_id)
    noted = AuditIntake.objects.filter(organization=organization_id)
    new = list(noted.filter(is_summed=False).order_by("pk")[:_ROWS_AT_ONCE])
    asked: dict[_Key, list[AuditIntake]] = defaultdict(list)
    for row in [*noted.filter(is_summed=True), *new]:
        asked[_Key(*(getattr(row, name) for name in _Key._fields))].append(row)
    for first, *others in asked.values():
        if others or not first.is_summed:
            noted.filter(pk__in=[row.pk for row in others]).delete()
            times, count = (sum(getattr(row, name) for row in (first, *others)) for name in ("times", "count"))
            noted.filter(pk=first.pk).update(times=times, count=count, is_summed=True)
    return len(new) == _ROWS_AT_ONCE


@one_unit_of_work
def _chain_some(organization_id: UUID | None, now: datetime) -> int:
    """Chain a thousand questions of an organization that are due: how many events that made."""
    organization = _locked(organization_id)
    is_due = Q(hour__lte=now - _HOUR - _LATE) | Q(verb__in=_AT_ONCE)
    due = AuditIntake.objects.filter(is_due, organization=organization_id, is_summed=True).order_by("pk")
    rows = list(due[:_ROWS_AT_ONCE])
    for row in rows:
        _record(organization, row, now)
    AuditIntake.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _locked(organization_id: UUID | None) -> Organization | None:
    """The organization, whose trail nobody else writes meanwhile."""
    organization = Organization.objects.filter(pk=organization_id).first() if organization_id else None
    if organization is not None:
        AuditChain.objects.select_for_update().get_or_create(organization=organization)
    return organization


def _record(organization: Organization | None, row: AuditIntake, now: datetime) -> None:
    if organization is None:
        _log.info(f"trail.{row.verb}", times=row.times)
        return
    named = {"question": row.question} if row.question else {}
    counted = {"count": row.count} if row.count else {}
    append_event(
        organization=organization,
        actor_id=row.actor_id,
        actor_email=row.actor_email,
        verb=row.verb,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        detail={**named, **counted, "times": row.times, "hour": f"{row.hour:%Y-%m-%dT%H:00Z}"},
        at=now,
    )
