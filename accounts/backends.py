"""Who may sign in with a password."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.services.login import forget_failures, locked_until, note_failure


class GuessLimitedBackend(ModelBackend):
    """Django's own backend, closed to an address after too many wrong passwords: at /login/ and at /admin/ alike."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **fields: Any
    ) -> Any:
        address = username or fields.get(User.USERNAME_FIELD)
        if not address or password is None:
            return None
        now = timezone.now()
        if locked_until(address, now=now):
            return None
        user = super().authenticate(request, username=address.strip().lower(), password=password)
        if user is None:
            note_failure(address, now=now)
        else:
            forget_failures(address)
        return user
