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
from core.chunks import chunks
from crm.services.intake import Intake, Written
from crm.signals import customers_changed
from crm.sources.csv.parse import ACCOUNTS, ALL_FILES, CONTACT_ROLES, CONTACTS, LEADS, OPPORTUNITIES, FileKind
from crm.sources.csv.source import CsvFile, Problem

_RECORDS_AT_ONCE = 1_000
Write = Callable[[CsvFile[Any], Intake], Iterator[Written]]


class NothingToImport(Exception):
    """The folder holds none of the five files, or is none."""


@dataclass(slots=True)
class FileReport:
    """What became of one file, in records; every line that is not counted is a problem."""

    file: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    absent: tuple[str, ...] = ()


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
    report = ImportReport()
    for kind, write in _WRITES:
        if kind.name in present:
            report.files.append(_import_file(CsvFile(kind, folder), intake, write))
            on_file(report.files[-1])
    if intake.changes:
        customers_changed.send(sender=Intake, changes=intake.changes)
    return report


def _in_batches(write: Callable[[Intake, Sequence[Any]], Written]) -> Write:
    return lambda file, intake: (write(intake, some) for some in chunks(file.records(), _RECORDS_AT_ONCE))


def _as_a_whole(file: CsvFile[Any], intake: Intake) -> Iterator[Written]:
    """The roles of a deal are one value, so the file is read to its end before one is written."""
    roles = list(file.records())
    yield intake.contact_roles(roles, is_whole=not file.problems)


_WRITES: tuple[tuple[FileKind[Any], Write], ...] = (
    (ACCOUNTS, _in_batches(Intake.accounts)),
    (CONTACTS, _in_batches(Intake.contacts)),
    (LEADS, _in_batches(Intake.leads)),
    (OPPORTUNITIES, _in_batches(Intake.opportunities)),
    (CONTACT_ROLES, _as_a_whole),
)


def _import_file(file: CsvFile[Any], intake: Intake, write: Write) -> FileReport:
    report = FileReport(file.name, problems=file.problems)
    for written in write(file, intake):
        report.new += written.new
        report.changed += written.changed
        report.unchanged += written.unchanged
        for refusal in written.refused:
            file.refuse(refusal)
    report.absent = file.absent
    report.problems.sort(key=lambda problem: problem.line)
    return report
