"""Engagements settled again when the CRM changed: what a change may concern, portion by portion.

CustomerChanges ──affected_engagements──▶ ids ──▶ settle_again, a portion a unit of work
deals that open, close, change hands or customers; roles, people, addresses and domains that come or go
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import Organization
from core.chunks import chunks
from core.db.unit_of_work import one_unit_of_work, unit_of_work
from crm.domain.changes import CustomerChanges
from timeline.assignment.assign import settle_again
from timeline.changes.door import record_change
from timeline.models import Engagement
from timeline.selectors.affected import affected_engagements, engagements_of_accounts

_AT_ONCE = 1_000


def reassess(*, organization: Organization, changes: CustomerChanges) -> int:
    """Settle again what `changes` may concern; how many engagements changed. Safe to repeat, commits in portions."""
    if not Engagement.objects.filter(organization=organization).exists():
        return 0
    affected = affected_engagements(organization, changes)
    changed = reassess_engagements(organization, affected, now=timezone.now())
    renamed = engagements_of_accounts(organization, changes.renamed_accounts)
    unit_of_work(lambda: record_change(organization.pk, renamed))
    return changed


def on_customers_changed(*, changes: CustomerChanges, **_: Any) -> None:
    """Receiver of crm.signals.customers_changed."""
    reassess(organization=Organization.objects.get(pk=changes.organization), changes=changes)


def reassess_engagements(organization: Organization, engagement_ids: Iterable[UUID], *, now: datetime) -> int:
    """Settle these engagements again; how many changed. Each portion of them commits on its own."""
    reassess_portion = one_unit_of_work(settle_again)
    return sum(len(reassess_portion(organization, some, now=now).changed) for some in chunks(engagement_ids, _AT_ONCE))
