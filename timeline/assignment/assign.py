"""Assigning: a page's facts are settled together, and whatever is recorded already is settled again by one function.

a page's MailFacts ──▶ settle_page: opportunities and rules read once, settle() for each ──▶ columns_of
recorded engagements ──▶ standing.py ──▶ the same ──▶ their columns, the inbox owner, people and records ──▶ announced
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.domain.vocabulary import OpportunityRule
from accounts.models import Organization
from core.chunks import chunks
from timeline.assignment.candidates import candidates_for
from timeline.assignment.records import follow_match
from timeline.assignment.standing import Standing, our_domains, standing
from timeline.changes.door import record_change
from timeline.domain.assignment import NOTHING_HELD, HeldRecords, MailFacts, Settled, settle
from timeline.domain.choosing import Assignment, AssignmentRules
from timeline.models import EmailMessage, Engagement
from timeline.selectors.legal_holds import held_records

ASSIGNMENT_COLUMNS = (
    "opportunity",
    "assignment_rule",
    "assignment_certain",
    "assignment_candidates",
    "account",
    "owner",
)

_PLACE = ("opportunity_id", "account_id", "owner_id", "assignment_rule", "assignment_certain")
_AT_ONCE = 1_000
_ROWS_AT_ONCE = 500
_ENOUGH_ALIKE = 20
"""Rows of a portion for which one UPDATE of their own is worth its while: at most fifty of these in a thousand."""


def settle_page(
    organization: Organization, page: Sequence[MailFacts], held: HeldRecords = NOTHING_HELD
) -> list[Settled]:
    """Where each of these engagements stands and whose it is, in their order."""
    decided = {facts.decided.opportunity for facts in page if facts.decided is not None}
    standing = {facts.standing.assignment.opportunity for facts in page if facts.standing is not None}
    circles = [circle for facts in page for circle in facts.circles]
    candidates = candidates_for(organization, circles, also=decided | standing)
    rules = AssignmentRules(
        rule=OpportunityRule(organization.opportunity_rule),
        owner_priority=organization.owner_priority,
        grace_days=organization.closed_deal_grace_days,
    )
    return [settle(facts, candidates, rules, held) for facts in page]


def columns_of(settled: Settled) -> dict[str, Any]:
    """For an Engagement's constructor, or to be set on one."""
    return {
        "opportunity_id": settled.assignment.opportunity,
        "assignment_rule": settled.assignment.rule,
        "assignment_certain": settled.assignment.is_certain,
        "assignment_candidates": [str(each) for each in settled.assignment.candidates],
        "account_id": settled.account,
        "owner_id": settled.owner,
    }


@dataclass(frozen=True, slots=True)
class SettledAgain:
    """Which engagements changed, and which a legal hold kept where they stand."""

    changed: set[UUID] = field(default_factory=set)
    held: set[UUID] = field(default_factory=set)


def settle_again(
    organization: Organization, engagement_ids: Iterable[UUID], *, now: datetime, decided: Assignment | None = None
) -> SettledAgain:
    """Settle these engagements again, as a person `decided` where one did. Runs in the caller's transaction."""
    outcome, ids = SettledAgain(), list(engagement_ids)
    if not ids:
        return outcome
    held, ours = held_records(organization), our_domains(organization)
    for some in chunks(ids, _AT_ONCE):
        rows = standing(organization, some, ours)
        settled = settle_page(organization, [each.facts(decided) for each in rows], held)
        changed = _write_inbox_owners(rows)
        for each, place in zip(rows, settled, strict=True):
            if _set(each.engagement, place):
                changed.add(each.engagement.pk)
            if place.is_held:
                outcome.held.add(each.engagement.pk)
        _write([each.engagement for each in rows if each.engagement.pk in changed], now)
        changed |= follow_match([each for each in rows if each.match], held)
        record_change(organization.pk, changed)
        outcome.changed.update(changed)
    return outcome


def _write_inbox_owners(rows: Iterable[Standing]) -> set[UUID]:
    emails = []
    for each in rows:
        if (email := each.email) is not None and email.inbox_owner_id != each.inbox_owner:
            email.inbox_owner_id = each.inbox_owner
            emails.append(email)
    EmailMessage.objects.bulk_update(emails, ["inbox_owner"], batch_size=_ROWS_AT_ONCE)
    return {email.pk for email in emails}


def _set(engagement: Engagement, settled: Settled) -> bool:
    """Set on a row what was settled; whether that is something else."""
    columns = columns_of(settled)
    before = {column: getattr(engagement, column) for column in columns}
    for column, value in columns.items():
        setattr(engagement, column, value)
    return before != columns


def _write(resettled: Iterable[Engagement], now: datetime) -> None:
    """One UPDATE for all that end in the same place, which is most of what one change moves: a CASE a row is slow."""
    places: dict[tuple[Any, ...], list[Engagement]] = defaultdict(list)
    for engagement in resettled:
        engagement.changed_at = now
        place = [getattr(engagement, column) for column in _PLACE]
        places[*place, *engagement.assignment_candidates].append(engagement)
    scattered: list[Engagement] = []
    for alike in places.values():
        if len(alike) < _ENOUGH_ALIKE:
            scattered += alike
            continue
        columns = {column: getattr(alike[0], column) for column in (*_PLACE, "assignment_candidates")}
        Engagement.objects.filter(pk__in=[each.pk for each in alike]).update(**columns, changed_at=now)
    Engagement.objects.bulk_update(scattered, [*ASSIGNMENT_COLUMNS, "changed_at"], batch_size=_ROWS_AT_ONCE)
