"""A CSV file as a source of records, which alone knows on which line each of them stands.

file ──▶ rows ──▶ records, each key once ──▶ the intake
           │                                    │
           └──▶ problems, by line ◀── refuse ───┘  a record that names another which the CRM never gave
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from crm.domain.records import ContactRoleRecord, CustomerRecord, Key, Refusal
from crm.sources.csv.parse import NAMED, Cells, FileKind
from crm.sources.csv.reading import BrokenRecord, Record, read_records
from crm.sources.csv.values import shown

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
AnyRecord = TypeVar("AnyRecord", bound=CustomerRecord | ContactRoleRecord)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line of a file, counted from 1; line 0 is the file as a whole."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.sentence}."


class CsvFile(Generic[AnyRecord]):
    """One file of an export; `problems` and `absent` are complete once `records` was read to its end."""

    def __init__(self, kind: FileKind[AnyRecord], folder: Path) -> None:
        self.name = kind.name
        self.problems: list[Problem] = []
        self.absent: tuple[str, ...] = ()
        """Columns that a file may lack and this one lacks: they are read as empty."""
        self._kind = kind
        self._path = folder / kind.name
        self._lines: dict[Key, int] = {}

    def records(self) -> Iterator[AnyRecord]:
        """Every good record in the order of the lines; of several with one key the first."""
        try:
            with self._path.open("rb") as binary:
                if binary.read(2) in _UTF_16_MARKS:
                    self._tell(0, "the file is UTF-16: save it as UTF-8")
                    return
            # One byte that is not UTF-8 so spoils one line.
            with self._path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
                yield from self._read(read_records(lines))
        except OSError as error:
            self._tell(0, f"the file cannot be read ({error.strerror})")

    def refuse(self, refusal: Refusal) -> None:
        """Tell on the line of the record that it names another which was never imported."""
        column, noun = NAMED[refusal.reference]
        sentence = f"{column} {shown(refusal.external_id)} names no {noun} that was ever imported"
        self._tell(self._lines[refusal.record.key], sentence)

    def _tell(self, line: int, sentence: str) -> None:
        self.problems.append(Problem(self.name, line, sentence))

    def _read(self, rows: Iterator[Record | BrokenRecord]) -> Iterator[AnyRecord]:
        header = next(rows, None)
        if header is None:
            self._tell(0, "the file is empty: its first line names the columns")
            return
        try:
            columns = self._columns(_values(header))
        except ValueError as error:
            self._tell(header.line, str(error))
            return
        for row in rows:
            try:
                record = self._record(columns, _values(row))
                self._see(record.key, row.line)
            except ValueError as error:
                self._tell(row.line, str(error))
            else:
                yield record

    def _columns(self, header: tuple[str, ...]) -> list[str]:
        """The names of the columns, folded; raises ValueError where one is missing or there twice."""
        columns = [name.removeprefix("\ufeff").strip().strip('"').strip().lower() for name in header]
        self.absent = tuple(name for name in self._kind.optional if name.lower() not in columns)
        missing = [name for name in self._kind.required if name.lower() not in columns]
        wanted = {name.lower() for name in (*self._kind.required, *self._kind.optional)}
        twice = sorted({name for name in columns if name in wanted and columns.count(name) > 1})
        if missing:
            sentence = f"the first line lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}"
            if len(columns) == 1 and any(mark in header[0] for mark in ";\t|"):
                sentence += ": the columns must be separated by commas"
            raise ValueError(sentence)
        if twice:
            raise ValueError(f"the first line names a column twice: {', '.join(twice)}")
        return columns

    def _record(self, columns: list[str], values: tuple[str, ...]) -> AnyRecord:
        if len(values) != len(columns):
            raise ValueError(f"it has {len(values)} values where the first line names {len(columns)} columns")
        for value in values:
            if "\x00" in value:
                raise ValueError("it holds a NUL byte")
            if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
                raise ValueError("it is not UTF-8: save the file in that encoding")
        return self._kind.make(Cells(columns, values))

    def _see(self, key: Key, line: int) -> None:
        """Note where a record stands; raises ValueError where an earlier line has its key."""
        earlier = self._lines.setdefault(key, line)
        if earlier != line:
            raise ValueError(f"the Id {' and '.join(map(shown, key))} stands on line {earlier} already")


def _values(row: Record | BrokenRecord) -> tuple[str, ...]:
    if isinstance(row, BrokenRecord):
        raise ValueError(row.sentence)  # noqa: TRY004 - what is broken is the line
    return row.values
