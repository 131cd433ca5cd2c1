"""The trail's tasks, and one for what SQLite leaves over: each calls one function."""

from celery import shared_task
from django.utils import timezone

from accounts.services import audit, intake
from core.db import write_ahead_log


@shared_task(name="accounts.chain_intake", expires=55)
def chain_intake() -> int:
    """Bring what was read onto the trail; how many events that made."""
    return intake.chain_intake(now=timezone.now())


@shared_task(name="accounts.log_trail_ends")
def log_trail_ends() -> int:
    """Let the newest event of every trail leave the database; how many trails there are."""
    return audit.log_trail_ends()


@shared_task(name="accounts.cut_log", expires=55)
def cut_log() -> bool:
    """Leave nothing of deleted rows in SQLite's log."""
    return write_ahead_log.cut_log()
