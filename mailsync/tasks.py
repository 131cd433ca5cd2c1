"""What runs beside the web: one task a mailbox, and a dispatcher each minute. Tasks carry ids, never mail.

A task that is lost is queued again by the dispatcher; a worker that dies leaves a lease that ends. So no task retries
by itself: the mailbox's own due time does it.
"""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from mailsync.services.fleet import dispatch_due
from mailsync.sync.upkeep import bring_up_to_date


@shared_task(name="mailsync.dispatch", expires=55, ignore_result=True)
def dispatch() -> int:
    """Queue the mailboxes that are due."""
    return dispatch_due(now=timezone.now())


@shared_task(name="mailsync.sync_mailbox", acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def sync_mailbox(mailbox_id: str) -> str:
    """Bring one mailbox up to date; says the state it ended in."""
    return str(bring_up_to_date(UUID(mailbox_id))[0].mailbox.state)
