"""An organization's rules about what is kept out: added with their effect on stored mail, taken back with it (F5, F24).

lines typed ─▶ check ─▶ preview: what each would hide ─▶ add ─▶ row + hide what it concerns + audit
row ─▶ remove ─▶ what another rule keeps hidden stays so, the rest is shown again
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.models import Organization, User
from accounts.services.audit import record_event
from core.db.unit_of_work import one_unit_of_work
from mailsync.domain.import_rules import ImportRule, RuleKind, layer_of
from mailsync.domain.vocabulary import BlockKind, ExclusionKind
from mailsync.models import BlockedDomain, Exclusion
from mailsync.services.rule_effects import affected, still_dropped
from timeline.services.hiding import hand_over, hidden_by, hide, unhide


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """One line as typed: the rule it means, a warning or none, how much stored mail it would hide; or its flaw."""

    raw: str
    rule: ImportRule | None = None
    warning: str = ""
    flaw: str = ""
    is_known: bool = False
    would_hide: int = 0


@dataclass(slots=True)
class Preview:
    """Every line, and what all of them together would hide."""

    lines: list[CheckedLine] = field(default_factory=list)
    would_hide: int = 0

    @property
    def is_sound(self) -> bool:
        return bool(self.lines) and not any(line.flaw for line in self.lines)

    @property
    def fingerprint(self) -> str:
        """What tells this preview from another, so that what is confirmed is what was shown; SHA-256, hex."""
        shown = "\n".join(f"{rule.kind} {rule.value}" for rule in self.new_rules)
        return hashlib.sha256(shown.encode()).hexdigest()

    @property
    def new_rules(self) -> list[ImportRule]:
        return [line.rule for line in self.lines if line.rule is not None and not line.is_known]


def preview_rules(organization: Organization, kind: RuleKind, raw_lines: Iterable[str]) -> Preview:
    """What adding these lines would do; nothing is stored."""
    known = _known(organization, kind)
    preview, seen = Preview(), set[str]()
    for raw in (line.strip() for line in raw_lines):
        if not raw:
            continue
        try:
            checked = layer_of(kind, is_own=False).check(raw)
        except ValueError as error:
            preview.lines.append(CheckedLine(raw, flaw=str(error)))
            continue
        if checked.value in seen:
            continue
        seen.add(checked.value)
        rule, is_known = ImportRule(kind, checked.value), checked.value in known
        count = 0 if is_known else len(affected(organization, [rule]))
        preview.lines.append(CheckedLine(raw, rule, checked.warning, is_known=is_known, would_hide=count))
    preview.would_hide = len(affected(organization, preview.new_rules)) if preview.new_rules else 0
    return preview


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


def _known(organization: Organization, kind: RuleKind) -> set[str]:
    if isinstance(kind, BlockKind):
        return set(BlockedDomain.objects.filter(organization=organization).values_list("domain", flat=True))
    rows = Exclusion.objects.filter(organization=organization, user=None, kind=kind)
    return set(rows.values_list("value", flat=True))


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
