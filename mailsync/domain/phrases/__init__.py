"""The words that mail systems and mail programs write, as lists: one entry a line, `#` begins a remark.

Patterns are regular expressions, matched without case. Each file names where its entries come from.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

from mailsync.domain.phrases.plain import fold, plain_parts

Run = tuple[str, ...]

_HERE = Path(__file__).parent
_RUN = 4
"""Letters of a run: four are few enough to stand in most parts, and enough to stand in few texts."""
_TELLING = 3
"""Letters of a part that is looked for beside the one that a pattern was found by."""
_LONGEST = 20_000
"""Letters of a text that is cut into its runs; those of a longer one would take megabytes."""


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


class Phrases:
    """Patterns to look for in texts: one is only tried where its plain parts stand in the text.

    Hundreds of alternatives tried at every character cost milliseconds a mail, and hardly any mail has one of them.
    """

    def __init__(self, patterns: tuple[str, ...], flags: re.RegexFlag = re.IGNORECASE) -> None:
        self._patterns = [re.compile(pattern, flags) for pattern in patterns]
        self._further: list[list[tuple[str, ...]]] = []
        self._by_run: dict[Run, list[tuple[int, str]]] = {}
        self._short: list[tuple[int, str]] = []
        for number, pattern in enumerate(patterns):
            first, *others = plain_parts(pattern)
            self._further.append([parts for parts in others if min(map(len, parts)) >= _TELLING])
            for part in first:
                same = self._by_run.setdefault(tuple(part[:_RUN]), []) if len(part) >= _RUN else self._short
                same.append((number, part))
        self._runs = frozenset(self._by_run)

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
        """The patterns whose parts stand in `folded`: parts are only looked for where their beginning is there."""
        runs = self._runs & _runs(folded) if len(folded) <= _LONGEST else self._runs
        looked_for = [part for run in runs for part in self._by_run[run]]
        numbers = {number for number, part in (*self._short, *looked_for) if part in folded}
        return [self._patterns[number] for number in sorted(numbers) if self._is_whole(number, folded)]

    def _is_whole(self, number: int, folded: str) -> bool:
        return all(any(part in folded for part in parts) for parts in self._further[number])


@lru_cache(maxsize=2)
def _runs(folded: str) -> frozenset[Run]:
    """Every run of four letters in a text; the lists of phrases are looked for in one text after another."""
    return frozenset(zip(*(folded[start:] for start in range(_RUN)), strict=False))


__all__ = ["Phrases", "alternatives", "entries", "fold", "words"]
