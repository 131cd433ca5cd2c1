"""What was recorded since a page was shown, so that a page that stays open shows it by itself.

An id is made before its row is there for others to see: what is asked for reaches back by the time that recording may
take, and a page leaves out what it shows already.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.models import User
from core.db.portions import fitting
from core.ids import first_id_at
from timeline.models import Engagement
from timeline.selectors.engagements import sizes_of, with_parts
from timeline.selectors.entries import Entry, entry_of
from timeline.selectors.same_message_id import same_message_ids
from timeline.selectors.timelines import MOST_PAGE_TEXT

LONGEST_RECORDING = timedelta(minutes=1)
MOST_AT_ONCE = 100


def recorded_since(engagements: QuerySet[Engagement], since: datetime) -> QuerySet[Engagement]:
    """Those of `engagements`, which are a viewer's, that may not have been there at `since`."""
    return engagements.filter(pk__gte=first_id_at(since - LONGEST_RECORDING))


def arrivals(viewer: User, engagements: QuerySet[Engagement], since: datetime, kind: str = "") -> list[Entry]:
    """What was recorded since, newest first, of one kind or of all: up to MOST_AT_ONCE and up to MOST_PAGE_TEXT."""
    found = recorded_since(engagements, since)
    if kind:
        found = found.filter(kind=kind)
    newest_first = with_parts(found).order_by("-occurred_at", "-pk")
    most = fitting(sizes_of(newest_first, MOST_AT_ONCE), MOST_PAGE_TEXT)
    rows = list(newest_first[:most])
    beside = same_message_ids(viewer, rows)
    return [entry_of(each, viewer, beside.get(each.pk, ())) for each in rows]
