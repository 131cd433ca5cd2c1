"""What keeps the index equal to the tables without anybody's help: called each minute, and once a day in depth."""

import structlog
from django.conf import settings

from accounts.models import Organization
from timeline.search.building import BuildUnderWay, build_index, has_index
from timeline.search.drift import repair_drift
from timeline.search.lag import has_dead_build
from timeline.search.orphans import remove_orphans
from timeline.search.writing import IndexMissing, IndexUnavailable, drain_changes

log = structlog.get_logger(__name__)


def bring_index_up_to_date() -> int:
    """Write what changed; how many changes were read.

    The index is built first where there is none, and where a build died half-way. A server that does not answer is
    tried again by the next call: no change is lost.
    """
    if not settings.ELASTICSEARCH_URL:
        return 0
    try:
        if not has_index() or has_dead_build():
            build_index()
        return drain_changes()
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
        differing += remove_orphans()
    except IndexUnavailable as error:
        log.warning("index_unavailable", error=str(error))
    return differing
