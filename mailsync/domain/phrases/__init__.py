"""The words that mail systems and mail programs write, as lists: one entry a line, `#` begins a remark.

Patterns are regular expressions, matched without case. Each file names where its entries come from.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

import ahocorasick

from mailsync.domain.phrases.plain import fold, plain_parts

_HERE = Path(__file__).parent
_TELLING = 3
"""Letters of a part that is looked for beside the one that a pattern was found by."""


@cache
def entries(name: str) -> tuple[str, ...]:
    """The entries of `name`.txt in the order of the file."""
    lines = (_HERE / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def alternatives(name: str) -> str:
    """The entries of a file of patterns as one group of a regular expression."""
    return f"(?:{'|'.join(entries(name))})"


def words(name: str) -> frozenset[str]:
    """The entries of a file of plain words, lower case."""
    return frozenset(entry.casefold() for entry in entries(name))


class _Parts:
    """The first plain parts of all phrases, found in a text in one pass (Aho and Corasick, 1975)."""

    def __init__(self) -> None:
        self._automaton = ahocorasick.Automaton()
        self.found_in = lru_cache(maxsize=4)(self._found_in)  # one list of phrases after another asks for a text

    def add(self, part: str) -> None:
        self._automaton.add_word(part, part)
        self.found_in.cache_clear()

    def _found_in(self, folded: str) -> frozenset[str]:
        if self._automaton.kind != ahocorasick.AHOCORASICK:
            self._automaton.make_automaton()
        return frozenset({part for _, part in self._automaton.iter(folded)})


_PARTS = _Parts()


class Phrases:
    """Patterns to look for in texts: one is only tried where its plain parts stand in the text.

    Hundreds of alternatives tried at every character cost milliseconds a mail, and hardly any mail has one of them.
    """

    def __init__(self, patterns: tuple[str, ...], flags: re.RegexFlag = re.IGNORECASE) -> None:
        self._patterns = [re.compile(pattern, flags) for pattern in patterns]
        self._further: list[list[tuple[str, ...]]] = []
        self._by_part: dict[str, list[int]] = {}
        for number, pattern in enumerate(patterns):
            first, *others = plain_parts(pattern)
            self._further.append([parts for parts in others if min(map(len, parts)) >= _TELLING])
            for part in first:
                self._by_part.setdefault(part, []).append(number)
        self._always = frozenset(self._by_part.pop("", ()))
        self._parts = frozenset(self._by_part)
        for part in self._parts:
            _PARTS.add(part)

    def stand_in(self, text: str, folded: str) -> bool:
        """Whether one of them stands in `text`; `folded` is the fold of it, or of more around it."""
        return bool(text) and any(pattern.search(text) for pattern in self._likely(folded))

    def found_in(self, text: str, folded: str) -> list[str]:
        """What they match in `text`, from its beginning on and without overlaps."""
        matches = [match for pattern in self._likely(folded) for match in pattern.finditer(text)]
        found, end = [], 0
        for match in sorted(matches, key=re.Match.start):
            if match.start() >= end:
                found.append(match.group())
                end = match.end()
        return found

    def _likely(self, folded: str) -> list[re.Pattern[str]]:
        """The patterns whose parts stand in `folded`."""
        parts = _PARTS.found_in(folded)
        if not self._always and self._parts.isdisjoint(parts):
            return []
        numbers = {number for part in self._parts & parts for number in self._by_part[part]}
        whole = [number for number in sorted(numbers | self._always) if self._is_whole(number, folded)]
        return [self._patterns[number] for number in whole]

    def _is_whole(self, number: int, folded: str) -> bool:
        return all(any(part in folded for part in parts) for parts in self._further[number])


__all__ = ["Phrases", "alternatives", "entries", "fold", "words"]
