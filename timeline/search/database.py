"""Search in the database: folded words compared by LIKE, the same on SQLite and MariaDB."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from timeline.models import Engagement, SearchText
from timeline.visibility import subject_readable_by, text_readable_by, visible_to

Terms = tuple[tuple[str, ...], ...]


def matching(viewer: User, terms: Terms) -> QuerySet[Engagement]:
    """The engagements in which `viewer` may find every one of `terms`."""
    found = Engagement.objects.filter(visible_to(viewer))
    can_read_subject, can_read_text = subject_readable_by(viewer), text_readable_by(viewer)
    for words in terms:
        wanted = f" {' '.join(words)}"
        found = found.filter(
            Q(search_text__people__contains=wanted)
            | (Q(search_text__subject__contains=wanted) & can_read_subject)
            | ((Q(search_text__body__contains=wanted) | Q(search_text__folded__contains=wanted)) & can_read_text)
        )
    return found


def found_in_folded(terms: Terms, engagement_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these engagements of which some term stands nowhere but in what is folded."""
    rows = SearchText.objects.filter(pk__in=engagement_ids).values_list("pk", "people", "subject", "body")
    wanted = [f" {' '.join(words)}" for words in terms]
    return {pk for pk, *fields in rows if not all(any(each in field for field in fields) for each in wanted)}
