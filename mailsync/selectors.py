"""Reads of mailboxes: whose, in what state, what their runs and walks came to, and the numbers for /metrics."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Organization, User
from mailsync.domain.mailbox_state import STOPPED
from mailsync.domain.vocabulary import MailboxState, RunKind
from mailsync.models import Mailbox, MailboxWalk, SyncRun


def mailbox_for(user: User) -> Mailbox | None:
    """A person's mailbox, or None where import was never switched on."""
    return Mailbox.objects.select_related("organization", "user").filter(user=user).first()


def mailboxes_of(organization: Organization) -> QuerySet[Mailbox]:
    """An organization's mailboxes with their people, in the people's order."""
    return (
        Mailbox.objects.filter(organization=organization).select_related("user").order_by("user__name", "user__email")
    )


def stopped_mailboxes(organization: Organization) -> QuerySet[Mailbox]:
    """The switched-on mailboxes that wait for somebody to act."""
    return mailboxes_of(organization).filter(import_enabled=True, state__in=STOPPED)


def last_run(mailbox: Mailbox) -> SyncRun | None:
    """The newest round that saw anything or went wrong."""
    return SyncRun.objects.filter(mailbox=mailbox, kind__in=[RunKind.INITIAL, RunKind.ONGOING]).first()


def newest_walks(mailbox: Mailbox) -> dict[RunKind, MailboxWalk]:
    """The newest look back for new customers and the newest comparison, where there were any."""
    found = {}
    for kind in (RunKind.LATE_MATCH, RunKind.RECONCILIATION):
        if row := MailboxWalk.objects.filter(mailbox=mailbox, kind=kind).first():
            found[kind] = row
    return found


@dataclass(frozen=True, slots=True)
class SyncNumbers:
    """How the whole installation's sync stands; no organization, person or mail is named."""

    mailboxes_by_state: Counter[str]
    late: int
    reconciliation_gap: int
    unreadable: int
    seen: int
    kept: int
    failed: int
    requests: int
    dropped: Counter[str]


def sync_numbers(*, now: datetime, interval: timedelta, since: timedelta = timedelta(days=1)) -> SyncNumbers:
    """The numbers for /metrics: states at this moment, and what the runs of the last day came to. Five queries.

    `late` are healthy mailboxes whose last round ended more than two intervals ago.
    """
    states = Counter(dict(Mailbox.objects.values_list("state").annotate(n=Count("pk")).order_by("state")))
    healthy = Mailbox.objects.filter(import_enabled=True).exclude(state__in=[*STOPPED, MailboxState.CONNECTING])
    late = healthy.filter(Q(last_synced_at=None) | Q(last_synced_at__lt=now - 2 * interval)).count()
    gap = Mailbox.objects.filter(import_enabled=True).aggregate(n=Sum("reconciliation_gap"))["n"] or 0
    rows = SyncRun.objects.filter(started_at__gte=now - since)
    totals: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    for seen, kept, failed, requests, reasons in rows.values_list("seen", "kept", "failed", "requests", "dropped"):
        totals.update(seen=seen, kept=kept, failed=failed, requests=requests)
        dropped.update(reasons)
    unreadable = MailboxWalk.objects.filter(ended_at__gte=now - since).aggregate(n=Sum("unreadable"))["n"] or 0
    return SyncNumbers(
        mailboxes_by_state=states,
        late=late,
        reconciliation_gap=gap,
        unreadable=unreadable,
        seen=totals["seen"],
        kept=totals["kept"],
        failed=totals["failed"],
        requests=totals["requests"],
        dropped=dropped,
    )
