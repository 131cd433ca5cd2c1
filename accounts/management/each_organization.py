"""A command that does its work for each organization, or for one that is named."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Organization


class EachOrganization(BaseCommand):
    """Takes `--organization SLUG`; what it says of an organization is what `work` returns."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this one")

    def handle(self, *_: Any, **options: Any) -> None:
        organizations = Organization.objects.all()
        if slug := options["organization"]:
            organizations = organizations.filter(slug=slug)
            if not organizations:
                raise CommandError(f"There is no organization with the slug {slug!r}.")
        for organization in organizations:
            self.stdout.write(f"{organization.slug}: {self.work(organization)}")

    def work(self, organization: Organization) -> str:
        """Do it for one; say what came of it."""
        raise NotImplementedError
