"""Recognizes the header fields above quoted mail: line by line, on one line, below a rule, and as Notes writes them."""

import re
from collections.abc import Sequence
from itertools import islice, takewhile

from mailsync.domain.reply_phrases import (
    ADDRESS,
    DATE,
    TIME_OF_DAY,
    bare_label_kinds,
    label_kinds,
    label_kinds_within,
)

LONGEST_LINE = 1_000
"""Characters of a line that are looked at."""

MOST_BLOCK_LINES = 14
LONGEST_MOMENT = 40
QUOTE_MARKS = re.compile(r"^[\s>＞]{1,20}")
_DIGIT = re.compile(r"\d")
_RULE = re.compile(r"\s*(?:[-_=*—–]{3,200})\s*$")
_MOST_WRAPPED_LINES = 4
_MOST_STRANGERS = 3
"""Lines between fields that are none: a long list of recipients wraps."""

_FEWEST_KINDS = 3
"""An itinerary has from, to and date as well."""

_COUNT_FOR_NOTHING = frozenset({"cc", "beside"})
_FIRST_OF_A_LINE = frozenset({"from", "sent"})


class _Fields:
    """The kinds of fields found so far, in order, and what their values show."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.has_address = self.has_date = self.has_time = False

    def take(self, found: frozenset[str], value: str) -> bool:
        """Take in a field; False for a kind that is there already: another block begins."""
        kind = next((each for each in sorted(found) if each not in self.kinds), min(found))
        if kind in self.kinds and kind not in _COUNT_FOR_NOTHING:
            return False
        self.kinds.append(kind)
        self.has_address = self.has_address or ("@" in value and bool(ADDRESS.search(value)))
        if "sent" in found:
            self.has_date = self.has_date or bool(_DIGIT.search(value))
            self.has_time = self.has_time or bool(TIME_OF_DAY.search(value))
        return True

    @property
    def seen(self) -> set[str]:
        return set(self.kinds) - _COUNT_FOR_NOTHING

    def head_a_mail(self) -> bool:
        seen, first = self.seen, self.kinds[:2]
        if "from" in seen and len(seen) >= _FEWEST_KINDS:
            is_dated = "subject" in seen or (self.has_time and first == ["from", "sent"])
            return self.has_address or (self.has_date and is_dated)
        return first in (["from", "sent"], ["sent", "to"]) and self.has_time and self.has_address


def next_text(lines: Sequence[str], start: int) -> int | None:
    """The first line with text among the next few."""
    for number in range(start, min(start + 6, len(lines))):
        if lines[number].strip():
            return number
    return None


def are_fields(lines: Sequence[str], start: int) -> bool:
    """From, Sent, To and Subject line by line or on one line, in any language and most orders."""
    first = label_kinds(lines[start][:LONGEST_LINE])
    if not first:
        return False
    return _are_on_one_line(lines, start, first) or _are_line_by_line(lines, start)


def _are_line_by_line(lines: Sequence[str], start: int) -> bool:
    fields = _Fields()
    strangers = 0
    for line in lines[start : start + MOST_BLOCK_LINES]:
        found = label_kinds(line[:LONGEST_LINE])
        if found:
            if not fields.take(found, line[:LONGEST_LINE]):
                break
        elif line.strip():
            strangers += 1
            if strangers > _MOST_STRANGERS:
                break
    return fields.head_a_mail()


def _are_on_one_line(lines: Sequence[str], start: int, first: frozenset[str]) -> bool:
    """The same fields one after the other in a line, as phones write them; the line may be wrapped."""
    if first.isdisjoint(_FIRST_OF_A_LINE) or len(label_kinds_within(lines[start][:LONGEST_LINE])) == 1:
        return False
    paragraph = takewhile(str.strip, islice(lines, start, start + _MOST_WRAPPED_LINES))
    fields = _Fields()
    for found, value in label_kinds_within(" ".join(paragraph)[:LONGEST_LINE]):
        fields.take(found, value)
    return fields.has_date and "from" in fields.seen and len(fields.seen) >= _FEWEST_KINDS and fields.head_a_mail()


def is_notes_heading(lines: Sequence[str], start: int) -> bool:
    """Notes' heading: a name, a line with date and time alone, and “To” and “Subject” each on a line of its own."""
    following = next_text(lines, start + 1)
    moment = lines[following] if following is not None else ""
    if len(moment) > LONGEST_MOMENT or not (DATE.search(moment) and TIME_OF_DAY.search(moment)):
        return False
    below = lines[start + 2 : start + 2 * MOST_BLOCK_LINES]
    seen = {kind for line in below for kind in bare_label_kinds(line[:LONGEST_LINE])}
    return {"to", "subject"} <= seen


def are_ruled_fields(lines: Sequence[str], start: int) -> bool:
    """The same below a rule, as Hotmail and Outlook on the web have it, with marks or without."""
    if not _RULE.match(lines[start][:LONGEST_LINE]):
        return False
    following = next_text(lines, start + 1)
    if following is None or following > start + 3:
        return False
    return are_fields([QUOTE_MARKS.sub("", line) for line in lines[following : following + MOST_BLOCK_LINES]], 0)
