"""Who may sign in, with a password or with Microsoft."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone

from accounts.doors import doors_of
from accounts.models import User
from accounts.selectors.people import required_tenants
from accounts.services.login import count_guess, forgive, takes_password


class _Backend(ModelBackend):
    """A session lasts as long as the way that it was opened by: `user_can_authenticate` is asked at each request."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("organization").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


class GuessLimitedBackend(_Backend):
    """Django's own backend behind the counting of guesses: one that is not counted is not judged."""

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and takes_password(user)

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
        if user is not None:  # a right password that is not taken is answered as a wrong one
            forgive(doors=doors)
        return user


class MicrosoftBackend(_Backend):
    """Who came in by “Sign in with Microsoft”; judges no password."""

    def user_can_authenticate(self, user: Any) -> bool:
        if user.organization is None or user.microsoft_tenant_id is None:
            return False
        is_of_tenant = required_tenants(user.organization) <= {str(user.microsoft_tenant_id)}
        return is_of_tenant and super().user_can_authenticate(user)

    def authenticate(self, *_: Any, **__: Any) -> None:
        return None
