"""Reads of mailboxes: an organization's, the stopped ones, and what their rounds and looks back came to."""

from django.db.models import QuerySet

from accounts.models import Organization
from mailsync.domain.counts import FAILURES, Kept
from mailsync.domain.mailbox_state import STOPPED
from mailsync.domain.vocabulary import RunKind
from mailsync.models import Mailbox, MailboxWalk, SyncRun


def mailboxes_of(organization: Organization) -> QuerySet[Mailbox]:
    """An organization's mailboxes with their people, in the people's order."""
    mailboxes = Mailbox.objects.filter(organization=organization)
    return mailboxes.select_related("user").order_by("user__name", "user__email")


def stopped_mailboxes(organization: Organization) -> QuerySet[Mailbox]:
    """The switched-on mailboxes that wait for somebody to act."""
    return mailboxes_of(organization).filter(import_enabled=True, state__in=STOPPED)


def last_run(mailbox: Mailbox) -> SyncRun | None:
    """The newest round that ended; one that saw nothing and went well leaves no row."""
    rounds = SyncRun.objects.filter(mailbox=mailbox, kind__in=[RunKind.INITIAL, RunKind.ONGOING])
    return rounds.filter(ended_at__isnull=False).first()


def newest_look_back(mailbox: Mailbox) -> MailboxWalk | None:
    """The newest search for the past mail of customers that entered the CRM (F20)."""
    return MailboxWalk.objects.filter(mailbox=mailbox, kind=RunKind.LATE_MATCH).first()


def newest_comparison(mailbox: Mailbox) -> MailboxWalk | None:
    """The newest comparison with the mailbox that came to its end (F23)."""
    return MailboxWalk.objects.filter(mailbox=mailbox, kind=RunKind.RECONCILIATION, ended_at__isnull=False).first()


def failures_of(run: SyncRun) -> dict[Kept, int]:
    """What a run's `failed` is the sum of."""
    ours = {failure: getattr(run, failure.value) for failure in FAILURES if failure is not Kept.FAILED}
    return {Kept.FAILED: run.failed - sum(ours.values())} | ours
