"""Search follows every change of an engagement, in the transaction of that change.

transaction { engagement + folded words + outbox row } ──commit──▶ task, or the next beat ──▶ bulk to Elasticsearch

No search server can lose or block a write by that. While search is answered by the database alone nothing is
announced: `reindex` builds the first index from the tables.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from timeline.models import IndexOutbox
from timeline.search.texts import refresh_search_texts

DRAIN_TASK = "timeline.tasks.drain_index_outbox"
LEFTOVERS_TASK = "timeline.tasks.remove_leftovers"
_AT_ONCE = 1000
log = structlog.get_logger(__name__)


def queue_for_index(organization_id: UUID, engagement_ids: Iterable[UUID]) -> None:
    """Let search know these engagements anew: their words, and who may read them; or forget them where they are gone.

    Call it in the transaction that changes them.
    """
    changed = sorted(set(engagement_ids))
    refresh_search_texts(changed)
    announce(organization_id, changed)


def announce(organization_id: UUID, engagement_ids: Iterable[UUID]) -> None:
    """The same where the words of the engagements are as they were, or are written by the caller."""
    if not settings.ELASTICSEARCH_URL:
        return
    rows = [
        IndexOutbox(organization_id=organization_id, engagement_id=engagement)
        for engagement in sorted(set(engagement_ids))
    ]
    if rows:
        IndexOutbox.objects.bulk_create(rows, batch_size=_AT_ONCE)
        transaction.on_commit(partial(_ask_for, DRAIN_TASK), robust=True)


def on_organization_deleted(**_: Any) -> None:
    """Have its documents removed; its rows are gone, and its announcements with them."""
    if settings.ELASTICSEARCH_URL:
        transaction.on_commit(partial(_ask_for, LEFTOVERS_TASK), robust=True)


def _ask_for(task: str) -> None:
    """Ask a worker to do it at once; where no broker answers, beat does, by the next minute or night."""
    try:
        current_app.send_task(task, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("index_upkeep_not_asked_for", task=task, error=type(error).__name__)
