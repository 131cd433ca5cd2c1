"""The dispatcher: each minute the due mailboxes are queued, evenly and within limits.

A queued mailbox is due again after a while, so that a task lost with its worker or broker comes back by itself; whoever
runs it twice finds it claimed, or not due.
"""

from collections import Counter
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from mailsync.domain.fleet import Due, Limits, choose
from mailsync.models import Mailbox
from mailsync.services.switch import enqueue, requeue_after

_LOOKED_AT = 1_000


def dispatch_due(*, now: datetime) -> int:
    """Queue what is due and fits; says how many mailboxes that were. Two queries, and one for each queued."""
    waiting = (
        Mailbox.objects.filter(import_enabled=True, due_at__lte=now)
        .filter(Q(claim="") | Q(claimed_until__lt=now))
        .filter(Q(not_before=None) | Q(not_before__lte=now))
        .order_by("-is_awaited", "due_at", "pk")
        .only("organization_id", "due_at", "is_awaited")
    )
    mailboxes = {mailbox.pk: mailbox for mailbox in waiting[:_LOOKED_AT]}
    due = [Due(row.pk, row.organization_id, row.due_at, row.is_awaited) for row in mailboxes.values() if row.due_at]
    return sum(enqueue(mailboxes[chosen], now=now) for chosen in choose(due, _busy(now), _limits()))


def _busy(now: datetime) -> Counter[UUID]:
    running = Q(claimed_until__gt=now) & ~Q(claim="")
    queued = Q(queued_at__gt=now - requeue_after())
    rows = Mailbox.objects.filter(import_enabled=True).filter(running | queued)
    return Counter(rows.values_list("organization_id", flat=True))


def _limits() -> Limits:
    return Limits(
        everywhere=settings.SYNC_MOST_AT_ONCE,
        organization=settings.SYNC_MOST_AT_ONCE_PER_ORGANIZATION,
    )
