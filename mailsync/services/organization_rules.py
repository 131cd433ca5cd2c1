"""An organization's rules about what is kept out: added with their effect on stored mail, taken back with it (F5, F24).

lines typed ─▶ preview (mailsync.selectors.rule_preview) ─▶ add ─▶ row + hide what it concerns + audit
row ─▶ remove ─▶ what another rule keeps hidden stays so, the rest is shown again
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.models import Organization, User
from accounts.services.audit import record_event
from core.db.unit_of_work import one_unit_of_work
from mailsync.domain.import_rules import ImportRule
from mailsync.domain.vocabulary import BlockKind, ExclusionKind
from mailsync.models import BlockedDomain, Exclusion
from mailsync.selectors.rule_effects import affected, still_dropped
from timeline.selectors.hiding import hidden_by
from timeline.services.hiding import hand_over, hide, unhide


@one_unit_of_work
def add_rules(
    *, organization: Organization, rules: Sequence[ImportRule], note: str = "", actor: User
) -> tuple[list[BlockedDomain | Exclusion], int]:
    """Add rules and hide the stored mail that they concern; the new rows, and how many engagements were hidden."""
    rows: list[BlockedDomain | Exclusion] = []
    hidden = 0
    for rule in rules:
        ids = affected(organization, [rule])
        row = _make(organization, rule, note, actor)
        count = hide(organization=organization, ids=ids, rule=rule_name(row), now=timezone.now())
        record_event(
            organization=organization,
            actor=actor,
            verb=AuditVerb.ADDED,
            subject=row,
            detail={"kind": str(rule.kind), "hidden": count},
        )
        rows.append(row)
        hidden += count
    return rows, hidden


@one_unit_of_work
def remove_rule(*, row: BlockedDomain | Exclusion, actor: User | None) -> int:
    """Take a rule back and show what nothing else hides; how many engagements came back."""
    organization, name = row.organization, rule_name(row)
    hand_to_others(organization, hidden_by(organization, name), rule=name)
    shown = unhide(organization=organization, rule=name, now=timezone.now())
    record_event(
        organization=organization, actor=actor, verb=AuditVerb.REMOVED, subject=row, detail={"shown_again": shown}
    )
    type(row)._default_manager.filter(pk=row.pk).delete()  # noqa: SLF001 - whichever of the two it is
    return shown


def hand_to_others(organization: Organization, ids: Collection[UUID], *, rule: str) -> set[UUID]:
    """Let other rules go on hiding those of `ids` that `rule` hid and they keep out, too; which nothing else hides."""
    left = set(ids)
    for other in _rows(organization) if left else ():
        if rule_name(other) == rule:
            continue
        kept = still_dropped(organization, left, rule_of(other))
        hand_over(organization=organization, ids=kept, rule=rule, to_rule=rule_name(other))
        left -= kept
    return left


def rule_of(row: BlockedDomain | Exclusion) -> ImportRule:
    """A stored rule as a value."""
    if isinstance(row, BlockedDomain):
        return ImportRule(BlockKind(row.kind), row.domain)
    return ImportRule(ExclusionKind(row.kind), row.value)


def rule_name(row: BlockedDomain | Exclusion) -> str:
    """What stands beside an engagement that the rule hides."""
    return f"{type(row).__name__.lower()}:{row.pk}"


def _rows(organization: Organization) -> list[BlockedDomain | Exclusion]:
    return [
        *BlockedDomain.objects.filter(organization=organization),
        *Exclusion.objects.filter(organization=organization, user=None),
    ]


def _make(organization: Organization, rule: ImportRule, note: str, actor: User) -> BlockedDomain | Exclusion:
    if isinstance(rule.kind, BlockKind):
        return BlockedDomain.objects.create(
            organization=organization,
            domain=rule.value,
            kind=rule.kind,
            note=note,
            created_by=actor,
            is_given=rule.kind is BlockKind.INTERNAL and actor.is_superuser,
        )
    return Exclusion.objects.create(organization=organization, user=None, kind=rule.kind, value=rule.value)
