"""Browsers in which somebody has signed in before: a signed cookie that others' wrong guesses cannot spoil.

The cookie opens nothing: it only counts its guesses by itself (accounts.services.login). It names the last logins of
the browser with their session generation, so ending all of one's sessions forgets it.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from accounts.models import User

MOST_LOGINS = 5
_SALT = "accounts.known_browsers"
_SECONDS = 180 * 24 * 3600


def cookie_name() -> str:
    """Over https one that plain HTTP cannot set (RFC 6265bis 4.1.3)."""
    return "__Secure-jiminny_browser" if settings.IS_HTTPS else "jiminny_browser"


def known_browser(request: HttpRequest, address: str) -> str:
    """The browser's id where it belongs to the login with `address`, else nothing."""
    cookie = _read(request)
    if not cookie:
        return ""
    people = dict(cookie["logins"])
    found = User.objects.filter(email=address.strip().lower(), pk__in=people)
    row = found.values_list("pk", "session_generation").first()
    return str(cookie["id"]) if row and people[str(row[0])] == row[1] else ""


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let `response` say that `user` signed in here."""
    cookie = _read(request) or {"id": secrets.token_urlsafe(16), "logins": []}
    others = [login for login in cookie["logins"] if login[0] != str(user.pk)]
    logins = [[str(user.pk), user.session_generation], *others][:MOST_LOGINS]
    response.set_cookie(
        cookie_name(),
        signing.dumps({"id": cookie["id"], "logins": logins}, salt=_SALT),
        max_age=_SECONDS,
        path=settings.LOGIN_URL,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        cookie: dict[str, Any] = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        return {}
    return cookie
