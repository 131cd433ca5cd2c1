"""`manage.py learn_lines [--organization SLUG]`: banners and signatures are learned at once, and not in the night."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Organization
from mailsync.services.learned_lines import learn_lines


class Command(BaseCommand):
    help = "Learns banners, signatures and disclaimers from kept mail, and folds them in every stored email."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this one")

    def handle(self, *_: Any, **options: Any) -> None:
        organizations = Organization.objects.all()
        if slug := options["organization"]:
            organizations = organizations.filter(slug=slug)
            if not organizations:
                raise CommandError(f"There is no organization with the slug {slug!r}.")
        for organization in organizations:
            lines = learn_lines(organization=organization)
            self.stdout.write(f"{organization.slug}: {lines} lines came or went")
