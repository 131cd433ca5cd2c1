"""The log of changes is numbered each minute, and kept for as long as a reader may stay away."""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings

from core.changes.numbering import number_changes
from core.db.unit_of_work import unit_of_work
from timeline.models import Change, ChangeCursor
from timeline.search.lag import INDEX
from timeline.selectors.standings import SUMS

KEPT_FOR = timedelta(days=35)
"""A reader of the feed may stay away for thirty days; the rest is for workers' clocks, and for a night that fails."""

_AT_ONCE = 1_000


def number() -> int:
    """Give what is committed its position in the log; how many changes that were."""
    return number_changes(log=Change, cursors=ChangeCursor)


def prune(*, now: datetime) -> int:
    """Remove the oldest changes, up to the first that is younger than KEPT_FOR or that a reader has not read yet.

    How many that were. Those are the sums by deal, and the index where there is a search server.
    """
    removed = 0
    while some := unit_of_work(partial(_prune, now - KEPT_FOR)):
        removed += some
    return removed


def _prune(until: datetime) -> int:
    rows = Change.objects.exclude(position=None).order_by("position")
    readers = (SUMS, INDEX) if settings.ELASTICSEARCH_URL else (SUMS,)
    read = dict(ChangeCursor.objects.filter(name__in=readers).values_list("name", "position"))
    rows = rows.filter(position__lte=min(read.get(name, 0) for name in readers))
    oldest = list(rows.values_list("pk", "recorded_at")[:_AT_ONCE])
    young = next((place for place, (_, at) in enumerate(oldest) if at >= until), len(oldest))
    Change.objects.filter(pk__in=[pk for pk, _ in oldest[:young]]).delete()
    return young
