"""The one way to search engagements."""

from dataclasses import dataclass
from typing import Literal

from django.db.models import QuerySet

from accounts.models import User
from timeline.domain.words import terms_of
from timeline.models import Engagement
from timeline.search import database

Backend = Literal["database", "elasticsearch"]


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
    return SearchAnswer(database.matching(viewer, terms).order_by("-occurred_at", "-id"))
