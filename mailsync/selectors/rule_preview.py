"""What lines typed into the console would do as an organization's rules, before any is stored (F24).

lines typed ─▶ check ─▶ what each would hide ─▶ what all together would
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import Organization
from core.hashing import hash_of
from mailsync.domain.import_rules import ImportRule, RuleKind, layer_of
from mailsync.domain.vocabulary import BlockKind
from mailsync.models import BlockedDomain, Exclusion
from mailsync.selectors.own_side import check_not_ours
from mailsync.selectors.rule_effects import affected


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

    organization: UUID
    lines: list[CheckedLine] = field(default_factory=list)
    would_hide: int = 0

    @property
    def is_sound(self) -> bool:
        return bool(self.lines) and not any(line.flaw for line in self.lines)

    @property
    def fingerprint(self) -> str:
        """What tells this preview from another, so that what is confirmed is what was shown; SHA-256, hex."""
        rules = (f"{rule.kind} {rule.value}" for rule in self.new_rules)
        return hash_of(str(self.organization), str(self.would_hide), *rules)

    @property
    def new_rules(self) -> list[ImportRule]:
        return [line.rule for line in self.lines if line.rule is not None and not line.is_known]


def preview_rules(organization: Organization, kind: RuleKind, raw_lines: Iterable[str]) -> Preview:
    """What adding these lines would do; nothing is stored."""
    known = _known(organization, kind)
    preview, seen = Preview(organization.pk), set[str]()
    for raw in (line.strip() for line in raw_lines):
        if not raw:
            continue
        try:
            checked = layer_of(kind, is_own=False).check(raw)
            if checked.value not in known:
                check_not_ours(organization, ImportRule(kind, checked.value))
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


def _known(organization: Organization, kind: RuleKind) -> set[str]:
    if isinstance(kind, BlockKind):
        return set(BlockedDomain.objects.filter(organization=organization).values_list("domain", flat=True))
    rows = Exclusion.objects.filter(organization=organization, user=None, kind=kind)
    return set(rows.values_list("value", flat=True))
