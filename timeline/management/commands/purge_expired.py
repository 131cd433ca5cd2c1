"""`manage.py purge_expired [--dry-run]`: applies every organization's retention policy."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Organization
from timeline.services.retention import purge_expired


class Command(BaseCommand):
    help = "Deletes what no retention policy keeps any more; --dry-run counts it and deletes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, delete nothing")
        parser.add_argument("--organization", metavar="SLUG", help="only this one")

    def handle(self, *_: Any, **options: Any) -> None:
        organizations = Organization.objects.all()
        if slug := options["organization"]:
            organizations = organizations.filter(slug=slug)
            if not organizations:
                raise CommandError(f"There is no organization with the slug {slug!r}.")
        verb = "would be deleted" if options["dry_run"] else "deleted"
        for organization in organizations:
            purge = purge_expired(organization=organization, now=timezone.now(), is_dry_run=options["dry_run"])
            self.stdout.write(f"{organization.slug}: {purge.engagements} engagements {verb}")
