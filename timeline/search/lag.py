"""How far search is behind the tables: for `/readyz`, the metrics and the admin console."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from timeline.models import IndexBuild, IndexOutbox

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


def index_lag(announced: QuerySet[IndexOutbox] | None = None) -> IndexLag:
    """The lag of all changes, or of those among `announced`."""
    rows = IndexOutbox.objects.all() if announced is None else announced
    found = rows.aggregate(pending=Count("id"), since=Min("queued_at"))
    return IndexLag(found["pending"], found["since"], IndexBuild.objects.first())


def has_dead_build() -> bool:
    """Whether a build began and its process died."""
    return IndexBuild.objects.filter(alive_at__lt=timezone.now() - BUILD_SILENT_FOR).exists()
