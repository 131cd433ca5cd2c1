"""What ties a trip to Microsoft to the browser that began it, a secret in its session; and where the trip ends."""

import secrets

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

_KEY = "began_sign_in"


def browser_secret(request: HttpRequest) -> str:
    """The secret of this browser's session, empty where it began nothing."""
    return str(request.session.get(_KEY, ""))


def new_browser_secret(request: HttpRequest) -> str:
    """A fresh one, so that of two trips that were begun only the later can be finished."""
    request.session[_KEY] = secret = secrets.token_urlsafe(32)
    return secret


def callback_address() -> str:
    """Where Microsoft sends every sign-in back to, whatever it was for."""
    return f"{settings.BASE_URL}{reverse('microsoft-callback')}"
