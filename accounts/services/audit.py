"""The audit trail: one door to append to it, one to verify it.

record_event ──▶ lock AuditChain ──▶ AuditEvent(sequence, hash of the one before) ──▶ AuditChain(length, last_hash)
                 └────────────────── all in the caller's transaction ──────────────────┘
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

import structlog
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.domain.audit import AuditEntry, entry_hash, noted_end
from accounts.models import AuditChain, AuditEvent, Organization, User
from accounts.services.keys import organization_key
from core.db.portions import in_portions
from core.db.unit_of_work import one_unit_of_work
from core.encryption import UnreadableSecret

_EVENTS_AT_ONCE = 2_000
_log = structlog.get_logger(__name__)


def record_event(
    *,
    organization: Organization,
    actor: User | None,
    verb: str,
    subject: models.Model | None = None,
    detail: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> AuditEvent:
    """Append what `actor` (None: the software itself) did; `detail` holds ids and counts, never content."""
    return append_event(
        organization=organization,
        actor_id=actor.pk if actor else None,
        actor_email=actor.email if actor else "",
        verb=str(verb),
        subject_type=type(subject).__name__.lower() if subject else "",
        subject_id=str(subject.pk) if subject else "",
        detail=detail or {},
        at=now or timezone.now(),
    )


@one_unit_of_work
def append_event(
    *,
    organization: Organization,
    actor_id: UUID | None,
    actor_email: str,
    verb: str,
    subject_type: str,
    subject_id: str,
    detail: Mapping[str, Any],
    at: datetime,
) -> AuditEvent:
    """Append an event of which only the words are left: its actor may have been deleted since."""
    trail, _ = AuditChain.objects.select_for_update().get_or_create(organization=organization)
    entry = AuditEntry(trail.length + 1, at, actor_email, verb, subject_type, subject_id, dict(detail))
    event = AuditEvent.objects.create(
        organization=organization,
        actor_id=actor_id,
        previous_hash=trail.last_hash,
        hash=entry_hash(organization_key(organization), entry, trail.last_hash),
        **{name: getattr(entry, name) for name in entry.__slots__},
    )
    trail.length, trail.last_hash = entry.sequence, event.hash
    trail.save(update_fields=["length", "last_hash"])
    return event


@dataclass(frozen=True, slots=True)
class TrailVerdict:
    """What verifying found: how many events hold, and the first thing that is wrong, in a sentence."""

    events: int
    last_hash: str
    flaw: str = ""

    @property
    def holds(self) -> bool:
        return not self.flaw


def verify_trail(organization: Organization, *, expected: Mapping[int, str] | None = None) -> TrailVerdict:
    """Walk the chain from its beginning; `expected`, ends noted down earlier, tell of an end cut off since."""
    try:
        key = organization_key(organization)
    except UnreadableSecret as error:
        return TrailVerdict(0, "", str(error))
    expected = expected or {}
    length, last_hash, newest = _written(organization)
    previous, count = "", 0
    events = AuditEvent.objects.filter(organization=organization, sequence__lte=newest)
    for event in chain.from_iterable(in_portions(events, _EVENTS_AT_ONCE, by=["sequence"])):
        if event.sequence != count + 1:
            return TrailVerdict(count, previous, f"Event {count + 1} is missing.")
        if event.previous_hash != previous or event.hash != entry_hash(key, _entry(event), previous):
            return TrailVerdict(count, previous, f"Event {event.sequence} was changed, or an event before it was.")
        previous, count = event.hash, count + 1
        if expected.get(count, previous) != previous:
            return TrailVerdict(count, previous, f"Event {count} is not the one noted down: it was written anew.")
    flaw = ""
    if (length, last_hash) != (count, previous):
        flaw = f"The trail ends at event {count}, but {length} were written."
    elif expected and max(expected) > count:
        flaw = f"The trail ends at event {count}, but event {max(expected)} was noted down: its end was cut off."
    return TrailVerdict(count, previous, flaw)


def trail_end(organization: Organization) -> str:
    """The newest event as it is noted down outside of the database, "acme:4711:HASH"; nothing of an empty trail."""
    end = AuditChain.objects.filter(organization=organization, length__gt=0).first()
    return noted_end(organization.slug, end.length, end.last_hash) if end else ""


def log_trail_ends() -> int:
    """Write the newest event of every trail to the log, which nobody changes by changing the database; how many."""
    ends = [end for organization in Organization.objects.order_by("slug") if (end := trail_end(organization))]
    for end in ends:
        _log.info("trail.end", end=end)
    return len(ends)


def _written(organization: Organization) -> tuple[int, str, int]:
    """How long the trail is, its last hash and its newest event: one query, so that all are of one moment."""
    newest = AuditEvent.objects.filter(organization=OuterRef("pk")).order_by("-sequence").values("sequence")[:1]
    rows = Organization.objects.filter(pk=organization.pk).annotate(newest=Subquery(newest))
    length, last_hash, sequence = rows.values_list("audit_chain__length", "audit_chain__last_hash", "newest").get()
    return length or 0, last_hash or "", sequence or 0


def _entry(event: AuditEvent) -> AuditEntry:
    return AuditEntry(
        sequence=event.sequence,
        at=event.at,
        actor_email=event.actor_email,
        verb=event.verb,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        detail=event.detail,
    )
