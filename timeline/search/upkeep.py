"""What keeps the index equal to the tables without anybody's help: called each minute, and once a day in depth."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings
from django.db.models import Count, Min

from accounts.models import Organization
from timeline.models import IndexBuild, IndexOutbox
from timeline.search.building import BuildUnderWay, build_index, has_index
from timeline.search.drift import repair_drift
from timeline.search.writing import IndexMissing, IndexUnavailable, drain_outbox

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class IndexLag:
    """How far the index is behind: changes not yet in it, since when, and a build under way with its progress."""

    pending: int
    since: datetime | None
    build: IndexBuild | None


def index_lag() -> IndexLag:
    """For the health page, the metrics and the admin."""
    found = IndexOutbox.objects.aggregate(pending=Count("id"), since=Min("queued_at"))
    return IndexLag(found["pending"], found["since"], IndexBuild.objects.first())


def bring_index_up_to_date() -> int:
    """Write what was announced, building the index first where there is none; how many changes were written.

    A server that does not answer is tried again by the next call: nothing announced is lost.
    """
    if not settings.ELASTICSEARCH_URL:
        return 0
    try:
        if not has_index():
            build_index()
        return drain_outbox()
    except BuildUnderWay:
        return 0
    except IndexMissing:
        log.warning("index_missing")
    except IndexUnavailable as error:
        log.warning("index_unavailable", error=str(error))
    return 0


def mend_index() -> int:
    """Compare the index with the tables and mend what differs; how many documents did."""
    if not settings.ELASTICSEARCH_URL:
        return 0
    differing = 0
    try:
        for organization in Organization.objects.order_by("pk"):
            drift = repair_drift(organization)
            if drift.documents:
                log.warning("index_drifted", organization=str(organization.pk), documents=drift.documents)
            differing += drift.documents
    except IndexUnavailable as error:
        log.warning("index_unavailable", error=str(error))
    return differing
