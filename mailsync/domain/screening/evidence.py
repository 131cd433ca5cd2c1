"""Evidence: named marks with weights. One strong mark decides; weak ones must come together.

mark, mark, mark ──weights──▶ sum ── ≥ 100 ──▶ dropped, and the sentence names the marks
marks of a person ──────────▶ taken off, where no single mark decides alone
"""

from collections.abc import Callable
from dataclasses import dataclass

from mailsync.domain.screening.rule import Mail, Stage

ENOUGH = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """`phrase` completes “It …” for a person; `weight` is out of ENOUGH; below `stage` the test cannot say yes."""

    phrase: str
    weight: int
    test: Callable[[Mail], bool]
    stage: Stage = Stage.HEADERS


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


_NOTHING = Finding()


def weigh(mail: Mail, marks: tuple[Mark, ...]) -> Finding:
    """Which marks the mail carries, heaviest first; each list of marks is looked for once a mail."""
    known = mail.memory.get(id(marks))
    if isinstance(known, Finding):
        return known
    stage = mail.stage
    found = [mark for mark in marks if mark.stage <= stage and mark.test(mail)]
    finding = mail.memory[id(marks)] = _finding(found) if found else _NOTHING
    return finding


def _finding(found: list[Mark]) -> Finding:
    found.sort(key=lambda mark: -mark.weight)
    return Finding(
        total=sum(mark.weight for mark in found),
        strongest=found[0].weight,
        phrases=tuple(mark.phrase for mark in found),
    )
