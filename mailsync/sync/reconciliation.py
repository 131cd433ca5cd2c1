"""Reconciliation (F23): what a closed window of the mailbox holds, beside what is stored of it.

    there and here          fine
    there and not here      a gap: brought in by the walk itself, then looked for once more
    here and not there      marked missing; mailsync.sync.removals asks for it by id before anything follows
    there and unreadable    Microsoft cannot deliver it: counted, no gap of ours

The window ended before the walk began, so mail under way is no gap. A mailbox is in sync only while no gap is left.
It reaches back to the last comparison in which every mail could be read: what Microsoft could not deliver is asked for
again, soon at first and then once a day.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from core.db.portions import in_portions
from core.db.unit_of_work import unit_of_work
from mailsync.domain.envelope import Envelope
from mailsync.domain.pacing import SOON, compared_again_after
from mailsync.domain.vocabulary import RunKind
from mailsync.models import Mailbox, MailboxWalk, Sighting
from mailsync.sync.mail_run import MailRun
from mailsync.sync.walks import begin_walk, open_walk, walk

SETTLED_AFTER = timedelta(minutes=30)
"""Mail younger than this may still be under way between folders."""

OVERLAP = timedelta(days=7)
"""How far a window reaches into the one before: mail is moved and changed days after it came."""

_AT_ONCE = 1_000


def reconcile(run: MailRun) -> bool:
    """Go on with the comparison, or begin it; True when it came to its end."""
    mailbox = run.mailbox
    row = open_walk(mailbox, RunKind.RECONCILIATION) or _begin(run)
    if row is None:
        return True
    began_at, listed = row.before, set[int]()

    def remember(envelopes: Sequence[Envelope]) -> None:
        listed.update(hash(envelope.copy_id) for envelope in envelopes)

    if not walk(run, row, lambda envelopes: envelopes, on_page=remember):
        return False
    _mark_missing(run, row.since, began_at, listed)
    gap = _look_again(run, row) if row.found else 0
    now = run.clock()
    mailbox.last_reconciled_at, mailbox.reconciliation_gap = now, gap
    mailbox.reconcile_at = now + (SOON if gap else _again_after(row))
    run.claim.renew(last_reconciled_at=now, reconciliation_gap=gap, reconcile_at=mailbox.reconcile_at)
    return True


def _begin(run: MailRun) -> MailboxWalk | None:
    mailbox, now = run.mailbox, run.clock()
    if mailbox.lookback_from is None:
        return None
    since = mailbox.lookback_from
    if whole := _last_whole(mailbox):
        since = max(since, whole.until - OVERLAP)
    until = (now - SETTLED_AFTER).replace(microsecond=0)
    if until <= since:
        return None
    return begin_walk(mailbox, RunKind.RECONCILIATION, since=since, until=until, now=now)


def _last_whole(mailbox: Mailbox) -> MailboxWalk | None:
    """The newest comparison that ended and in which every mail could be read."""
    ended = MailboxWalk.objects.filter(mailbox=mailbox, kind=RunKind.RECONCILIATION, ended_at__isnull=False)
    return ended.filter(unreadable=0).order_by("-id").first()


def _again_after(row: MailboxWalk) -> timedelta:
    if not row.unreadable:
        return compared_again_after(0)
    rows = MailboxWalk.objects.filter(mailbox=row.mailbox, kind=RunKind.RECONCILIATION, ended_at__isnull=False)
    whole = _last_whole(row.mailbox)
    return compared_again_after(rows.filter(id__gt=whole.pk if whole else 0).count())


def _look_again(run: MailRun, row: MailboxWalk) -> int:
    """How many mails are still missing after a walk that found some: a second look at the same window."""
    again = MailboxWalk(
        mailbox=run.mailbox,
        kind=RunKind.RECONCILIATION,
        since=row.since,
        until=row.until,
        before=row.until,
        started_at=run.clock(),
    )
    walk(run, again, lambda envelopes: envelopes)
    return again.found


def _mark_missing(run: MailRun, since: datetime, before: datetime, listed: set[int]) -> None:
    """What is stored of this stretch and was not listed; a walk that went on after a crash saw only its rest."""
    rows = Sighting.objects.filter(
        mailbox=run.mailbox, received_at__gte=since, received_at__lt=before, missing_since=None, gone_at=None
    )
    for some in in_portions(rows.only("received_at", "copy_id"), _AT_ONCE, by=["received_at", "pk"]):
        missing = [row.pk for row in some if hash(row.copy_id) not in listed]
        if missing:
            unit_of_work(partial(Sighting.objects.filter(pk__in=missing).update, missing_since=run.clock()))
