"""Evidence: named marks with weights. One strong mark decides; weak ones must come together.

mark, mark, mark ──weights──▶ sum ── ≥ 100 ──▶ dropped, and the sentence names the marks
marks of a person ──────────▶ taken off, where no single mark decides alone
"""

from collections.abc import Callable
from dataclasses import dataclass

from mailsync.domain.screening.rule import Mail

ENOUGH = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """`phrase` completes “It …” for a person; `weight` is out of ENOUGH."""

    phrase: str
    weight: int
    test: Callable[[Mail], bool]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the marks came to."""

    total: int = 0
    strongest: int = 0
    phrases: tuple[str, ...] = ()

    @property
    def is_enough(self) -> bool:
        return self.total >= ENOUGH

    def sentence(self) -> str:
        """“It a, b and c.” with the three heaviest."""
        *first, last = self.phrases[:3]
        return f"It {', '.join(first)} and {last}." if first else f"It {last}."


def weigh(mail: Mail, marks: tuple[Mark, ...]) -> Finding:
    """Which marks the mail carries, heaviest first; each list of marks is looked for once a mail."""
    known = mail.memory.get(id(marks))
    if isinstance(known, Finding):
        return known
    found = sorted((mark for mark in marks if mark.test(mail)), key=lambda mark: -mark.weight)
    finding = Finding(
        total=sum(mark.weight for mark in found),
        strongest=found[0].weight if found else 0,
        phrases=tuple(mark.phrase for mark in found),
    )
    mail.memory[id(marks)] = finding
    return finding
