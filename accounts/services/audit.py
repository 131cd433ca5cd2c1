"""The audit trail: the one door to append to it; accounts.selectors.audit verifies it.

record_event ──▶ lock AuditChain ──▶ AuditEvent(sequence, hash of the one before) ──▶ AuditChain(length, last_hash)
                 └────────────────── all in the caller's transaction ──────────────────┘
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import models
from django.utils import timezone

from accounts.domain.audit import AuditEntry, entry_hash
from accounts.models import AuditChain, AuditEvent, Organization, User
from accounts.selectors.audit import trail_end
from accounts.selectors.keys import organization_key
from core.db.unit_of_work import one_unit_of_work

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


def log_trail_ends() -> int:
    """Write the newest event of every trail to the log, which nobody changes by changing the database; how many."""
    ends = [end for organization in Organization.objects.order_by("slug") if (end := trail_end(organization))]
    for end in ends:
        _log.info("trail.end", end=end)
    return len(ends)
