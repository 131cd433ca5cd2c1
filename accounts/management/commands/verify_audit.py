"""`manage.py verify_audit`: does every organization's audit trail still hold together?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Organization
from accounts.services.audit import verify_trail


class Command(BaseCommand):
    help = "Verifies the audit trail of one organization or of all; exit code 1 where one was tampered with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this one")
        parser.add_argument("--contains", metavar="HASH", default="", help="a hash that this command printed earlier")

    def handle(self, *_: Any, **options: Any) -> None:
        organizations = Organization.objects.all()
        if slug := options["organization"]:
            organizations = organizations.filter(slug=slug)
            if not organizations:
                raise CommandError(f"There is no organization with the slug {slug!r}.")
        elif options["contains"]:
            raise CommandError("--contains belongs to one organization: name it with --organization.")
        is_sound = True
        for organization in organizations:
            verdict = verify_trail(organization, must_contain=options["contains"])
            is_sound = is_sound and verdict.holds
            finding = verdict.flaw or f"holds, last hash {verdict.last_hash or 'none'}"
            self.stdout.write(f"{organization.slug}: {verdict.events} events, {finding}")
        if not is_sound:
            raise CommandError("An audit trail was tampered with, or rows of it were lost.")
