"""Security headers beyond Django's own."""

from collections.abc import Callable, Iterable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse


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


def as_header(policy: Mapping[str, Iterable[str]]) -> str:
    """{directive: sources} as the header says it."""
    return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in policy.items())
