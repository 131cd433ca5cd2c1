"""Recognizes what introduces quoted mail: “On … wrote:” over one line or several, and header fields line by line."""

import re
from collections.abc import Iterator, Sequence
from string import digits

from mailsync.domain.quoted_fields import (
    LONGEST_LINE,
    LONGEST_MOMENT,
    MOST_BLOCK_LINES,
    QUOTE_MARKS,
    are_fields,
    are_ruled_fields,
    is_notes_heading,
    next_text,
)
from mailsync.domain.reply_phrases import (
    ADDRESS,
    ANSWER_LINE,
    ATTRIBUTION_BARE,
    ATTRIBUTION_END,
    ATTRIBUTION_MIDDLE,
    ATTRIBUTION_QUOTING,
    ATTRIBUTION_START,
    ATTRIBUTION_WHOLE,
    DATE,
    DIVIDER,
    DIVIDER_BEFORE_FIELDS,
    DIVIDER_WITHOUT_RULE,
    FORWARD,
    LONGEST_LABEL,
    TIME_OF_DAY,
    label_kinds,
    starts_attribution,
)

_LONGEST_ATTRIBUTION = 600
_LONGEST_VERB = 60
"""Characters that a closing verb takes, with colon and dashes."""
_MOST_ATTRIBUTION_LINES = 4
_QUOTED = re.compile(r"\s{0,3}[>＞]|\s{0,3}\|(?:\s|\Z)")
_ARROWS = "<<"
_PIPE = "|"
_MARKS = " >＞|\t"
_CLOSING = ":：-="
"""What ends an introduction that stands for itself."""
_ENDS_OF_RULES = ":：-=_*–—"
_LONGEST_ADDRESS = 320
_OPEN_ADDRESS = re.compile(r"<[\w.+'=-]{0,64}@?[\w.-]{0,255}\Z")
_REST_OF_INTRODUCTION = re.compile(r"\s{0,3}>\s?[^<>]{0,60}[:：]\s*\Z")
_LINK = re.compile(r"https?://\S")
_LONGEST_LINK = 2_000
_HAS_WORD = re.compile(r"\w")
_DIGIT = re.compile(r"\d")
_SHARED_LINE = re.compile(
    r"(?<=\S)(?:\s*-{2,3}\s*|\s+)"
    r"(?=(?:On|Am|Le|El|Em|Il|Op|Den)\s(?:[^\W\d_]{2,10},?\s|\d)[^\n]{8,300}[:：]\s*\Z)"
)


def is_quoted(line: str) -> bool:
    """Whether the line carries a quotation mark, and neither arrows on both sides nor the bars of a table."""
    if not _QUOTED.match(line) or _ARROWS in line[:LONGEST_LINE]:
        return False
    return not line.lstrip().startswith(_PIPE) or _PIPE not in line[:LONGEST_LINE].lstrip(_MARKS)


def may_head_typed_list(line: str) -> bool:
    """Whether a line that introduces no quotation heads what an author lists: it ends with a colon and names nobody."""
    return line.rstrip().endswith((":", "：")) and "@" not in line and not _DIGIT.search(line)


def is_plain(lines: Sequence[str], number: int) -> bool:
    """Whether a line shows at once that it introduces nothing, in a text of which no line is quoted.

    It begins with a letter, holds no colon, address or digit and no rule at its end, is no divider and opens no
    forward, begins no introduction that wraps, and no moment of Notes' heading stands below it. Most lines are so, and
    looking closer takes ten times as long.
    """
    line = lines[number]
    if not line[0].isalpha() or _is_telling(line) or line.rstrip()[-1] in _ENDS_OF_RULES:
        return False
    if starts_attribution(line) or DIVIDER_WITHOUT_RULE.match(line) or is_forward(lines, number):
        return False
    following = next_text(lines, number + 1)
    return following is None or not _DIGIT.search(lines[following], 0, LONGEST_MOMENT)


def _is_telling(line: str) -> bool:
    """Whether a line holds a colon, an address's mark or a digit. `in` takes a tenth of what a pattern takes."""
    if ":" in line or "@" in line or "：" in line:
        return True
    return any(map(line.__contains__, digits)) or (not line.isascii() and bool(_DIGIT.search(line)))


def is_divider(lines: Sequence[str], number: int) -> bool:
    """“-----Original Message-----”, or a quoted mail's header fields, with or without a rule above them."""
    if DIVIDER.match(lines[number][:LONGEST_LINE]) or are_fields(lines, number) or are_ruled_fields(lines, number):
        return True
    return is_notes_heading(lines, number)


def is_answer_line(line: str) -> bool:
    """A help desk's line above which answers go: at the very top of a mail it is the help desk that speaks below."""
    return bool(ANSWER_LINE.match(line[:LONGEST_LINE]))


def is_forward(lines: Sequence[str], number: int) -> bool:
    """“---------- Forwarded message ----------”."""
    return bool(FORWARD.match(lines[number][:LONGEST_LINE]))


def opens_quoted_forward(lines: Sequence[str], number: int) -> bool:
    """A forward that is itself quoted, as Apple Mail writes it: with its opening or From above."""
    bare = [QUOTE_MARKS.sub("", line) for line in lines[number : number + MOST_BLOCK_LINES]]
    return is_forward(bare, 0) or ("from" in label_kinds(bare[0]) and are_fields(bare, 0))


def is_spilled(lines: Sequence[str], number: int) -> bool:
    """The rest of a quoted link that was wrapped without its mark, between quoted lines."""
    if not 0 < number < len(lines) - 1 or not (is_quoted(lines[number - 1]) and is_quoted(lines[number + 1])):
        return False
    bare = lines[number].strip()
    if bare.startswith(("(http", "<http")):
        return True
    above = lines[number - 1][-_LONGEST_LINK:].split()
    return not any(character.isspace() for character in bare) and bool(above) and bool(_LINK.search(above[-1]))


def with_own_lines(lines: Sequence[str]) -> list[str]:
    """The lines, an introduction that shares its line with the author's last words on one of its own."""
    separated: list[str] = []
    for line in _with_whole_addresses(lines):
        divided = None if line[:1].isalnum() else DIVIDER_BEFORE_FIELDS.match(line[:LONGEST_LINE])
        if divided:
            separated += [line[: divided.end()].rstrip(), line[divided.end() :]]
            continue
        may_share = len(line) < LONGEST_LINE and line.rstrip().endswith((":", "：")) and not is_quoted(line)
        shared = _SHARED_LINE.search(line) if may_share else None
        introduction = line[shared.end() :] if shared else ""
        if shared and _HAS_WORD.search(line, 0, shared.start()) and _introduces(introduction, is_above_quotes=False):
            separated += [line[: shared.start()], introduction]
        else:
            separated.append(line)
    return separated


def _with_whole_addresses(lines: Sequence[str]) -> Iterator[str]:
    """The lines, the end of an introduction that wrapped within its address back in its place."""
    open_one = ""
    for line in lines:
        if open_one and _REST_OF_INTRODUCTION.match(line[:LONGEST_LINE]):
            open_one += line.strip()
            continue
        if open_one:
            yield open_one
        is_open = "<" in line and _OPEN_ADDRESS.search(line[-LONGEST_LABEL - _LONGEST_ADDRESS :])
        open_one = line if is_open else ""
        if not open_one:
            yield line
    if open_one:
        yield open_one


def attribution(lines: Sequence[str], start: int) -> int:
    """How many lines an introduction such as “On … wrote:” takes from `start`; 0 where there is none.

    One with two of address, date, time and a usual beginning stands for itself; any other needs quoted lines below.
    """
    first = lines[start]
    if len(first) > _LONGEST_ATTRIBUTION:
        return 0
    may_wrap = bool(ATTRIBUTION_START.match(first)) or _may_begin(first)
    joined = ""
    for number in range(start, min(start + (_MOST_ATTRIBUTION_LINES if may_wrap else 1), len(lines))):
        if not lines[number].strip() or (number > start and is_quoted(lines[number])):
            break
        joined = f"{joined} {lines[number].strip()}".strip()
        if len(joined) > _LONGEST_ATTRIBUTION:
            break
        if _introduces(joined, is_above_quotes=is_above_quotes(lines, number + 1)):
            return 0 if _begins_later(lines, start, number + 1) else number + 1 - start
    return 0


def _begins_later(lines: Sequence[str], start: int, end: int) -> bool:
    """Whether the first line is the author's own, and a later one begins what introduces by itself."""
    first = lines[start]
    if end - start == 1 or DATE.search(first) or TIME_OF_DAY.search(first) or "@" in first:
        return False
    laters = (" ".join(map(str.strip, lines[later:end])) for later in range(start + 1, end))
    return any(ATTRIBUTION_START.match(later) and _stands_for_itself(later) for later in laters)


def _may_begin(first: str) -> bool:
    """Whether a line has two of address, date and time, or a sender and a verb, as the first of an introduction has."""
    has_address = "@" in first and bool(ADDRESS.search(first))
    if has_address and ATTRIBUTION_MIDDLE.search(f"{first} :"):
        return True
    has_time = bool(TIME_OF_DAY.search(first))
    return (has_address and has_time) or ((has_address or has_time) and bool(DATE.search(first)))


def is_above_quotes(lines: Sequence[str], start: int) -> bool:
    """Whether the next text at or after `start` is quoted."""
    following = next_text(lines, start)
    return following is not None and is_quoted(lines[following])


def _introduces(joined: str, *, is_above_quotes: bool) -> bool:
    if not is_above_quotes and joined[-1] not in _CLOSING:
        return False
    if _is_attribution(joined):
        return is_above_quotes or _stands_for_itself(joined)
    return is_above_quotes and joined.endswith(">") and bool(DATE.match(joined)) and bool(ADDRESS.search(joined))


def _is_attribution(joined: str) -> bool:
    if ATTRIBUTION_END.search(joined, max(0, len(joined) - _LONGEST_VERB)):
        return True
    if joined[-1] not in ":：":
        return False
    if ATTRIBUTION_MIDDLE.search(joined) or ATTRIBUTION_QUOTING.match(joined):
        return True
    return bool(ATTRIBUTION_BARE.search(joined)) and bool(DATE.search(joined) or TIME_OF_DAY.search(joined))


def _stands_for_itself(joined: str) -> bool:
    if ATTRIBUTION_WHOLE.match(joined):
        return True
    marks = (ADDRESS.search(joined), TIME_OF_DAY.search(joined), DATE.search(joined), ATTRIBUTION_START.match(joined))
    return sum(mark is not None for mark in marks) >= 2  # noqa: PLR2004 - one alone is in people's sentences too
