"""The switch "Import Email Conversations" (F3): on, off, sync now, and deleting what was imported."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.domain.audit import AuditVerb
from accounts.domain.vocabulary import ConnectionState
from accounts.models import MicrosoftConnection, User
from accounts.services.audit import record_event
from core.db.unit_of_work import one_unit_of_work, unit_of_work
from mailsync.domain.mailbox_state import NOT_CONNECTED
from mailsync.domain.pacing import stopped_retry
from mailsync.domain.vocabulary import MailboxState
from mailsync.models import FolderCursor, Mailbox, MailboxWalk, Sighting, Subscription
from mailsync.services.copies import forget_copies
from mailsync.services.mailbox import move_mailbox

log = structlog.get_logger(__name__)


class MayNotSync(Exception):
    """An administrator has not designated this person to sync email."""


class StillImporting(Exception):
    """What was imported can only be deleted once import is off: it would come back otherwise."""


@one_unit_of_work
def set_import(*, user: User, enabled: bool, actor: User | None = None) -> Mailbox:
    """Switch a person's import on (a sync is queued at once) or off (nothing more is fetched, from this moment).

    Raises MayNotSync for a person without an organization or not designated to sync.
    """
    if enabled and (user.organization_id is None or not user.may_sync):
        raise MayNotSync("An administrator of your organization has not allowed you to import email conversations.")
    now = timezone.now()
    mailbox = mailbox_of(user)
    if mailbox.import_enabled == enabled:
        return mailbox
    Mailbox.objects.filter(pk=mailbox.pk).update(import_enabled=enabled)
    mailbox.import_enabled = enabled
    if enabled:
        begin(mailbox, now=now)
    else:
        move_mailbox(
            mailbox=mailbox,
            to=MailboxState.OFF,
            cause="switched_off",
            now=now,
            due_at=None,
            not_before=None,
            is_awaited=False,
            failures=0,
        )
        if Subscription.objects.filter(mailbox=mailbox).exists():
            send_task("mailsync.end_subscription", mailbox.pk)
    record_event(
        organization=mailbox.organization,
        actor=actor or user,
        verb=AuditVerb.SWITCHED_ON if enabled else AuditVerb.SWITCHED_OFF,
        subject=mailbox,
    )
    return mailbox


@one_unit_of_work
def request_sync(*, mailbox: Mailbox, actor: User | None = None) -> None:
    """Somebody waits: this mailbox goes before the others, unless Microsoft asked us to wait."""
    if not mailbox.import_enabled:
        return
    now = timezone.now()
    if mailbox.not_before and mailbox.not_before > now:
        Mailbox.objects.filter(pk=mailbox.pk).update(is_awaited=True, due_at=mailbox.not_before)
    else:
        enqueue(mailbox, now=now, is_awaited=True)
    if actor is not None:
        record_event(organization=mailbox.organization, actor=actor, verb=AuditVerb.REQUESTED_SYNC, subject=mailbox)


def delete_imported(*, mailbox: Mailbox, actor: User) -> int:
    """Delete what this mailbox brought in and no colleague's mailbox holds; says how many emails went.

    Switching import on again afterwards brings the mail in anew: that is the person's own decision. Raises
    StillImporting while import is on.
    """
    stored = Mailbox.objects.select_related("organization").get(pk=mailbox.pk)
    if stored.import_enabled:
        raise StillImporting("Switch off “Import Email Conversations” first.")
    count = forget_copies(stored, Sighting.objects.filter(mailbox=stored))

    def conclude() -> None:
        forget_progress(stored)
        record_event(
            organization=stored.organization,
            actor=actor,
            verb=AuditVerb.DELETED,
            subject=stored,
            detail={"engagements": count},
        )

    unit_of_work(conclude)
    return count


def forget_progress(mailbox: Mailbox) -> None:
    """Let the next sync be a first one: as after deleting what was imported, or with another Microsoft account."""
    FolderCursor.objects.filter(mailbox=mailbox).delete()
    MailboxWalk.objects.filter(mailbox=mailbox).delete()
    fresh: dict[str, object] = {
        "folders_link": "",
        "folders_digest": "",
        "folders_walked_at": None,
        "lookback_from": None,
        "progress_done": 0,
        "progress_total": 0,
        "last_synced_at": None,
        "last_reconciled_at": None,
        "reconciliation_gap": 0,
    }
    Mailbox.objects.filter(pk=mailbox.pk).update(**fresh)
    for name, value in fresh.items():
        setattr(mailbox, name, value)


def mailbox_of(user: User) -> Mailbox:
    """A person's mailbox, made when it is first needed. Raises MayNotSync for who belongs to no organization."""
    if user.organization is None:
        raise MayNotSync("Only people of an organization have a mailbox here.")
    mailbox, _ = Mailbox.objects.select_related("organization", "user").get_or_create(
        user=user, defaults={"organization": user.organization}
    )
    return mailbox


def begin(mailbox: Mailbox, *, now: datetime) -> None:
    """Put a switched-on mailbox where its connection allows, and queue its sync where it can be read."""
    connection = MicrosoftConnection.objects.filter(user=mailbox.user_id).first()
    state = ConnectionState(connection.state) if connection else ConnectionState.DISCONNECTED
    if state is ConnectionState.CONNECTED:
        move_mailbox(mailbox=mailbox, to=MailboxState.CONNECTING, now=now, not_before=None, failures=0)
        enqueue(mailbox, now=now, is_awaited=True)
    elif state is ConnectionState.DISCONNECTED:
        move_mailbox(
            mailbox=mailbox, to=MailboxState.CONNECTING, cause=NOT_CONNECTED, now=now, due_at=None, not_before=None
        )
    else:
        stopped, reason = MailboxState(state.value), connection.reason if connection else ""
        again_at = now + stopped_retry(stopped)  # an administrator may mend it without telling us
        move_mailbox(mailbox=mailbox, to=stopped, cause=reason, now=now, due_at=again_at, not_before=None)


def requeue_after() -> timedelta:
    """After so long a queued sync that has not begun, or whose worker could not say how it ended, is taken for lost."""
    return timedelta(seconds=settings.REQUEUE_SECONDS)


def enqueue(mailbox: Mailbox, *, now: datetime, is_awaited: bool = False) -> bool:
    """Queue one mailbox's sync once the transaction has committed; the task carries the id alone.

    It is due again after a while, so that a task lost with its worker or broker comes back by itself. Where nobody
    waits for it, False says that another dispatcher has queued it meanwhile.
    """
    again_at = now + requeue_after()
    rows = Mailbox.objects.filter(pk=mailbox.pk, import_enabled=True)
    fields: dict[str, object] = {"is_awaited": True} if is_awaited else {}
    if not is_awaited:
        rows = rows.filter(due_at=mailbox.due_at)
    if not rows.update(due_at=again_at, queued_at=now, **fields):
        return False
    mailbox.due_at, mailbox.queued_at = again_at, now
    mailbox.is_awaited |= is_awaited
    send_task("mailsync.sync_mailbox", mailbox.pk)
    return True


def send_task(name: str, mailbox_id: UUID) -> None:
    """Queue a task for one mailbox once the transaction has committed.

    Where no broker answers the person's change stands, and the sync is due again: the dispatcher asks when one is back.
    """
    transaction.on_commit(partial(_send, name, mailbox_id), robust=True)


def _send(name: str, mailbox_id: UUID) -> None:
    try:
        current_app.send_task(name, args=[str(mailbox_id)])
    except (OperationalError, OSError) as error:
        log.warning("task_not_sent", task=name, mailbox=str(mailbox_id), error=type(error).__name__)
        unsent = Mailbox.objects.filter(pk=mailbox_id, import_enabled=True, queued_at__isnull=False)
        unsent.update(due_at=timezone.now(), queued_at=None)
