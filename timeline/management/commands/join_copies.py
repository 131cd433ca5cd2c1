"""`manage.py join_copies [--organization SLUG]`: copies that stood apart become one mail where they are known to be."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Organization
from timeline.recording.join import join_all


class Command(BaseCommand):
    help = "Joins emails under one Message-ID that known banners and disclaimers alone told apart; each is audited."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this one")

    def handle(self, *_: Any, **options: Any) -> None:
        organizations = Organization.objects.all()
        if slug := options["organization"]:
            organizations = organizations.filter(slug=slug)
            if not organizations:
                raise CommandError(f"There is no organization with the slug {slug!r}.")
        for organization in organizations:
            self.stdout.write(f"{organization.slug}: {join_all(organization=organization)} emails joined")
