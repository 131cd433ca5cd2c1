"""The words that mail systems and mail programs write, as lists: one entry a line, `#` begins a remark.

Patterns are regular expressions, matched without case. Each file names where its entries come from.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ahocorasick

from core.remembering import remembered
from mailsync.domain.phrases.plain import fold, ways

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


@dataclass(frozen=True, slots=True)
class _Entry:
    """Pattern `number` of a list, and the parts of which one of each row stands in whatever it matches."""

    phrases: "Phrases"
    number: int
    further: tuple[tuple[str, ...], ...]

    def may_stand_in(self, folded: str) -> bool:
        for parts in self.further:
            for part in parts:
                if part in folded:
                    break
            else:
                return False
        return True


class _Finder:
    """The first plain parts of all phrases, found in a text in one pass (Aho and Corasick, 1975)."""

    def __init__(self) -> None:
        self._automaton = ahocorasick.Automaton()
        self._by_part: dict[str, list[_Entry]] = {}
        # one list of phrases after another asks for a mail's subject and its text
        self.likely_in = remembered(4)(self._likely_in)

    def add(self, part: str, entry: _Entry) -> None:
        """Look for `entry` where `part` stands."""
        self._by_part.setdefault(part, []).append(entry)
        self._automaton.add_word(part, part)
        self.likely_in.cache_clear()

    def _likely_in(self, folded: str) -> "dict[Phrases, set[int]]":
        """The patterns of each list that may match, by the parts that stand in `folded`."""
        if self._automaton.kind != ahocorasick.AHOCORASICK:
            self._automaton.make_automaton()
        likely: dict[Phrases, set[int]] = {}
        for part in {part for _, part in self._automaton.iter(folded)}:
            for entry in self._by_part[part]:
                if entry.may_stand_in(folded):
                    likely.setdefault(entry.phrases, set()).add(entry.number)
        return likely


def _is_telling(part: str) -> bool:
    """Whether it is long enough, or a mark such as a colon, which few texts have just there."""
    return len(part) >= _TELLING or not any(letter.isalnum() or letter.isspace() for letter in part or " ")


_FINDER = _Finder()
_NONE: frozenset[int] = frozenset()


class Phrases:
    """Patterns to look for in texts: one is only tried where its plain parts stand in the text.

    Hundreds of alternatives tried at every character cost milliseconds a mail, and hardly any mail has one of them: so
    a pattern is compiled when it is first tried, too. All of them take longer than a hundred mails.
    """

    def __init__(self, patterns: tuple[str, ...], flags: re.RegexFlag = re.IGNORECASE) -> None:
        self._sources, self._flags = patterns, flags
        self._compiled: dict[int, re.Pattern[str]] = {}
        self._always: list[_Entry] = []
        for number, pattern in enumerate(patterns):
            for first, *others in ways(pattern):
                entry = _Entry(self, number, tuple(parts for parts in others if all(map(_is_telling, parts))))
                for part in first:
                    if part:
                        _FINDER.add(part, entry)
                    else:
                        self._always.append(entry)

    def stand_in(self, text: str, folded: str) -> bool:
        """Whether one of them stands in `text`; `folded` is the fold of it, or of more around it."""
        likely = self._likely(folded) if text else ()
        return bool(likely) and any(pattern.search(text) for pattern in likely)

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
        numbers = _FINDER.likely_in(folded).get(self, _NONE)
        if self._always:
            numbers = numbers | {entry.number for entry in self._always if entry.may_stand_in(folded)}
        return [self._pattern(number) for number in sorted(numbers)] if numbers else []

    def patterns(self) -> list[re.Pattern[str]]:
        """All of them, in the order of the list."""
        return [self._pattern(number) for number in range(len(self._sources))]

    def _pattern(self, number: int) -> re.Pattern[str]:
        known = self._compiled.get(number)
        if known is None:
            known = self._compiled[number] = re.compile(self._sources[number], self._flags)
        return known


@cache
def listed(name: str, flags: re.RegexFlag = re.IGNORECASE) -> Phrases:
    """The phrases of `name`.txt, read once, however many rules ask for them."""
    return Phrases(entries(name), flags)


__all__ = ["Phrases", "alternatives", "entries", "fold", "listed", "words"]
