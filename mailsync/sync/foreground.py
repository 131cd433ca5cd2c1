"""Syncing in the foreground, for a person at a terminal: waits are sat out up to a minute each, then it is given up.

run ──▶ in sync ─────────────────────────▶ done
 ▲  ├─▶ asked to wait, a minute at most ─▶ sleep ─┐
 │  ├─▶ somebody else is reading it ─────▶ sleep ─┤
 └──┴─────────────────────────────────────────────┘
    └─▶ stopped, or a longer wait ───────▶ done, and said so
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from mailsync.domain.vocabulary import MailboxState
from mailsync.models import Mailbox
from mailsync.sync.mail_run import MailRun, Terms
from mailsync.sync.run import RunResult, sync_mailbox

LONGEST_WAIT = timedelta(seconds=60)
_BUSY_PAUSE = 1.0
_WAITING = {MailboxState.INITIAL, MailboxState.CATCHING_UP, MailboxState.THROTTLED}


@dataclass(slots=True)
class Tally:
    """What all runs over one mailbox came to."""

    mailbox: Mailbox
    seen: int = 0
    kept: int = 0
    failed: int = 0
    requests: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    @property
    def is_in_sync(self) -> bool:
        return self.mailbox.state == MailboxState.IN_SYNC

    def add(self, result: RunResult) -> None:
        """Count a run's outcomes in."""
        row = result.row
        if row is None:
            return
        self.seen += row.seen
        self.kept += row.kept
        self.failed += row.failed
        self.requests += row.requests
        self.dropped.update(row.dropped)


def sync_until_settled(
    mailbox: Mailbox,
    *,
    on_progress: Callable[[MailRun], None] | None = None,
    on_wait: Callable[[float], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Tally:
    """Sync one mailbox until it is in sync, stopped, or asked to wait for more than a minute."""
    Mailbox.objects.filter(pk=mailbox.pk).update(is_awaited=True)
    terms = Terms(slice_length=None, on_progress=on_progress)
    tally = Tally(mailbox)
    busy_since = timezone.now()
    while True:
        results = sync_mailbox(mailbox.pk, terms)
        tally.mailbox = _stored(mailbox.pk)
        for result in results:
            tally.add(result)
        is_busy = results[0].is_busy
        if not is_busy:
            busy_since = timezone.now()
        elif timezone.now() - busy_since > LONGEST_WAIT:
            return tally
        wait = _BUSY_PAUSE if is_busy else _wait(tally.mailbox)
        if wait is None or wait > LONGEST_WAIT.total_seconds():
            return tally
        if on_wait:
            on_wait(wait)
        sleep(wait)


def _wait(mailbox: Mailbox) -> float | None:
    """Seconds until another try makes sense, or None where it is settled."""
    if mailbox.state not in _WAITING or not mailbox.import_enabled or mailbox.not_before is None:
        return None
    return max((mailbox.not_before - timezone.now()).total_seconds(), 0.0)


def _stored(mailbox_id: UUID) -> Mailbox:
    return Mailbox.objects.select_related("user", "organization").get(pk=mailbox_id)
