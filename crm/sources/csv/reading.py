"""CSV as people hand it over: every record with the line it began on, and every broken one told, none swallowed.

lines ──▶ csv, one record at a time ──▶ Record(line, values)
              │ quote never closed, text after a quote, field too long
              └──▶ BrokenRecord(line, sentence); reading goes on with the very next line
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST_RECORD = 200
"""Lines of one record. A quote that is still open after so many was never closed."""

LONGEST_LINE = 1_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """The values of one record and the line that it began on, counted from 1."""

    line: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A line that is not CSV, and what is wrong with it."""

    line: int
    sentence: str


def read_records(lines: Iterable[str]) -> Iterator[Record | BrokenRecord]:
    """Read RFC 4180 records; blank lines are passed over. `lines` keep their line ends."""
    source = iter(lines)
    ahead: deque[str] = deque()
    number = 1
    while ahead or _fetch(source, ahead):
        taken, record = _read(number, ahead, source)
        if record is not None:
            yield record
        # What the record did not use is read again: nothing behind a broken line is lost.
        for _ in range(taken):
            ahead.popleft()
        number += taken


def _fetch(source: Iterator[str], ahead: deque[str]) -> bool:
    """Move one line from `source` to the end of `ahead`; false at the end of the file."""
    line = next(source, None)
    if line is not None:
        ahead.append(line)
    return line is not None


def _read(number: int, ahead: deque[str], source: Iterator[str]) -> tuple[int, Record | BrokenRecord | None]:
    """The record that begins with the first line of `ahead`, and how many lines it took; `ahead` grows as needed."""
    first = ahead[0]
    if not first.strip():
        return 1, None
    if len(first) > LONGEST_LINE:
        return 1, BrokenRecord(number, f"the line is longer than {LONGEST_LINE:,} characters")

    def feed() -> Iterator[str]:
        for place in range(LONGEST_RECORD):
            if place < len(ahead) or _fetch(source, ahead):
                yield ahead[place]

    reader = csv.reader(feed(), strict=True)
    try:
        values = next(reader)
    except csv.Error as error:
        return 1, BrokenRecord(number, _sentence(error))
    return reader.line_num, Record(number, tuple(values))


def _sentence(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end" in text:
        return "a quotation mark is opened and never closed"
    if "expected after" in text:
        return "there is text after a closing quotation mark: a quotation mark within a value is written twice"
    if "field limit" in text:
        return f"a value is longer than {csv.field_size_limit():,} characters"
    return f"it cannot be read as CSV ({text})"
