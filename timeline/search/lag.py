"""How far search is behind the tables: for `/readyz`, the metrics and the admin console."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from timeline.domain.vocabulary import Resource
from timeline.models import Change, ChangeCursor, IndexBuild

INDEX = "index"
"""The cursor of the index over the changes."""

BUILD_SILENT_FOR = timedelta(minutes=5)
"""A build that says nothing for so long died with its process."""


@dataclass(frozen=True, slots=True)
class IndexLag:
    """Changes not yet in the index, since when the oldest waits, and a build under way with its progress."""

    pending: int
    since: datetime | None
    build: IndexBuild | None

    def __str__(self) -> str:
        """A sentence for whoever is on call; empty where nothing waits and nothing is built."""
        waiting = ""
        if self.since is not None:
            seconds = max((timezone.now() - self.since).total_seconds(), 0)
            waiting = f"{self.pending} changes wait, the oldest for {seconds:.0f} s"
        building = f"building: {self.build.done} of {self.build.total}" if self.build else ""
        return "; ".join(filter(None, (waiting, building)))


def unread_by_index() -> QuerySet[Change]:
    """The changes of engagements that the index has not read; none where search is answered by the database alone."""
    if not settings.ELASTICSEARCH_URL:
        return Change.objects.none()
    read = ChangeCursor.objects.filter(name=INDEX).values_list("position", flat=True).first() or 0
    return Change.objects.filter(Q(position=None) | Q(position__gt=read), resource=Resource.ENGAGEMENT)


def index_lag(unread: QuerySet[Change] | None = None) -> IndexLag:
    """The lag of all changes, or of those among `unread`."""
    rows = unread_by_index() if unread is None else unread
    found = rows.aggregate(pending=Count("id"), since=Min("recorded_at"))
    return IndexLag(found["pending"], found["since"], IndexBuild.objects.first())


def has_dead_build() -> bool:
    """Whether a build began and its process died."""
    return IndexBuild.objects.filter(alive_at__lt=timezone.now() - BUILD_SILENT_FOR).exists()
