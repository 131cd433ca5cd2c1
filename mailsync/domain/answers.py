"""Answers typed into what is quoted: lines that the quoted mail, which is stored here, does not have.

From: Rep …                        introduces
Can you deliver in May?            known to the parent
Yes, by the twelfth.               the author's
What about the price?              known to the parent
From: Jane …                       a mail that the parent did not quote: nothing below is told apart
"""

import re
from collections.abc import Sequence

from mailsync.domain.quotations import attribution, is_divider, is_forward
from mailsync.domain.quoted_fields import MOST_BLOCK_LINES, QUOTE_MARKS
from mailsync.domain.reply_phrases import label_kinds
from timeline.domain.quoting import ParentWords

_RULE = re.compile(r"[-–—_=*]{1,80}(?: [-–—]{1,2})?\s*\Z")
_TELLING_WORDS = 4
"""Of a line that shows by itself that it is the parent's that is quoted."""

_TELLING_LINES = 2
_MOST_DEPTH = 1


def without_answers(lines: Sequence[str], marks: Sequence[bool], parent: ParentWords) -> tuple[list[str], list[bool]]:
    """The lines and their `marks`, both taken off the quoted ones that are the author's beside the parent's words."""
    quoted = [number for number, is_quotation in enumerate(marks) if is_quotation]
    bare = [QUOTE_MARKS.sub("", lines[number]) for number in quoted]
    known = parent.known(bare)
    told = [line for line, is_known in zip(bare, known, strict=True) if is_known and line.strip()]
    if len(told) < _TELLING_LINES and not any(len(line.split()) >= _TELLING_WORDS for line in told):
        return list(lines), list(marks)
    bared, kept = list(lines), list(marks)
    has_heading = False
    place = 0
    while place < len(quoted):
        if known[place] or _depth(lines[quoted[place]]) > _MOST_DEPTH:
            place += 1
        elif length := _heading(bare, place):
            if has_heading:
                break
            has_heading = True
            place += length
        else:
            bared[quoted[place]], kept[quoted[place]] = bare[place], False
            place += 1
    for number, line in enumerate(bared[:-1]):
        if kept[number] and not kept[number + 1] and _RULE.match(line):
            kept[number] = False  # a delimiter belongs to the signature below it
    return bared, kept


def _depth(line: str) -> int:
    marks = QUOTE_MARKS.match(line)
    return sum(mark in ">＞" for mark in marks[0]) if marks else 0


def _heading(lines: Sequence[str], start: int) -> int:
    """How many lines what introduces a quoted mail takes; 0 where it does not begin there."""
    if length := attribution(lines, start):
        return length
    if not (is_divider(lines, start) or is_forward(lines, start)):
        return 0
    number = start if label_kinds(lines[start]) else start + 1
    end = min(start + MOST_BLOCK_LINES, len(lines))
    last = start + 1
    while number < end:
        if label_kinds(lines[number]):
            last = number + 1
        elif lines[number].strip() and not label_kinds(lines[number - 1]):
            break  # a value wraps onto one line
        elif lines[number].strip():
            last = number + 1
        number += 1
    return last - start
