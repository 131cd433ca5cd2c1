"""Splits a mail's text into what its author wrote, what is quoted, and the signature, in one pass over the lines.

    Thanks, works for me.            new
    --                               signature: a delimiter, a device's line, a list's footer
    Jane Doe, Globex
    On Mon, 2 Nov 2026 Bob wrote:    quoted: an introduction, then `>` lines, or everything to the end
    > Does Tuesday work?
    Yes, Tuesday.                    new again: an answer between quotes

Rather too much is kept than a word lost: a forward stays whole, and where nothing but quotes stands, all of it does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress, groupby, islice, takewhile

from mailsync.domain.answers import without_answers
from mailsync.domain.edges import signed_from
from mailsync.domain.quotations import (
    attribution,
    is_above_quotes,
    is_answer_line,
    is_divider,
    is_forward,
    is_plain,
    is_quoted,
    is_spilled,
    may_head_typed_list,
    opens_quoted_forward,
    with_own_lines,
)
from mailsync.domain.quoted_fields import next_text
from mailsync.domain.signatures import without_signature
from timeline.domain.learned import NOTHING, LinesOf
from timeline.domain.quoting import ParentWords


@dataclass(frozen=True, slots=True)
class Reply:
    """`new_text` is what the author wrote, without signature; never empty where there was text.

    `authored` is what rules may judge an author by: signature included, nothing forwarded; empty where all is quoted.
    `beside_learned` is the same without the lines that were learned to be nobody's.
    """

    new_text: str
    signature: str = ""
    quoted: str = ""
    authored: str = ""
    beside_learned: str = ""


def split_reply(
    text: str,
    *,
    is_forwarding: bool = False,
    is_answer: bool | None = None,
    author: str = "",
    parent: ParentWords | None = None,
    learned: LinesOf = NOTHING,
) -> Reply:
    """`text` (lines ended by newlines) split.

    `is_forwarding` where the subject says so: what is below then stays. `is_answer` says whether the mail answers one;
    what a mail that answers nothing holds below header fields, and what it marks without an introduction, is the
    author's to show. None where that is not known. `author` is the author's name and address, where known. What is
    quoted beyond the words of `parent`, the mail that is answered, is the author's. What is `learned` of the lines
    around its author's words is not theirs, but where nothing else stands there.
    """
    lines = with_own_lines(text.split("\n"))
    marker = _Marker(lines, is_forwarding=is_forwarding or is_answer is False, is_answer=is_answer)
    marks = marker.marked()
    if parent is not None and True in marks:
        lines, marks = without_answers(lines, marks, parent)
    bodies: list[str] = []
    signatures: list[str] = []
    own: list[str] = []
    for number, segment in enumerate(_own_segments(marks[: marker.forward_at], lines[: marker.forward_at])):
        body, signature, ending = _parted(segment, author, learned, is_first=number == 0)
        bodies += [*body, ""]
        signatures += [*signature, *ending]
        own += [*body, *signature, ""]
    bodies += lines[marker.forward_at :]
    new_text = _joined(bodies)
    authored = _joined(compress(lines, marker.own()))
    if learned and not new_text:
        whole = split_reply(text, is_forwarding=is_forwarding, is_answer=is_answer, author=author, parent=parent)
        return replace(whole, beside_learned=_joined(own))
    return Reply(
        new_text=new_text or text.strip("\n"),
        signature=_joined(signatures) if new_text else "",
        quoted=_joined(compress(lines, marks)),
        authored=authored,
        beside_learned=_joined(own) if learned else authored,
    )


def _parted(
    segment: list[str], author: str, learned: LinesOf, *, is_first: bool
) -> tuple[list[str], list[str], list[str]]:
    """The lines that say something, those that sign them, and those that were learned to be nobody's."""
    if not learned:
        return *without_signature(segment, author), []
    end = learned.below(segment, signed_from=signed_from(segment, author))
    body, signature = without_signature(segment[:end], author)
    last = learned.below(body, signed_from=signed_from(body, author))
    first = learned.above(body[:last]) if is_first else 0
    return body[first:last], signature, [*body[:first], *body[last:], *segment[end:]]


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

    def __init__(self, lines: Sequence[str], *, is_forwarding: bool, is_answer: bool | None) -> None:
        self._lines = lines
        self._is_forwarding = is_forwarding
        self._is_answer = is_answer
        self._marks = [False] * len(lines)
        quoted = sum([is_quoted(line) for line in lines if ">" in line or "＞" in line or "|" in line])
        self._has_marks = quoted > 0
        # One marked line alone may be a person's arrow.
        self._has_quotes = quoted > 1
        self.forward_at = len(lines)
        """The line from which on all is forwarded."""

    def own(self) -> list[bool]:
        """Which lines are the author's, forwards not counted; after `marked`."""
        return [not is_quotation and number < self.forward_at for number, is_quotation in enumerate(self._marks)]

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
            return self._step_over_marks(number)
        if is_forward(lines, number):
            return self._forward(number)
        if is_divider(lines, number):
            return 1 if self._is_help_desks_line(number) else self._all_below(number)
        return self._step_over_attribution(number)

    def _step_over_marks(self, number: int) -> int:
        lines = self._lines
        if not self._is_introduced(number):
            if opens_quoted_forward(lines, number):
                return self._forward(number)
            if self._is_typed(number):
                return sum(1 for _ in takewhile(is_quoted, islice(lines, number, None)))
        self._mark(number, number + int(self._has_quotes))
        return 1

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
        self.forward_at = number
        return 0

    def _is_typed(self, number: int) -> bool:
        """Whether marks that nothing introduces are the author's: nothing is answered, or a line heads them."""
        if self._is_answer is None:
            return number > 0 and may_head_typed_list(self._lines[number - 1])
        return not self._is_answer

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
