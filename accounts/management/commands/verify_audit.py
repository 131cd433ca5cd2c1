"""`manage.py verify_audit`: does every organization's audit trail still hold together, up to the ends noted down?"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from accounts.domain.audit import ends_in
from accounts.models import Organization
from accounts.selectors.audit import verify_trail


class Command(BaseCommand):
    help = "Verifies the audit trail of one organization or of all; exit code 1 where one was tampered with."

    def add_arguments(self, parser: CommandParser) -> None:
        end = "ORGANIZATION:SEQ:HASH"
        parser.add_argument("--organization", metavar="SLUG", help="only this one")
        parser.add_argument("--expect", metavar=end, action="append", default=[], help="an end that was noted down")
        parser.add_argument("--expect-from", metavar="FILE", type=Path, help="lines of the log, or letters, with ends")

    def handle(self, *_: Any, **options: Any) -> None:
        expected = _expected(options["expect"], options["expect_from"])
        is_sound = True
        for organization in _organizations(options["organization"], expected):
            verdict = verify_trail(organization, expected=expected.get(organization.slug))
            is_sound = is_sound and verdict.holds
            finding = verdict.flaw or f"holds, last hash {verdict.last_hash or 'none'}"
            self.stdout.write(f"{organization.slug}: {verdict.events} events, {finding}")
        if not is_sound:
            raise CommandError("An audit trail was tampered with, or rows of it were lost.")


def _expected(given: list[str], file: Path | None) -> dict[str, dict[int, str]]:
    """The ends that were noted down; what holds none is refused, so that nothing is taken for verified."""
    try:
        texts = [*given, *([file.read_text(encoding="utf-8", errors="replace")] if file else [])]
        if not all(ends_in(text) for text in texts):
            raise CommandError("There is no ORGANIZATION:SEQ:HASH in what is expected: copy it whole.")
        return ends_in("\n".join(texts))
    except OSError as error:
        raise CommandError(f"The file cannot be read: {error}.") from error
    except ValueError as error:
        raise CommandError(f"{error} One of the two was written by somebody else, or the trail anew.") from error


def _organizations(slug: str | None, expected: dict[str, Any]) -> QuerySet[Organization]:
    wanted = {slug} if slug else set(expected)
    if missing := sorted(wanted - set(Organization.objects.filter(slug__in=wanted).values_list("slug", flat=True))):
        raise CommandError(f"There is no organization with the slug {missing[0]!r}: its trail is gone with it.")
    return Organization.objects.filter(slug=slug) if slug else Organization.objects.all()
