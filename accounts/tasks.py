"""The trail's tasks: each calls one function."""

from celery import shared_task
from django.utils import timezone

from accounts.services import intake


@shared_task(name="accounts.chain_intake", expires=55)
def chain_intake() -> int:
    """Bring what was read onto the trail; how many events that made."""
    return intake.chain_intake(now=timezone.now())
