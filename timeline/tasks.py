"""The timeline's tasks: each calls one function."""

from celery import shared_task

from timeline.search import upkeep


@shared_task(name="timeline.tasks.drain_index_outbox")
def drain_index_outbox() -> int:
    """Bring the search index up to date; how many changes were written."""
    return upkeep.bring_index_up_to_date()


@shared_task(name="timeline.tasks.mend_index")
def mend_index() -> int:
    """Compare the search index with the tables; how many documents had to be mended."""
    return upkeep.mend_index()
