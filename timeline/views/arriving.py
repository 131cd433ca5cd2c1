"""`?since=`: what an open page asks for every few seconds, and gets nothing for as long as nothing was recorded."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from accounts.viewer import ViewerRequest
from timeline.models import Engagement
from timeline.selectors.arrivals import arrivals
from timeline.selectors.timelines import count_by_kind, known_kind

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
NOTHING_NEW = 204
"""htmx leaves the page as it is and goes on asking."""


def asked_since(request: ViewerRequest) -> datetime | None:
    """The moment after which an open page asks for more; None where a page is asked for, or the moment is broken."""
    if not request.htmx:
        return None
    try:
        return max(EARLIEST, datetime.fromisoformat(request.GET.get("since", "")).astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def arrived(
    request: ViewerRequest,
    engagements: QuerySet[Engagement],
    since: datetime,
    template: str,
    beside: Callable[[], dict[str, Any]],
) -> HttpResponse:
    """What came since, and what stands beside it (`beside` is read only then)."""
    kind = known_kind(request.GET.get("kind", ""))
    entries = arrivals(request.user, engagements, since, kind)
    if not entries:
        return HttpResponse(status=NOTHING_NEW)
    return render(request, template, {"arrivals": entries, "kind": kind, "is_update": True, **beside()})


def with_counts(context: dict[str, Any], engagements: QuerySet[Engagement]) -> dict[str, Any]:
    """`context` with how many of each kind there are."""
    return context | {"counts": count_by_kind(engagements)}
