"""The plain parts of a pattern: words of which one stands in whatever it matches, so that `in` can rule it out.

`(?:buy|shop) (?:now|today)`   ──▶ "buy", "shop"
`free (?:trial|shipping)`      ──▶ "free "          taken is where the shortest part is longest: it stands in few texts
`\\b55\\d[ -]`                  ──▶ "55"
"""

from collections.abc import Iterable
from re import _constants as kinds  # type: ignore[attr-defined] # the standard library's own reading of a pattern
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Parts = frozenset[str]
_EVERYWHERE: Parts = frozenset({""})


def fold(text: str) -> str:
    """`text` for comparing with plain parts, as `re.IGNORECASE` compares: dotted and dotless i are one letter."""
    if text.isascii():
        return text.lower()
    return text.replace("\u0130", "i").casefold().replace("\u0131", "i")


def plain_parts(pattern: str) -> tuple[str, ...]:
    """Folded parts of which at least one stands in every text that `pattern` matches; one is empty where none must."""
    return tuple(sorted(_shortest({fold(part) for part in _parts(parser.parse(pattern))})))


def _parts(items: Iterable[tuple[Any, Any]]) -> Parts:
    candidates = [_EVERYWHERE]
    run = ""
    for kind, value in items:
        if kind is kinds.LITERAL:
            run += chr(value)
        else:
            candidates += [frozenset({run}), _parts_of(kind, value)]
            run = ""
    return max([*candidates, frozenset({run})], key=lambda parts: (min(map(len, parts)), -len(parts)))


def _parts_of(kind: Any, value: Any) -> Parts:
    if kind is kinds.SUBPATTERN:
        return _parts(value[-1])
    if kind is kinds.BRANCH:
        return frozenset().union(*(_parts(branch) for branch in value[1]))
    if kind is kinds.MAX_REPEAT and value[0] > 0:
        return _parts(value[2])
    if kind is kinds.IN and all(each is kinds.LITERAL for each, _ in value):
        return frozenset(chr(character) for _, character in value)
    return _EVERYWHERE


def _shortest(parts: set[str]) -> set[str]:
    """Without those that hold another."""
    return {part for part in parts if not any(other in part for other in parts - {part})}
