"""The history of deals: a row for each value that the CRM changed (F35)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from crm.domain.history import COLUMNS, as_text, moment_of_change
from crm.models import Opportunity, OpportunityChange

_AT_ONCE = 500


def note_changes(changed: Sequence[Opportunity], before: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Write down what differs between deals and the columns that they had `before`, in the caller's unit of work."""
    rows = [row for deal in changed for row in _changes_of(deal, before[deal.pk])]
    OpportunityChange.objects.bulk_create(rows, batch_size=_AT_ONCE)


def _changes_of(deal: Opportunity, before: Mapping[str, Any]) -> Iterator[OpportunityChange]:
    changed_at = moment_of_change(
        before=before.get("crm_modified_at"), modified_at=deal.crm_modified_at, noticed_at=timezone.now()
    )
    for tracked, column in COLUMNS.items():
        if column in before:
            yield OpportunityChange(
                organization_id=deal.organization_id,
                opportunity=deal,
                field=tracked.value,
                before=as_text(before[column]),
                after=as_text(getattr(deal, column)),
                changed_at=changed_at,
            )
