"""`manage.py create_user EMAIL --organization SLUG --role ROLE`: a login; the password comes from standard input."""

import getpass
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.domain.vocabulary import Role
from accounts.models import Organization
from accounts.services.people import create_user


class Command(BaseCommand):
    help = "Creates a login. The password is read from standard input's first line; admins reach /admin/."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--organization", metavar="SLUG", required=True)
        parser.add_argument("--role", choices=[role.value for role in Role], required=True)
        parser.add_argument("--name", default="")

    def handle(self, *_: Any, **options: Any) -> None:
        organization = _organization(options["organization"])
        password = _password()
        if not password:
            raise CommandError("No password came: write it to standard input's first line.")
        try:
            user = create_user(
                organization=organization,
                email=options["email"],
                password=password,
                role=Role(options["role"]),
                name=options["name"],
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(user.email)


def _organization(slug: str) -> Organization:
    organization = Organization.objects.filter(slug=slug).first()
    if organization is None:
        known = ", ".join(Organization.objects.values_list("slug", flat=True)[:20]) or "there is none yet"
        raise CommandError(f"There is no organization with the slug {slug!r} (known: {known}).")
    return organization


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\r\n")
