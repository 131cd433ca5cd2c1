"""`manage.py import_crm DIR --organization SLUG`."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization
from crm.services.csv_import import FileReport, NothingToImport, import_folder


class Command(BaseCommand):
    """Reads the CSV files of a folder; ends with 1 where a row could not be imported, each of which it names."""

    help = "Import accounts, contacts, leads, opportunities and their contact roles from CSV files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="holds accounts.csv, contacts.csv, …")
        parser.add_argument("--organization", metavar="SLUG", required=True)

    def handle(self, *_: Any, folder: Path, organization: str, **__: Any) -> None:
        found = Organization.objects.filter(slug=organization).first()
        if found is None:
            raise CommandError(f"There is no organization “{organization}”. create_organization makes one.")
        try:
            report = import_folder(organization=found, folder=folder, on_file=self._tell)
        except NothingToImport as error:
            raise CommandError(str(error)) from error
        if not report.is_clean:
            count = len(report.problems)
            self.stderr.write(f"{count:,} {'line was' if count == 1 else 'lines were'} not imported, see above.")
            sys.exit(1)

    def _tell(self, file: FileReport) -> None:
        self.stdout.write(
            f"{file.file}: {file.new:,} new, {file.changed:,} changed, {file.unchanged:,} unchanged"
            + (f", {len(file.problems):,} not imported" if file.problems else "")
        )
        if file.absent:
            self.stdout.write(f"  has no column {', '.join(file.absent)}: read as empty")
        for problem in file.problems:
            self.stderr.write(f"  {problem}")
