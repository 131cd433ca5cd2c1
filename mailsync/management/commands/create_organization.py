"""`manage.py create_organization NAME --domain acme.example`: a customer of this software; prints the slug."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mailsync.services.organizations import open_organization


class Command(BaseCommand):
    help = "Creates an organization; its domains become internal blocked domains. Prints the slug and nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--domain", action="append", required=True, metavar="DOMAIN", help="may be repeated")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            organization = open_organization(name=options["name"], domains=options["domain"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(organization.slug)
