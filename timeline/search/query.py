"""The one way to search engagements."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from timeline.domain.words import terms_of
from timeline.models import Engagement
from timeline.search import database
from timeline.search.lag import unread_by_index
from timeline.visibility import visible_to

Backend = Literal["database", "elasticsearch"]

NOT_ANSWERING = "The search server does not answer at the moment, so the database was searched. Nothing is missing."
CATCHING_UP = "The search server is catching up, so the database was searched. Nothing is missing."
CUT = "More than 10,000 engagements match: the newest 10,000 are shown. Add a word to narrow the search."
_MAY_LAG = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What was found, newest first, and by which backend; `notice` is a sentence for the person, mostly empty."""

    engagements: QuerySet[Engagement]
    backend: Backend = "database"
    notice: str = ""


def search_engagements(viewer: User, text: str) -> SearchAnswer:
    """The engagements in which `viewer` may find every term of `text`; the queryset may be narrowed further.

    A text without a letter or digit finds nothing.
    """
    terms = terms_of(text)
    if not terms or viewer.organization_id is None:
        return SearchAnswer(Engagement.objects.none())
    if settings.ELASTICSEARCH_URL:
        return _ask_elasticsearch(viewer, terms)
    return _ask_database(viewer, terms)


def _ask_database(viewer: User, terms: database.Terms, notice: str = "") -> SearchAnswer:
    return SearchAnswer(database.matching(viewer, terms).order_by("-occurred_at", "-id"), notice=notice)


def _ask_elasticsearch(viewer: User, terms: database.Terms) -> SearchAnswer:
    from timeline.search import elastic  # noqa: PLC0415 - an installation without a search server need not load it

    if _is_behind(viewer):
        return _ask_database(viewer, terms, CATCHING_UP)
    try:
        hits = elastic.find(viewer, terms)
    except elastic.SearchUnavailable:
        return _ask_database(viewer, terms, NOT_ANSWERING)
    found = Engagement.objects.filter(visible_to(viewer), pk__in=hits.ids).order_by("-occurred_at", "-id")
    return SearchAnswer(found, "elasticsearch", CUT if hits.is_cut else "")


def _is_behind(viewer: User) -> bool:
    """Documents that are long outdated could be found by words that their readers may no longer read."""
    waiting = unread_by_index().filter(organization=viewer.organization_id, recorded_at__lt=timezone.now() - _MAY_LAG)
    return waiting.exists()
