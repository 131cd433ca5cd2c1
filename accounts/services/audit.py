"""The audit trail: one door to append to it, one to verify it.

record_event ──▶ lock AuditChain ──▶ AuditEvent(sequence, hash of the one before) ──▶ AuditChain(length, last_hash)
                 └────────────────── all in the caller's transaction ──────────────────┘
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.domain.audit import AuditEntry, entry_hash
from accounts.models import AuditChain, AuditEvent, Organization, User
from accounts.services.keys import organization_key
from accounts.unit_of_work import one_unit_of_work


@one_unit_of_work
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
    chain, _ = AuditChain.objects.select_for_update().get_or_create(organization=organization)
    entry = AuditEntry(
        sequence=chain.length + 1,
        at=now or timezone.now(),
        actor_email=actor.email if actor else "",
        verb=str(verb),
        subject_type=type(subject).__name__.lower() if subject else "",
        subject_id=str(subject.pk) if subject else "",
        detail=dict(detail or {}),
    )
    event = AuditEvent.objects.create(
        organization=organization,
        actor=actor,
        previous_hash=chain.last_hash,
        hash=entry_hash(organization_key(organization), entry, chain.last_hash),
        sequence=entry.sequence,
        at=entry.at,
        actor_email=entry.actor_email,
        verb=entry.verb,
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        detail=entry.detail,
    )
    chain.length, chain.last_hash = entry.sequence, event.hash
    chain.save(update_fields=["length", "last_hash"])
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


def verify_trail(organization: Organization, *, must_contain: str = "") -> TrailVerdict:
    """Walk the chain from its beginning; `must_contain` is a hash noted down earlier, to notice a cut-off end."""
    key = organization_key(organization)
    chain = AuditChain.objects.filter(organization=organization).first() or AuditChain(organization=organization)
    previous, count, was_seen = "", 0, not must_contain
    for event in AuditEvent.objects.filter(organization=organization).order_by("sequence").iterator(chunk_size=2000):
        if event.sequence != count + 1:
            return TrailVerdict(count, previous, f"Event {count + 1} is missing.")
        if event.previous_hash != previous or event.hash != entry_hash(key, _entry(event), previous):
            return TrailVerdict(count, previous, f"Event {event.sequence} was changed, or an event before it was.")
        previous, count = event.hash, count + 1
        was_seen = was_seen or previous == must_contain
    if (chain.length, chain.last_hash) != (count, previous):
        return TrailVerdict(count, previous, f"The trail ends at event {count}, but {chain.length} were written.")
    if not was_seen:
        return TrailVerdict(count, previous, "The hash noted down earlier is not in the trail: its end was cut off.")
    return TrailVerdict(count, previous)


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
