"""A listing of the whole mailbox in a window of time, page by page, that goes on where it stopped.

    late match (F20)        parties new in the CRM ──▶ their past mail, and nobody else's, back to the lookback
    reconciliation (F23)    a closed window ──▶ what should be here and is not is brought in; what is here and not
                                                there is marked missing; the rest of the gap is told

Both take mail through the same corridor as any page, so doing one twice changes nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from mailsync.domain.counts import Kept
from mailsync.domain.envelope import Envelope
from mailsync.domain.vocabulary import RunKind
from mailsync.models import Mailbox, MailboxWalk
from mailsync.sync.corridor import import_page
from mailsync.sync.folder import Window
from mailsync.sync.mail_run import MailRun
from mailsync.sync.record import ImportedPage, record_page
from mailsync.sync.windows import list_next, put_off_until

Wanted = Callable[[Sequence[Envelope]], Sequence[Envelope]]
"""Which of a page's envelopes the walk is about."""


def open_walk(mailbox: Mailbox, kind: RunKind) -> MailboxWalk | None:
    """The walk of this kind that has begun and not ended."""
    return MailboxWalk.objects.filter(mailbox=mailbox, kind=kind, ended_at=None).order_by("id").first()


def walk(
    run: MailRun, row: MailboxWalk, wanted: Wanted, on_page: Callable[[Sequence[Envelope]], None] | None = None
) -> bool:
    """List the rest of a walk's window, record what is wanted and new; True when it came to its end.

    `on_page` sees every page that was listed, before it is recorded. A row that is not stored leaves no trace.
    """
    window = Window(None, row.since, row.before, run.page_size)
    while not run.is_time_up:
        before = window.before
        listed = list_next(run, window)
        if on_page:
            on_page(listed.envelopes)
        row.looked_at += len(listed.envelopes)
        row.before = window.before
        if listed.unreadable is not None:
            row.unreadable += 1
            result = ImportedPage(outcomes={f"{row.kind} {listed.unreadable.isoformat()}": Kept.FAILED})
        else:
            result = import_page(run, wanted(listed.envelopes))
            result.outcomes.update(dict.fromkeys(listed.failed, Kept.FAILED))
            row.unreadable += sum(outcome is Kept.FAILED for outcome in result.outcomes.values())
        if result.put_off:
            row.before = put_off_until(listed, result.put_off, before)
            record_page(run, result, row)
            raise next(iter(result.put_off.values()))
        if listed.is_last:
            row.ended_at = run.clock()
        record_page(run, result, row)
        if listed.is_last:
            return True
    return False


def begin_walk(
    mailbox: Mailbox, kind: RunKind, *, since: datetime, until: datetime, now: datetime, last_change_id: int = 0
) -> MailboxWalk:
    """A walk over mail received in [since, until)."""
    return MailboxWalk.objects.create(
        mailbox=mailbox,
        kind=kind,
        since=since,
        until=until,
        before=until,
        last_change_id=last_change_id,
        started_at=now,
    )
