"""`manage.py refold [--organization SLUG]`: what of every stored email its author wrote, told anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Organization
from mailsync.services.author_words import refold_organization


class Command(BaseCommand):
    help = "Splits every stored email anew into its author's words, quotes and signature, by the rules as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this one")

    def handle(self, *_: Any, **options: Any) -> None:
        organizations = Organization.objects.all()
        if slug := options["organization"]:
            organizations = organizations.filter(slug=slug)
            if not organizations:
                raise CommandError(f"There is no organization with the slug {slug!r}.")
        for organization in organizations:
            self.stdout.write(f"{organization.slug}: {refold_organization(organization=organization)} emails changed")
