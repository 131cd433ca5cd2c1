"""Hides engagements by a rule, and shows them again when the rule is taken back (F24).

rule made ──hide──▶ hidden_at, hidden_by_rule ──unhide──▶ as before
                         └── after HIDDEN_DAYS (timeline/domain/retention.py) ──purge_expired──▶ deleted
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from accounts.models import Organization
from core.chunks import chunks
from core.db.unit_of_work import one_unit_of_work
from timeline.changes.door import record_change
from timeline.models import Engagement
from timeline.selectors.hiding import hidden_by

_AT_ONCE = 1_000


def hide(*, organization: Organization, ids: Collection[UUID], rule: str, now: datetime) -> int:
    """Hide those of `ids` that are not hidden yet; how many. `rule` names what hides them, up to 80 characters."""
    return sum(_hide(organization, some, rule, now) for some in chunks(sorted(ids), _AT_ONCE))


@one_unit_of_work
def _hide(organization: Organization, some: Collection[UUID], rule: str, now: datetime) -> int:
    rows = Engagement.objects.filter(organization=organization, pk__in=some, hidden_at=None)
    changed = rows.update(hidden_at=now, hidden_by_rule=rule, changed_at=now)
    record_change(organization.pk, some)
    return changed


def unhide(*, organization: Organization, rule: str, now: datetime, ids: Collection[UUID] | None = None) -> int:
    """Show again all that `rule` hid, or those of `ids` alone; how many."""
    if ids is None:
        ids = hidden_by(organization, rule)
    for some in chunks(sorted(ids), _AT_ONCE):
        _unhide(organization, some, rule, now)
    return len(ids)


@one_unit_of_work
def _unhide(organization: Organization, some: Collection[UUID], rule: str, now: datetime) -> None:
    rows = Engagement.objects.filter(organization=organization, pk__in=some, hidden_by_rule=rule)
    rows.update(hidden_at=None, hidden_by_rule="", changed_at=now)
    record_change(organization.pk, some)


def hand_over(*, organization: Organization, ids: Collection[UUID], rule: str, to_rule: str) -> None:
    """Let `to_rule` go on hiding those of `ids` that `rule` hid."""
    for some in chunks(sorted(ids), _AT_ONCE):
        _hand_over(organization, some, rule, to_rule)


@one_unit_of_work
def _hand_over(organization: Organization, some: Collection[UUID], rule: str, to_rule: str) -> None:
    rows = Engagement.objects.filter(organization=organization, pk__in=some, hidden_by_rule=rule)
    rows.update(hidden_by_rule=to_rule)
    record_change(organization.pk, some)
