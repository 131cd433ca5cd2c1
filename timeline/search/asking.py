"""A worker is asked to bring the index up to date after the commit of what changed.

No search server can lose or block a write by that: where no broker answers, beat does it by the next minute or night.
"""

from functools import partial
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

DRAIN_TASK = "timeline.tasks.drain_changes"
ORPHANS_TASK = "timeline.tasks.remove_orphans"
log = structlog.get_logger(__name__)


def ask_for_drain() -> None:
    """Let search hear of what changed, once it is committed; nothing while the database alone is searched."""
    if settings.ELASTICSEARCH_URL:
        transaction.on_commit(partial(_ask_for, DRAIN_TASK), robust=True)


def on_organization_deleted(**_: Any) -> None:
    """Have its documents removed; its rows are gone, and its changes with them."""
    if settings.ELASTICSEARCH_URL:
        transaction.on_commit(partial(_ask_for, ORPHANS_TASK), robust=True)


def _ask_for(task: str) -> None:
    try:
        current_app.send_task(task, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("index_upkeep_not_asked_for", task=task, error=type(error).__name__)
