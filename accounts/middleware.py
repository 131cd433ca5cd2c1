"""What ends a session, and what comes before anything else in one.

a session ─▶ idle for SESSION_IDLE_MINUTES? ──yes──▶ ended
                  │ no                                      pages that ask for news by themselves are no use of it
                  ├─▶ opened in a way that lets the person in no longer? ──yes──▶ ended, for good
                  └─▶ password given by an admin? ──yes──▶ the page that changes it, nothing else
"""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from core.api.problems import CONTENT_TYPE, problem

_USED_AT = "used_at"
_NOTED_EVERY = 60
"""Seconds: a session is written no more often than that for being used."""

_PASSWORD_BACKEND = "accounts.backends.GuessLimitedBackend"  # noqa: S105 - a path
_CHOOSE = "Your password was set by an admin: choose one of your own first, at {}."


class SessionRulesMiddleware:
    """Ends idle sessions, and asks for an own password where an admin gave one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if auth.SESSION_KEY in request.session:
            if _has_been_idle(request) or not request.user.is_authenticated:  # whom the backend takes no longer
                auth.logout(request)
            elif _owes_a_password(request):
                return _asked_for_it(request)
        return self.get_response(request)


def _has_been_idle(request: HttpRequest) -> bool:
    now = timezone.now().timestamp()
    used_at = request.session.get(_USED_AT, now)
    if now - used_at > settings.SESSION_IDLE_MINUTES * 60:
        return True
    asks_by_itself = request.method == "GET" and "HX-Request" in request.headers
    if _USED_AT not in request.session or (not asks_by_itself and now - used_at > _NOTED_EVERY):
        request.session[_USED_AT] = now
    return False


def _owes_a_password(request: HttpRequest) -> bool:
    if request.session.get(auth.BACKEND_SESSION_KEY) != _PASSWORD_BACKEND:
        return False
    is_on_the_way = request.path in {reverse("password"), reverse("logout")}
    return not is_on_the_way and getattr(request.user, "must_change_password", False)


def _asked_for_it(request: HttpRequest) -> HttpResponse:
    address = reverse("password")
    if request.path.startswith("/api/"):
        body = problem(HTTPStatus.FORBIDDEN, _CHOOSE.format(address))
        return JsonResponse(body, status=HTTPStatus.FORBIDDEN, content_type=CONTENT_TYPE)
    return HttpResponseClientRedirect(address) if "HX-Request" in request.headers else redirect(address)
