"""`manage.py drf_create_token EMAIL`: an API token for a program; shown this once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.domain.api_tokens import LONGEST_DAYS, USUAL_DAYS, TokenScope
from accounts.models import User
from accounts.services.api_tokens import TokenRefused, make_token


class Command(BaseCommand):
    help = "Makes an API token. It is shown this once, and ends with the person's password or deactivation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument(
            "--scope", choices=[scope.value for scope in TokenScope], default=TokenScope.WRITE.value,
            help="what it may do (default: write)",
        )  # fmt: skip
        parser.add_argument(
            "--days", type=int, default=USUAL_DAYS, metavar="N",
            help=f"how long it is good for, up to {LONGEST_DAYS} (default: {USUAL_DAYS})",
        )  # fmt: skip

    def handle(self, *_: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError(f"There is no login with the address {options['email']!r}.")
        try:
            made = make_token(
                user=user, name="Made by command", scope=TokenScope(options["scope"]), days=options["days"]
            )
        except TokenRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Generated token {made.secret} for user {user.email}")
