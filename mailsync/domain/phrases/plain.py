"""The plain parts of a pattern: words of which one stands in whatever it matches, so that `in` can rule it out.

`(?:buy|shop) (?:now|today)`   ──▶ "buy", "shop"
`free (?:trial|shipping)`      ──▶ "trial", "shipping"     the parts that come first are long: they stand in few texts
`\\b55\\d[ -]`                  ──▶ "55"
`\\b[45]\\.\\d`                  ──▶ "4.", "5."
`order now|risk-free`          ──▶ "order now" or "risk-free": two ways, each with its own
"""

from collections.abc import Iterable
from re import _constants as kinds  # type: ignore[attr-defined] # the standard library's own reading of a pattern
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Parts = frozenset[str]
_EVERYWHERE: Parts = frozenset({""})
_MOST_SPELLINGS = 16
"""Of one part: `n[ãa]o` is two, and each is looked for."""


def fold(text: str) -> str:
    """`text` for comparing with plain parts, as `re.IGNORECASE` compares: dotted and dotless i are one letter."""
    if text.isascii():
        return text.lower()
    return text.replace("\u0130", "i").casefold().replace("\u0131", "i")


def ways(pattern: str) -> list[tuple[tuple[str, ...], ...]]:
    """Folded parts of each way in which `pattern` matches, its alternatives, the telling parts first.

    Of each row of one way at least one part stands in every text that `pattern` matches. A part is empty where none
    must.
    """
    items: list[tuple[Any, Any]] = list(parser.parse(pattern))
    is_choice = len(items) == 1 and items[0][0] is kinds.BRANCH
    return [_parts(branch) for branch in (items[0][1][1] if is_choice else [items])]


def _parts(items: Iterable[tuple[Any, Any]]) -> tuple[tuple[str, ...], ...]:
    rows = sorted(_rows(items), key=_telling, reverse=True)
    return tuple(tuple(sorted(_shortest({fold(part) for part in row}))) for row in rows)


def _rows(items: Iterable[tuple[Any, Any]]) -> list[Parts]:
    rows = [_EVERYWHERE]
    run = _EVERYWHERE
    for kind, value in items:
        letters = _letters(kind, value)
        if letters and len(run) * len(letters) <= _MOST_SPELLINGS:
            run = frozenset(before + letter for before in run for letter in letters)
        else:
            rows += [run, *_rows_of(kind, value)]
            run = _EVERYWHERE
    return [*rows, run]


def _letters(kind: Any, value: Any) -> list[str]:
    """The characters of which one must stand there."""
    if kind is kinds.LITERAL:
        return [chr(value)]
    if kind is kinds.IN and all(each is kinds.LITERAL for each, _ in value):
        return [chr(character) for _, character in value]
    return []


def _rows_of(kind: Any, value: Any) -> list[Parts]:
    if kind is kinds.SUBPATTERN:
        return _rows(value[-1])
    if kind is kinds.BRANCH:
        return [frozenset().union(*(max(_rows(branch), key=_telling) for branch in value[1]))]
    if kind is kinds.MAX_REPEAT and value[0] > 0:
        return _rows(value[2])
    letters = _letters(kind, value)
    return [frozenset(letters)] if letters else []


def _telling(parts: Parts) -> tuple[int, int, int]:
    """Blanks tell little: ` to ` and ` for ` stand in every text."""
    return min([len(part.strip()) for part in parts]), min(map(len, parts)), -len(parts)


def _shortest(parts: set[str]) -> set[str]:
    """Without those that hold another."""
    return {part for part in parts if not any(other in part for other in parts - {part})}
