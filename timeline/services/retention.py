"""Purges what falls due, in portions short enough that nobody waits for the database (F19)."""

from dataclasses import dataclass
from datetime import datetime

from accounts.domain.audit import AuditVerb
from accounts.models import Organization
from accounts.services.audit import record_event
from core.db.unit_of_work import unit_of_work
from timeline.selectors.retention import due, policy_of
from timeline.services.deletion import delete_rows

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Purge:
    """What a purge deleted, or would delete, of one organization."""

    organization: Organization
    engagements: int


def purge_expired(*, organization: Organization, now: datetime, is_dry_run: bool = False) -> Purge:
    """Delete what the organization's policy no longer keeps, and what a rule hid long ago. Safe to repeat.

    Nothing is suppressed: what expired would expire again. A hold placed meanwhile is respected portion by portion.
    """
    policy = policy_of(organization)
    rows = due(
        organization,
        now,
        months=policy.months if policy else None,
        keep_open_opportunities=policy.keep_open_opportunities if policy else True,
    ).order_by("pk")
    if is_dry_run:
        return Purge(organization, rows.count())

    def purge() -> int:
        ids = list(rows.values_list("pk", flat=True)[:_AT_ONCE])
        if ids:
            delete_rows(organization, ids, suppressed=False)
            record_event(
                organization=organization,
                actor=None,
                verb=AuditVerb.PURGED,
                detail={"engagements": len(ids), "months": policy.months if policy else None},
                now=now,
            )
        return len(ids)

    total = 0
    while purged := unit_of_work(purge):
        total += purged
    return Purge(organization, total)
