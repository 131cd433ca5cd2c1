"""Splits a mail's text into what its author wrote, what is quoted, and the signature, in one pass over the lines.

    Thanks, works for me.            new
    Jane
    --                               signature: a delimiter, a device's line, a list's footer
    Jane Doe, Globex
    On Mon, 2 Nov 2026 Bob wrote:    quoted: an introduction, then `>` lines, or everything to the end
    > Does Tuesday work?
    Yes, Tuesday.                    new again: an answer between quotes

Rather too much is kept than a word lost: a forward stays whole, and where nothing but quotes stands, all of it does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from mailsync.domain.reply_phrases import (
    ADDRESS,
    ATTRIBUTION_BARE,
    ATTRIBUTION_END,
    ATTRIBUTION_MIDDLE,
    ATTRIBUTION_START,
    DATE,
    DEVICE_SIGNATURE,
    DIVIDER,
    FORWARD,
    LIST_FOOTER,
    TIME_OF_DAY,
    label_kinds,
)

_LONGEST_LINE = 1_000
_LONGEST_ATTRIBUTION = 600
_MOST_ATTRIBUTION_LINES = 4
_MOST_BLOCK_LINES = 14
_QUOTED = re.compile(r"\s{0,3}[>＞]|\s{0,3}\|\s")
_RULE = re.compile(r"\s*(?:_{10,}|-{20,}|={20,}|[-_=*]{30,})\s*$")
_DELIMITER = re.compile(r"\s{0,2}(?:--|—|– –|- -|__)\s*$")
_DASHED_NAME = re.compile(r"[-–—]{1,2}\s?[^\W\d_][\w.'’-]{0,30}(?:\s[^\W\d_][\w.'’-]{0,30}){0,3}$")


class _Kind(Enum):
    NEW = auto()
    QUOTED = auto()


@dataclass(frozen=True, slots=True)
class Reply:
    """`new_text` is what the author wrote, without signature; never empty where there was text."""

    new_text: str
    signature: str = ""
    quoted: str = ""


def split_reply(text: str, *, is_forward: bool = False) -> Reply:
    """`text` (lines ended by newlines) split; `is_forward` where the subject says so: what is below then stays."""
    lines = text.split("\n")
    kinds = _sorted_lines(lines, is_forward=is_forward)
    new = [number for number, kind in enumerate(kinds) if kind is _Kind.NEW]
    written = _joined(lines[number] for number in new)
    if not written:
        return Reply(new_text=text.strip("\n"))
    body, signature = _without_signature(written)
    quoted = _joined(line for line, kind in zip(lines, kinds, strict=True) if kind is _Kind.QUOTED)
    return Reply(body, signature, quoted)


def authored_part(text: str) -> str:
    """What stands above anything quoted or forwarded, and between quotes: for rules that judge an author's own words."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if FORWARD.match(line[:_LONGEST_LINE]) or _header_block(lines, number):
            lines = lines[:number]
            break
    kept = "\n".join(lines)
    return split_reply(kept).new_text if kept.strip() and _has_own_line(lines) else ""


def _has_own_line(lines: Sequence[str]) -> bool:
    return any(line.strip() and not _QUOTED.match(line) for line in lines)


def _sorted_lines(lines: Sequence[str], *, is_forward: bool) -> list[_Kind]:
    kinds = [_Kind.NEW] * len(lines)
    number = 0
    while number < len(lines):
        line = lines[number][:_LONGEST_LINE]
        if not line or line.isspace():
            number += 1
            continue
        if _QUOTED.match(line):
            kinds[number] = _Kind.QUOTED
            number += 1
            continue
        if FORWARD.match(line):
            break
        if DIVIDER.match(line) or _header_block(lines, number) or _ruled_header_block(lines, number):
            if not is_forward:
                _mark(kinds, number, len(lines))
            break
        length = _attribution(lines, number)
        if length:
            following = _next_text(lines, number + length)
            _mark(kinds, number, number + length)
            if following is not None and not _QUOTED.match(lines[following]):
                if is_forward:
                    kinds[number : number + length] = [_Kind.NEW] * length
                else:
                    _mark(kinds, number, len(lines))
                break
            number += length
            continue
        number += 1
    return kinds


def _mark(kinds: list[_Kind], start: int, end: int) -> None:
    kinds[start:end] = [_Kind.QUOTED] * (end - start)


def _attribution(lines: Sequence[str], start: int) -> int:
    """How many lines an introduction such as “On … wrote:” takes from `start`; 0 where there is none.

    One with an address or a time of day stands for itself; any other needs quoted lines after it.
    """
    first = lines[start]
    if len(first) > _LONGEST_ATTRIBUTION:
        return 0
    may_wrap = bool(ATTRIBUTION_START.match(first)) or (bool(DATE.search(first)) and bool(ADDRESS.search(first)))
    joined = ""
    for length in range(1, _MOST_ATTRIBUTION_LINES + 1):
        number = start + length - 1
        if number >= len(lines) or not lines[number].strip() or (length > 1 and _QUOTED.match(lines[number])):
            return 0
        joined = f"{joined} {lines[number].strip()}".strip()
        if len(joined) > _LONGEST_ATTRIBUTION:
            return 0
        if _is_attribution(joined):
            following = _next_text(lines, number + 1)
            is_before_quotes = following is not None and bool(_QUOTED.match(lines[following]))
            return length if is_before_quotes or _stands_for_itself(joined) else 0
        if not may_wrap:
            return 0
    return 0


def _is_attribution(joined: str) -> bool:
    if joined[-1] not in ":：-=" and not ATTRIBUTION_END.search(joined):
        return False
    if ATTRIBUTION_END.search(joined) or ATTRIBUTION_MIDDLE.search(joined):
        return True
    return bool(ATTRIBUTION_BARE.search(joined)) and bool(DATE.search(joined) or TIME_OF_DAY.search(joined))


def _stands_for_itself(joined: str) -> bool:
    if joined[-1] not in ":：-=":
        return False
    marks = (ADDRESS.search(joined), TIME_OF_DAY.search(joined), DATE.search(joined), ATTRIBUTION_START.match(joined))
    return sum(mark is not None for mark in marks) >= 2  # noqa: PLR2004 - one alone is in people's sentences too


def _header_block(lines: Sequence[str], start: int) -> bool:
    """A quoted mail's header fields line by line, as Outlook puts them above it: From, Sent, To, Subject."""
    if not label_kinds(lines[start][:_LONGEST_LINE]):
        return False
    kinds: set[str] = set()
    has_address = False
    strangers = 0
    for line in lines[start : start + _MOST_BLOCK_LINES]:
        found = label_kinds(line[:_LONGEST_LINE])
        if found:
            kinds |= found if len(found) == 1 or not found & kinds else found - kinds or found
        elif line.strip():
            strangers += 1
            if strangers > 3:  # noqa: PLR2004 - a long list of recipients wraps
                break
        has_address = has_address or bool(found and ADDRESS.search(line))
    return "from" in kinds and len(kinds - {"cc"}) >= 3 and ("subject" in kinds or has_address)  # noqa: PLR2004


def _ruled_header_block(lines: Sequence[str], start: int) -> bool:
    """Outlook's rule above the header block."""
    if not _RULE.match(lines[start][:_LONGEST_LINE]):
        return False
    following = _next_text(lines, start + 1)
    return following is not None and following <= start + 3 and _header_block(lines, following)


def _next_text(lines: Sequence[str], start: int) -> int | None:
    for number in range(start, min(start + 6, len(lines))):
        if lines[number].strip():
            return number
    return None


def _joined(lines: object) -> str:
    kept: list[str] = []
    for line in lines:  # type: ignore[attr-defined]
        if line.strip() or (kept and kept[-1].strip()):
            kept.append(line)
    return "\n".join(kept).strip("\n")


def _without_signature(text: str) -> tuple[str, str]:
    """The text without what follows a delimiter, a device's line at the end, and a list's footer."""
    lines = text.split("\n")
    end = _before_list_footer(lines)
    delimiter = _delimiter(lines, end)
    if delimiter is not None:
        end = delimiter
    end = _before_device_lines(lines, end)
    body = "\n".join(lines[:end]).strip("\n")
    return (body, "\n".join(lines[end:]).strip("\n")) if body.strip() else (text, "")


_LONGEST_SIGNATURE = 25


def _delimiter(lines: Sequence[str], end: int) -> int | None:
    """The last `-- ` that has at most a signature's lines below it."""
    for number in range(end - 1, max(-1, end - _LONGEST_SIGNATURE), -1):
        if _DELIMITER.match(lines[number]):
            return number
    return None


def _before_list_footer(lines: Sequence[str]) -> int:
    for number in range(len(lines) - 1, max(-1, len(lines) - 12), -1):
        if _RULE.match(lines[number]) and LIST_FOOTER.search("\n".join(lines[number:])[:2_000]):
            return number
    return len(lines)


def _before_device_lines(lines: Sequence[str], end: int) -> int:
    while end > 0:
        last = lines[end - 1].strip()
        if last and not (len(last) < 120 and DEVICE_SIGNATURE.match(last)):  # noqa: PLR2004 - one short line
            if not (_DASHED_NAME.match(last) and end > 1 and not lines[end - 2].strip()):
                return end
        end -= 1
    return end
