"""One run over one mailbox, from claim to release.

    claim ─▶ connect ─▶ folder tree, where it may have changed ─▶ what changed in finished folders (one $batch)
                                                                        │
         release ◀─ confirm removals ◀─ unfinished folders to their end ┘

However it ends, the mailbox says so: in sync only where every folder reached its deltaLink.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.domain.vocabulary import ConnectionState
from accounts.encryption import UnreadableSecret
from crm.selectors.directory import oldest_open_opportunity_created_at
from mailsync.domain.lookback import LONGEST_LOOKBACK_MONTHS, lookback_start
from mailsync.domain.mailbox_state import NOT_CONNECTED, RECONCILIATION_GAP
from mailsync.domain.pacing import next_slot
from mailsync.domain.vocabulary import MailboxState, RunKind
from mailsync.graph.errors import MicrosoftError, ReauthenticationNeeded
from mailsync.models import Mailbox, Sighting, SyncRun
from mailsync.services.addresses import learn_addresses
from mailsync.services.graph_access import connection_of, graph_client_for
from mailsync.services.mailbox import move_mailbox
from mailsync.sync.claims import Claim, Interrupted, claim_mailbox
from mailsync.sync.failures import judge, show_failure
from mailsync.sync.folders import is_walk_due, load_cursors, walk_folders
from mailsync.sync.reading import SLICE, Reading, unfinished
from mailsync.sync.removals import GRACE, confirm_removals
from mailsync.sync.rounds import follow_deltas, read_pending
from timeline.models import RetentionPolicy

log = structlog.get_logger()

_READING = {MailboxState.INITIAL, MailboxState.CATCHING_UP, MailboxState.IN_SYNC}


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended: the mailbox as it stands, the run's counts, and whether somebody else was reading it."""

    mailbox: Mailbox
    run: SyncRun | None = None
    is_busy: bool = False


def load_mailbox(mailbox_id: UUID, now: datetime) -> Mailbox:
    """The mailbox with all that a run needs to begin: one query."""
    due = Sighting.objects.filter(mailbox=OuterRef("pk"), gone_at=None, missing_since__lte=now - GRACE)
    mailboxes = Mailbox.objects.annotate(has_removals_due=Exists(due))
    try:
        return mailboxes.select_related("organization", "user__microsoft_connection").get(pk=mailbox_id)
    except UnreadableSecret:
        # whoever asks for the connection is told so by an error of the tree
        return mailboxes.select_related("organization", "user").get(pk=mailbox_id)


def sync_mailbox(
    mailbox_id: UUID,
    *,
    clock: Callable[[], datetime] = timezone.now,
    slice_length: timedelta | None = SLICE,
    on_progress: Callable[[Reading], None] | None = None,
) -> RunResult:
    """Bring a mailbox up to date, or as far as it goes; every outcome is shown on the mailbox.

    `slice_length` ends a long run early, to be gone on with when it is due again; None lets it run to its end.
    """
    mailbox = load_mailbox(mailbox_id, clock())
    if not mailbox.import_enabled:
        return RunResult(mailbox)
    claim = claim_mailbox(mailbox, clock=clock)
    if claim is None:
        return RunResult(mailbox, is_busy=True)
    now = clock()
    is_first = mailbox.last_synced_at is None
    run = SyncRun(mailbox=mailbox, kind=RunKind.INITIAL if is_first else RunKind.ONGOING, started_at=now)
    reading: Reading | None = None
    try:
        if not _is_connected(mailbox, claim, now):
            return RunResult(mailbox, run)
        reading = Reading(
            mailbox,
            claim,
            graph_client_for(mailbox, gate=claim.gate),
            run,
            clock,
            steps_aside_at=now + slice_length if slice_length else None,
            on_progress=on_progress,
        )
        _read(reading)
        _finish(reading)
    except Interrupted as interruption:
        _note_end(reading, run, clock(), interruption.code)
    except Exception as error:  # noqa: BLE001 - whatever went wrong must be shown on the mailbox
        _fail(reading, run, error, claim=claim.name, now=clock())
    finally:
        claim.release()
    return RunResult(mailbox, run)


def _is_connected(mailbox: Mailbox, claim: Claim, now: datetime) -> bool:
    """Whether there is a sign-in to read with; where there is none, the mailbox says so."""
    try:
        if connection_of(mailbox).state != ConnectionState.DISCONNECTED:
            return True
    except ReauthenticationNeeded:
        pass  # never connected
    move_mailbox(mailbox, to=MailboxState.CONNECTING, cause=NOT_CONNECTED, now=now, claim=claim.name, due_at=None)
    return False


def _read(reading: Reading) -> None:
    _connect(reading)
    load_cursors(reading)
    if is_walk_due(reading):
        walk_folders(reading)
    _show_reading(reading)
    follow_deltas(reading)
    for _ in range(2):  # a folder that vanishes while it is read makes the tree be listed once more
        if reading.is_tree_stale:
            reading.is_tree_stale = False
            walk_folders(reading)
        read_pending(reading)
        if not reading.is_tree_stale:
            break
    if getattr(reading.mailbox, "has_removals_due", False) and not reading.is_time_up:
        confirm_removals(reading)


def _connect(reading: Reading) -> None:
    """On the first run after connecting: whose mailbox it is, and how far back it is read."""
    mailbox = reading.mailbox
    if mailbox.state != MailboxState.CONNECTING and mailbox.lookback_from is not None:
        return
    learn_addresses(mailbox, reading.client.me().addresses)
    if mailbox.lookback_from is None:
        policy = RetentionPolicy.objects.filter(organization=mailbox.organization_id).first()
        mailbox.lookback_from = lookback_start(
            reading.clock(),
            oldest_open_opportunity_created_at(mailbox.organization),
            policy.months if policy else LONGEST_LOOKBACK_MONTHS,
        )
    reading.claim.renew(lookback_from=mailbox.lookback_from)


def _show_reading(reading: Reading) -> None:
    """Microsoft let us in: leave connecting, throttled and the stopped states."""
    mailbox = reading.mailbox
    goal = MailboxState.INITIAL if reading.is_initial else MailboxState.CATCHING_UP
    is_behind = mailbox.state == MailboxState.IN_SYNC and bool(unfinished(reading.cursors.values()))
    if is_behind or mailbox.failures or mailbox.state not in _READING:
        move_mailbox(mailbox, to=goal, now=reading.clock(), claim=reading.claim.name, not_before=None)


def _finish(reading: Reading) -> None:
    """Every folder is at its end, or the run's time was up."""
    mailbox, now = reading.mailbox, reading.clock()
    is_complete = not unfinished(reading.cursors.values())
    fields: dict[str, object] = {"not_before": None, "failures": 0, "folders_link": mailbox.folders_link}
    if is_complete:
        interval = timedelta(minutes=settings.SYNC_INTERVAL_MINUTES)
        due_at = next_slot(mailbox.pk, now, interval)
        fields |= {"last_synced_at": now, "due_at": due_at, "is_awaited": False}
        goal, cause = (MailboxState.IN_SYNC, "") if not mailbox.reconciliation_gap else _gap()
    else:
        fields |= {"due_at": now}
        goal = MailboxState.INITIAL if reading.is_initial else MailboxState.CATCHING_UP
        cause = ""
    reading.run.is_complete = is_complete
    _note_end(reading, reading.run, now, "" if is_complete else "time_up")
    if (mailbox.state, mailbox.state_reason) == (goal, cause):
        reading.claim.release(**fields)
        for name, value in fields.items():
            setattr(mailbox, name, value)
    else:
        move_mailbox(mailbox, to=goal, cause=cause, now=now, claim=reading.claim.name, **fields)


def _gap() -> tuple[MailboxState, str]:
    return MailboxState.CATCHING_UP, RECONCILIATION_GAP


def _fail(reading: Reading | None, run: SyncRun, error: Exception, *, claim: str, now: datetime) -> None:
    mailbox = run.mailbox
    failure = judge(error, mailbox, has_progressed=bool(reading and reading.has_progressed), now=now)
    _note_end(reading, run, now, failure.code)
    show_failure(mailbox, failure, error, claim=claim, now=now)
    if isinstance(error, MicrosoftError):
        log.info("sync_stopped", mailbox=str(mailbox.pk), state=failure.state.value, code=failure.code)
    else:
        log.error("sync_defect", mailbox=str(mailbox.pk), code=failure.code, exc_info=error)


def _note_end(reading: Reading | None, run: SyncRun, now: datetime, ended_by: str) -> None:
    """Close the run's row. A round that saw nothing and ended well leaves no row."""
    run.ended_at, run.ended_by = now, ended_by[:255]
    if reading is None:
        run.save(force_insert=True)
        return
    for name, value in reading.counted().items():
        setattr(run, name, value)
    if reading.is_run_stored:
        run.save(force_update=True)
    elif ended_by or reading.is_initial:
        run.save(force_insert=True)
