"""`import_crm`: a folder of CSV files into an organization's CRM, every row either imported or reported.

accounts ──▶ contacts ──▶ leads ──▶ opportunities ──▶ opportunity_contact_roles     each by external id, so repeatable

Records that a later file no longer names stay as they are: a file may be a part of the CRM, and a record that is gone
takes a person's timeline with it. The addresses of a contact or lead, the domain of an account and the roles of a deal
are each one value, replaced by what the file says.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accounts.models import Organization
from crm.domain.csv_rows import (
    ACCOUNTS,
    ALL_FILES,
    CONTACT_ROLES,
    CONTACTS,
    LEADS,
    OPPORTUNITIES,
    FileKind,
    Problem,
    absent_columns,
    read_rows,
)
from crm.domain.csv_values import shown
from crm.services.intake import FileReport, Intake, batches
from crm.signals import customers_changed

_ROWS_AT_ONCE = 1_000
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
Write = Callable[[Sequence[Any], FileReport], None]


class NothingToImport(Exception):
    """The folder holds none of the five files, or is none."""


@dataclass(slots=True)
class ImportReport:
    """What became of a folder; `is_clean` where every row of every file is in the CRM."""

    files: list[FileReport] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        return [problem for file in self.files for problem in file.problems]

    @property
    def is_clean(self) -> bool:
        return not self.problems


def import_folder(
    *, organization: Organization, folder: Path, on_file: Callable[[FileReport], None] = lambda _: None
) -> ImportReport:
    """Import what of the five files `folder` holds; `on_file` is told after each.

    Good rows are imported beside bad ones. Raises NothingToImport.
    """
    present = {kind.name for kind in ALL_FILES if (folder / kind.name).exists()}
    if not present:
        names = ", ".join(kind.name for kind in ALL_FILES)
        raise NothingToImport(f"{folder} holds none of {names}." if folder.is_dir() else f"{folder} is not a folder.")
    intake = Intake(organization, source="csv")
    steps: tuple[tuple[FileKind[Any], Write, int | None], ...] = (
        (ACCOUNTS, intake.accounts, _ROWS_AT_ONCE),
        (CONTACTS, intake.contacts, _ROWS_AT_ONCE),
        (LEADS, intake.leads, _ROWS_AT_ONCE),
        (OPPORTUNITIES, intake.opportunities, _ROWS_AT_ONCE),
        (CONTACT_ROLES, intake.contact_roles, None),
    )
    report = ImportReport()
    for kind, write, at_once in steps:
        if kind.name in present:
            report.files.append(_import_file(kind, folder / kind.name, write, at_once))
            on_file(report.files[-1])
    if intake.changes:
        customers_changed.send(sender=Intake, changes=intake.changes)
    return report


def _import_file(kind: FileKind[Any], path: Path, write: Write, at_once: int | None) -> FileReport:
    report = FileReport(kind.name)
    try:
        with path.open("rb") as binary:
            if binary.read(2) in _UTF_16_MARKS:
                report.problems.append(Problem(kind.name, 0, "the file is UTF-16: save it as UTF-8"))
                return report
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
            report.absent = absent_columns(kind, lines.readline())
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
            rows = _good_rows(kind, read_rows(kind, lines), report.problems)
            for some in batches(rows, at_once) if at_once else [list(rows)]:
                write(some, report)
    except OSError as error:
        report.problems.append(Problem(kind.name, 0, f"the file cannot be read ({error.strerror})"))
    report.problems.sort(key=lambda problem: problem.line)
    return report


def _good_rows(kind: FileKind[Any], rows: Iterator[Any | Problem], problems: list[Problem]) -> Iterator[Any]:
    """Without problems, and without rows whose id an earlier line has: the first one counts."""
    lines: dict[tuple[str, ...], int] = {}
    for row in rows:
        if isinstance(row, Problem):
            problems.append(row)
        elif (earlier := lines.setdefault(row.key, row.line)) != row.line:
            ids = " and ".join(shown(part) for part in row.key)
            problems.append(Problem(kind.name, row.line, f"the Id {ids} stands on line {earlier} already"))
        else:
            yield row
