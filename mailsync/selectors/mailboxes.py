"""Mailboxes: a person's, an organization's, the stopped ones, and what their rounds and looks back came to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.microsoft.aadsts import explain
from accounts.models import Organization, User
from mailsync.domain.counts import FAILURES, Kept
from mailsync.domain.mailbox_state import STOPPED, Advice, advice
from mailsync.domain.suspicion import is_stepped_over, read
from mailsync.domain.vocabulary import MailboxState, RunKind
from mailsync.models import AtWork, Mailbox, MailboxWalk, SyncRun

RENEW_WITHIN = timedelta(days=1)
"""A subscription that ends sooner is renewed."""


def own_mailbox(viewer: User) -> Mailbox | None:
    """The viewer's own mailbox, None until one is connected or the switch was used."""
    return Mailbox.objects.filter(user=viewer).select_related("organization", "user").first()


def advice_of(mailbox: Mailbox) -> Advice:
    """What a mailbox's state means to its person, as exactly as Microsoft's code allows; asks nothing."""
    return advice(mailbox.state, mailbox.state_reason, mailbox.not_before, explain(mailbox.state_reason))


def mailboxes_of(organization: Organization) -> QuerySet[Mailbox]:
    """An organization's mailboxes with their people, in the people's order."""
    mailboxes = Mailbox.objects.filter(organization=organization)
    return mailboxes.select_related("user").order_by("user__name", "user__email")


def stopped_mailboxes(organization: Organization) -> QuerySet[Mailbox]:
    """The switched-on mailboxes that wait for somebody to act."""
    return mailboxes_of(organization).filter(import_enabled=True, state__in=STOPPED)


def runs_of(mailbox: Mailbox) -> QuerySet[SyncRun]:
    """What every run over a mailbox did."""
    return SyncRun.objects.filter(mailbox=mailbox)


def last_ended_run(mailbox: Mailbox) -> SyncRun | None:
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


def mailboxes_for(viewer: User) -> QuerySet[Mailbox]:
    """The mailboxes whose health the viewer may see."""
    rows = Mailbox.objects.filter(organization=viewer.organization_id).select_related("user")
    return rows if viewer.reads_every_deal else rows.filter(user=viewer)


def with_last_run(mailboxes: Sequence[Mailbox]) -> Sequence[Mailbox]:
    """The same rows, each knowing its latest sync run as `last_run`: two queries whatever their number."""
    latest = SyncRun.objects.filter(mailbox=OuterRef("pk"), kind__in=[RunKind.INITIAL, RunKind.ONGOING])
    ids = dict(
        Mailbox.objects.filter(pk__in=[mailbox.pk for mailbox in mailboxes])
        .annotate(latest=Subquery(latest.order_by("-started_at", "-id").values("pk")[:1]))
        .values_list("pk", "latest")
    )
    runs = SyncRun.objects.in_bulk([run for run in ids.values() if run])
    for mailbox in mailboxes:
        mailbox.last_run = runs.get(ids.get(mailbox.pk))  # type: ignore[attr-defined] # what the serializer reads
    return mailboxes


def count_stepped_over(mailbox: Mailbox) -> int:
    """How many mails of a mailbox are not looked at any more, because workers died at them."""
    suspects = read(AtWork.objects.filter(mailbox=mailbox).values_list("suspects", flat=True).first() or "")
    return sum(is_stepped_over(key, suspects) for key in suspects)


def due_for_subscription(now: datetime) -> QuerySet[Mailbox]:
    """Mailboxes in sync whose subscription is missing or about to end."""
    about_to_end = Q(subscription=None) | Q(subscription__expires_at__lt=now + RENEW_WITHIN)
    return Mailbox.objects.filter(about_to_end, import_enabled=True, state=MailboxState.IN_SYNC)
