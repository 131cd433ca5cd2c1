"""The index outbox: a row commits with the change it announces, so no search server can lose or block a write.

transaction { engagement + outbox row } ──commit──▶ task, or the next beat ──▶ bulk to Elasticsearch ──▶ rows removed

Nothing is queued while search is answered by the database: `reindex` builds the first index from the tables.
"""

from collections.abc import Iterable
from uuid import UUID

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from timeline.models import IndexOutbox

DRAIN_TASK = "timeline.tasks.drain_index_outbox"
_AT_ONCE = 1000
log = structlog.get_logger(__name__)


def queue_for_index(organization_id: UUID, engagement_ids: Iterable[UUID]) -> None:
    """Announce that the documents of these engagements are to be written anew, or removed where the rows are gone.

    Call it in the transaction that changes them.
    """
    if not settings.ELASTICSEARCH_URL:
        return
    rows = [
        IndexOutbox(organization_id=organization_id, engagement_id=engagement)
        for engagement in sorted(set(engagement_ids))
    ]
    if rows:
        IndexOutbox.objects.bulk_create(rows, batch_size=_AT_ONCE)
        transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    """Ask a worker to drain at once; where no broker answers, the next beat does."""
    try:
        current_app.send_task(DRAIN_TASK, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("index_drain_not_asked_for", error=type(error).__name__)
