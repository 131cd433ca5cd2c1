"""One run over one mailbox: claimed, worked on, released; however it ends, the mailbox says so.

load ─▶ switched on? ─▶ claim ─▶ connected? ─▶ work ─▶ release
                                                │ error        ─▶ the state it means, and when to try again
                                                └ switched off ─▶ nothing more is fetched, nothing is written
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.domain.vocabulary import ConnectionState
from accounts.services.keys import as_alarm
from core.encryption import UnreadableSecret
from core.remembering import forget
from crm.models import DirectoryChange
from mailsync.domain.mailbox_state import NOT_CONNECTED
from mailsync.domain.vocabulary import MailboxState, RunKind
from mailsync.graph.errors import MicrosoftError, ReauthenticationNeeded, Retryable, Throttled
from mailsync.models import Mailbox, Sighting, SyncRun
from mailsync.services.graph_access import connection_of, graph_client_for
from mailsync.services.mailbox import move_mailbox
from mailsync.sync.claims import Interrupted, claim_mailbox
from mailsync.sync.collector import rare_collections
from mailsync.sync.failures import judge, show_failure
from mailsync.sync.reading import SLICE, Reading
from mailsync.sync.removals import GRACE

log = structlog.get_logger()

ROUNDS = frozenset({RunKind.INITIAL, RunKind.ONGOING})


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a run goes: its clock, how long before it steps aside (None: never), who is told of progress."""

    clock: Callable[[], datetime] = timezone.now
    slice_length: timedelta | None = SLICE
    on_progress: Callable[[Reading], None] | None = None


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended: the mailbox as the run left it, the run's counts, and whether somebody else was reading it."""

    mailbox: Mailbox
    run: SyncRun | None = None
    is_busy: bool = False

    @property
    def is_complete(self) -> bool:
        return self.run is not None and self.run.is_complete


def load_mailbox(mailbox_id: UUID, now: datetime) -> Mailbox:
    """The mailbox with all that a run needs to begin: one query."""
    due = Sighting.objects.filter(mailbox=OuterRef("pk"), gone_at=None, missing_since__lte=now - GRACE)
    changes = DirectoryChange.objects.filter(organization=OuterRef("organization"), id__gt=OuterRef("last_change_id"))
    mailboxes = Mailbox.objects.annotate(has_removals_due=Exists(due), has_changes=Exists(changes))
    return mailboxes.select_related("organization", "at_work", "user__microsoft_connection").get(pk=mailbox_id)


@rare_collections()
def run(mailbox_id: UUID, kind: RunKind | None, work: Callable[[Reading], None], terms: Terms) -> RunResult:
    """Do `work` on a claimed mailbox. `kind` None is an ordinary round: the first one or a later one."""
    mailbox = load_mailbox(mailbox_id, terms.clock())
    if not mailbox.import_enabled:
        return RunResult(mailbox)
    claim = claim_mailbox(mailbox, clock=terms.clock)
    if claim is None:
        return RunResult(mailbox, is_busy=True)
    now = terms.clock()
    if kind is None:
        kind = RunKind.INITIAL if mailbox.last_synced_at is None else RunKind.ONGOING
    row = SyncRun(mailbox=mailbox, kind=kind, started_at=now)
    reading: Reading | None = None
    try:
        if not _is_connected(mailbox, claim.name, now):
            return RunResult(mailbox, row)
        client = graph_client_for(mailbox, gate=claim.gate)
        steps_aside_at = now + terms.slice_length if terms.slice_length else None
        reading = Reading(mailbox, claim, client, row, terms.clock, steps_aside_at, on_progress=terms.on_progress)
        work(reading)
    except Interrupted as interruption:
        close_run(reading, row, terms.clock(), interruption.code)
    except UnreadableSecret as error:
        log.error("unreadable_secret", mailbox=str(mailbox.pk), what=str(error))  # noqa: TRY400 - no defect of the code
        _fail(reading, row, as_alarm(error), claim=claim.name, now=terms.clock())
    except Exception as error:  # noqa: BLE001 - whatever went wrong must be shown on the mailbox
        _fail(reading, row, error, claim=claim.name, now=terms.clock())
    finally:
        if reading is not None:
            reading.marks.leave()
        claim.release()
        forget()
    return RunResult(mailbox, row)


def close_run(reading: Reading | None, row: SyncRun, now: datetime, ended_by: str) -> None:
    """Close the run's row. A later round that saw nothing and ended well leaves no row."""
    row.ended_at, row.ended_by = now, ended_by[:255]
    if reading is None:
        row.save(force_insert=True)
        return
    for name, value in reading.counted().items():
        setattr(row, name, value)
    if reading.is_run_stored:
        row.save(force_update=True)
    elif ended_by or row.kind != RunKind.ONGOING:
        row.save(force_insert=True)


def _is_connected(mailbox: Mailbox, claim: str, now: datetime) -> bool:
    """Whether there is a sign-in to read with; where there is none, the mailbox says so."""
    try:
        if connection_of(mailbox).state != ConnectionState.DISCONNECTED:
            return True
    except ReauthenticationNeeded:
        pass  # never connected
    move_mailbox(mailbox, to=MailboxState.CONNECTING, cause=NOT_CONNECTED, now=now, claim=claim, due_at=None)
    return False


def _fail(reading: Reading | None, row: SyncRun, error: Exception, *, claim: str, now: datetime) -> None:
    mailbox = row.mailbox
    failure = judge(error, mailbox, has_progressed=bool(reading and reading.has_progressed), now=now)
    close_run(reading, row, now, failure.code)
    is_only_a_walk = row.kind not in ROUNDS and isinstance(error, Retryable) and not isinstance(error, Throttled)
    if not is_only_a_walk:  # a walk that did not get on goes on after the next round
        show_failure(mailbox, failure, error, claim=claim, now=now)
    if isinstance(error, MicrosoftError):
        log.info("sync_stopped", mailbox=str(mailbox.pk), state=failure.state.value, code=failure.code)
    else:
        log.error("sync_defect", mailbox=str(mailbox.pk), code=failure.code, exc_info=error)
