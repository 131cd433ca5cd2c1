"""Splits a mail's text into what its author wrote, what is quoted, and the signature, in one pass over the lines.

    Thanks, works for me.            new
    --                               signature: a delimiter, a device's line, a list's footer
    Jane Doe, Globex
    On Mon, 2 Nov 2026 Bob wrote:    quoted: an introduction, then `>` lines, or everything to the end
    > Does Tuesday work?
    Yes, Tuesday.                    new again: an answer between quotes

Rather too much is kept than a word lost: a forward stays whole, and where nothing but quotes stands, all of it does.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, groupby

from mailsync.domain.quotations import (
    LONGEST_LINE,
    attribution,
    is_above_quotes,
    is_answer_line,
    is_divider,
    is_forward,
    is_plain,
    is_quoted,
    is_spilled,
    next_text,
    opens_quoted_forward,
    with_own_lines,
)
from mailsync.domain.reply_phrases import DEVICE_SIGNATURE, LIST_FOOTER, is_disclaimer

_DELIMITER = re.compile(r"\s{0,2}(?:--|– –|- -)\s*$")
_LOOSE_DELIMITER = re.compile(r"\s{0,2}(?:—|–|_{2,40})\s*$")
_MOST_SIGNATURE_LINES = 15
_MOST_LOOSE_LINES = 6
_LONGEST_LOOSE_LINE = 80
_FOOTER_RULE = re.compile(r"\s*[-_=*]{10,200}\s*$")
_MOST_FOOTER_LINES = 12
_LONGEST_DEVICE_LINE = 120
_MOST_DISCLAIMERS = 6
_MOST_DISCLAIMER_LINES = 25
_DASHED_NAME = re.compile(r"[-–—]{1,2}\s?[^\W\d_][\w.'’-]{0,30}(?:\s[^\W\d_][\w.'’-]{0,30}){0,3}$")


@dataclass(frozen=True, slots=True)
class Reply:
    """`new_text` is what the author wrote, without signature; never empty where there was text.

    `authored` is what rules may judge an author by: signature included, nothing forwarded; empty where all is quoted.
    """

    new_text: str
    signature: str = ""
    quoted: str = ""
    authored: str = ""


def split_reply(text: str, *, is_forwarding: bool = False) -> Reply:
    """`text` (lines ended by newlines) split; `is_forwarding` where the subject says so: what is below then stays."""
    lines = with_own_lines(text.split("\n"))
    marker = _Marker(lines, is_forwarding=is_forwarding)
    marks = marker.marked()
    bodies: list[str] = []
    signatures: list[str] = []
    for segment in _own_segments(marks, lines):
        body, signature = _without_signature(segment)
        bodies += [*body, ""]
        signatures += signature
    new_text = _joined(bodies)
    return Reply(
        new_text=new_text or text.strip("\n"),
        signature=_joined(signatures) if new_text else "",
        quoted=_joined(compress(lines, marks)),
        authored=_joined(compress(lines, marker.own())),
    )


def _own_segments(marks: Sequence[bool], lines: list[str]) -> Iterator[list[str]]:
    """The lines between quotations."""
    if True not in marks:
        yield lines
        return
    for is_quotation, segment in groupby(zip(marks, lines, strict=True), key=lambda pair: pair[0]):
        if not is_quotation:
            yield [line for _, line in segment]


class _Marker:
    """Walks down the lines and marks the quoted ones."""

    def __init__(self, lines: Sequence[str], *, is_forwarding: bool) -> None:
        self._lines = lines
        self._is_forwarding = is_forwarding
        self._marks = [False] * len(lines)
        quoted = sum([is_quoted(line) for line in lines if ">" in line or "＞" in line or "|" in line])
        self._has_marks = quoted > 0
        # One marked line alone may be a person's arrow.
        self._has_quotes = quoted > 1
        self._forward_at = len(lines)

    def own(self) -> list[bool]:
        """Which lines are the author's, forwards not counted; after `marked`."""
        return [not is_quotation and number < self._forward_at for number, is_quotation in enumerate(self._marks)]

    def marked(self) -> list[bool]:
        number = 0
        while number < len(self._lines):
            line = self._lines[number]
            step = 1 if not line or line.isspace() else self._step(number)
            if not step:
                break
            number += step
        return self._marks

    def _step(self, number: int) -> int:
        """Judge the line and say how many lines to go on by; 0 where everything below is settled."""
        lines = self._lines
        if not self._has_marks and is_plain(lines, number):
            return 1
        if self._has_marks and is_quoted(lines[number]):
            if not self._is_introduced(number) and opens_quoted_forward(lines, number):
                return self._forward(number)
            self._mark(number, number + int(self._has_quotes))
            return 1
        if is_forward(lines, number):
            return self._forward(number)
        if is_divider(lines, number):
            return 1 if self._is_help_desks_line(number) else self._all_below(number)
        return self._step_over_attribution(number)

    def _is_help_desks_line(self, number: int) -> bool:
        return is_answer_line(self._lines[number]) and not any(line.strip() for line in self._lines[:number])

    def _step_over_attribution(self, number: int) -> int:
        lines = self._lines
        length = attribution(lines, number)
        if not length:
            if self._has_quotes and is_spilled(lines, number):
                self._mark(number, number + 1)
            return 1
        following = next_text(lines, number + length)
        if following is not None and not is_above_quotes(lines, number + length):
            return self._all_below(number)
        self._mark(number, number + length if following is None else following + 1)
        return length

    def _all_below(self, number: int) -> int:
        if self._is_forwarding:
            return self._forward(number)
        self._mark(number, len(self._lines))
        return 0

    def _forward(self, number: int) -> int:
        self._forward_at = number
        return 0

    def _mark(self, start: int, end: int) -> None:
        self._marks[start:end] = [True] * (end - start)

    def _is_introduced(self, number: int) -> bool:
        """Whether the last text above is quoted or introduces quotes."""
        above = number - 1
        while above >= 0 and number - above < 6 and not self._lines[above].strip():  # noqa: PLR2004 - as next_text looks
            above -= 1
        return self._marks[number] or (above >= 0 and self._marks[above])


def _joined(lines: Iterable[str]) -> str:
    """The lines with one blank line at most between them."""
    kept: list[str] = []
    is_after_text = False
    for line in lines:
        is_text = bool(line) and not line.isspace()
        if is_text or is_after_text:
            kept.append(line)
        is_after_text = is_text
    return "\n".join(kept).strip("\n")


def _without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines above, and from, what follows a delimiter, a device's line at the end, and a list's footer."""
    end = _before_list_footer(lines)
    end = _before_disclaimers(lines, end)
    end = _before_delimiter(lines, end)
    end = _before_device_lines(lines, end)
    return lines[:end], lines[end:]


def _before_list_footer(lines: Sequence[str]) -> int:
    for number in range(len(lines) - 1, max(-1, len(lines) - _MOST_FOOTER_LINES), -1):
        if _FOOTER_RULE.match(lines[number]) and LIST_FOOTER.search("\n".join(lines[number:])[:2_000]):
            return number
    return len(lines)


def _before_disclaimers(lines: Sequence[str], end: int) -> int:
    """Above the last paragraphs as long as each is a legal one, and never above the first."""
    kept = end
    for _ in range(_MOST_DISCLAIMERS):
        while end > 0 and not lines[end - 1].strip():
            end -= 1
        start = end
        while start > 0 and end - start < _MOST_DISCLAIMER_LINES and lines[start - 1].strip():
            start -= 1
        is_whole_paragraph = start > 0 and not lines[start - 1].strip()
        if not is_whole_paragraph or not is_disclaimer("\n".join(lines[start:end])):
            break
        kept = end = start
    return kept


def _before_delimiter(lines: Sequence[str], end: int) -> int:
    """Above the last delimiter that has no more than a signature's lines below it."""
    below: list[str] = []
    for number in range(end - 1, -1, -1):
        line = lines[number]
        if not line[:1].isalnum():  # most lines begin so, and no delimiter
            if _DELIMITER.match(line) or (_LOOSE_DELIMITER.match(line) and below and _is_short(below)):
                return number
            if not line.strip():
                continue
        below.append(line)
        if len(below) > _MOST_SIGNATURE_LINES:
            break
    return end


def _is_short(below: Sequence[str]) -> bool:
    return len(below) <= _MOST_LOOSE_LINES and all(len(line) <= _LONGEST_LOOSE_LINE for line in below)


def _before_device_lines(lines: Sequence[str], end: int) -> int:
    while end > 0:
        last = lines[end - 1][:LONGEST_LINE].strip()
        is_alone = end > 1 and not lines[end - 2].strip()
        is_device = len(last) < _LONGEST_DEVICE_LINE and bool(DEVICE_SIGNATURE.match(last))
        if last and not is_device and not (is_alone and _DASHED_NAME.match(last)):
            return end
        end -= 1
    return end
