"""What every answer passes: security headers, no controls of direction, unreadable secrets told in words."""

import re
from collections.abc import Callable, Iterable, Mapping

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.encryption import UnreadableSecret

log = structlog.get_logger()


class ContentSecurityPolicyMiddleware:
    """Sends SECURE_CSP, which has the shape of Django 6's; no answer is kept by a cache unless its view says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = as_header(settings.SECURE_CSP)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


_CONTROLS = re.compile(rb"\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")
"""U+202A to U+202E and U+2066 to U+2069 in UTF-8: what turns the direction of the text around it (UAX #9)."""


class DirectionMiddleware:
    """No name, subject or value turns what stands beside it: a page goes out without its controls of direction.

    Every HTML page, the console's too, titles and attributes included. Texts of mails keep theirs: the filter
    `as_written` spells them out, within an element that isolates them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
            response.content = _CONTROLS.sub(b"", response.content)
        return response


def as_header(policy: Mapping[str, Iterable[str]]) -> str:
    """{directive: sources} as the header says it."""
    return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in policy.items())


class UnreadableSecretMiddleware:
    """What needs a secret that cannot be read is answered in words, and the operator's log says which it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """503 for an unreadable secret alone."""
        if not isinstance(error, UnreadableSecret):
            return None
        log.error("unreadable_secret", what=str(error))
        return render(request, "503.html", status=503)
