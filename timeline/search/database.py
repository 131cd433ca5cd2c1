"""Search in the database: folded words compared by LIKE, the same on SQLite and MariaDB."""

from django.db.models import Q, QuerySet

from accounts.models import User
from timeline.models import Engagement
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
            | (Q(search_text__body__contains=wanted) & can_read_text)
        )
    return found
