"""Who read what, of every answer this process gives: the question as the trail names it, and its row of intake.

The words of a search, an address that a list was narrowed by and a cursor are not the question: they may be somebody's
name. Only names of filters are, and the record that page or list is about.
"""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.reading import reading
from accounts.services.intake import Asked, record_reading

_SUBJECTS = {"deal": "opportunity", "assignment": "engagement"}
"""Pages whose name is not their record's."""

_RECORDS = ("conversation", "opportunity", "contact", "lead", "account")
"""Filters that say which record a list is about, the narrowest first."""


class ReadingMiddleware:
    """Writes down what an answer gives to read before it is given: where that fails, the answer is an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with reading(lambda: request.user) as read:
            response = self.get_response(request)
        if read.given and request.method != "HEAD" and response.status_code < HTTPStatus.MULTIPLE_CHOICES:
            assert isinstance(request.user, User)  # noqa: S101 - nobody else is given anything to read
            record_reading(read, actor=request.user, asked=_asked(request))
        return response


def _asked(request: HttpRequest) -> Asked:
    match = request.resolver_match
    assert match is not None  # noqa: S101 - a view has answered
    name = match.view_name or ""
    filters = getattr(getattr(match.func, "cls", None), "filterset_class", None)
    given = sorted(set(request.GET) & set(filters.base_filters)) if filters else []
    question = f"{name} by {', '.join(given)}" if given else name
    if match.kwargs:
        return Asked(question, _subject_type(name), str(next(iter(match.kwargs.values())))[:64])
    narrowest = next((each for each in _RECORDS if each in given), "")
    return Asked(question, narrowest, str(UUID(request.GET[narrowest])) if narrowest else "")


def _subject_type(name: str) -> str:
    """The record of a page by its name: `deal`, `engagement-detail`, `admin:accounts_auditevent_change`."""
    if name.startswith("admin:"):
        return name.split("_")[1]
    return _SUBJECTS.get(name, name.partition("-")[0])
