"""Who may sign in, with a password or with Microsoft."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone

from accounts.doors import doors_of
from accounts.models import User
from accounts.services.login import count_guess, forgive, takes_password


class GuessLimitedBackend(ModelBackend):
    """Django's own backend behind the counting of guesses: one that is not counted is not judged."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **fields: Any
    ) -> Any:
        address = username or fields.get(User.USERNAME_FIELD)
        if not address or password is None:
            return None
        doors = doors_of(request, address)
        if not count_guess(doors, now=timezone.now()):
            return None
        user = super().authenticate(request, username=address.strip().lower(), password=password)
        if user is None or not takes_password(user):
            return None  # a right password that is not taken is answered as a wrong one
        forgive(doors=doors)
        return user


class MicrosoftBackend(ModelBackend):
    """Who came in by “Sign in with Microsoft”; judges no password."""

    def authenticate(self, *_: Any, **__: Any) -> None:
        return None
