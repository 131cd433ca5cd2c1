"""Keeping a mailbox up to date: a round, and after a complete one the walks that are due, each a run of its own.

    connect ─▶ folder tree, where it may have changed ─▶ what changed in finished folders (one $batch) ◀─┐
                                                                        │                                │
      in sync ◀─ confirm removals ◀─ unfinished folders to their end ───┘     once more, where some were ┘
         ├─▶ late match, where the CRM has new parties        (mailsync.sync.late_match)
         └─▶ reconciliation, once a day                       (mailsync.sync.reconciliation)

In sync is said only where every folder reached its deltaLink and the last reconciliation left no gap.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.models import Exists, OuterRef

from core.runs.run import claimed_run
from crm.models import DirectoryChange
from crm.selectors.directory import oldest_open_opportunity_created_at
from mailsync.domain.lookback import LONGEST_LOOKBACK_MONTHS, lookback_start
from mailsync.domain.vocabulary import MailboxState, RunKind
from mailsync.models import Mailbox, Sighting, SyncRun
from mailsync.services.addresses import learn_addresses
from mailsync.services.mailbox import move_mailbox
from mailsync.sync.collector import rare_collections
from mailsync.sync.late_match import match_late, newest_change
from mailsync.sync.mail_run import MailRun, Terms
from mailsync.sync.reconciliation import reconcile
from mailsync.sync.removals import GRACE, confirm_removals
from mailsync.sync.rounds import follow_deltas, read_unfinished
from mailsync.sync.tree import is_listing_due, list_folders, load_folders
from timeline.models import RetentionPolicy

_READING = frozenset({MailboxState.INITIAL, MailboxState.CATCHING_UP, MailboxState.IN_SYNC})


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended: the mailbox as the run left it, and the run's counts; no row where there was no run.

    `is_busy` says that somebody else was reading it.
    """

    mailbox: Mailbox
    row: SyncRun | None = None

    @property
    def is_complete(self) -> bool:
        return self.row is not None and self.row.is_complete

    @property
    def is_busy(self) -> bool:
        return self.row is None and self.mailbox.import_enabled


@rare_collections()
def sync_mailbox(mailbox_id: UUID, terms: Terms | None = None) -> list[RunResult]:
    """Bring one mailbox up to date: its round, and the walks that are due after it."""
    terms = terms or Terms()
    mailbox = _load(mailbox_id, terms.clock())
    kind = RunKind.INITIAL if mailbox.last_synced_at is None else RunKind.ONGOING
    with claimed_run(mailbox, partial(MailRun.begun, mailbox, kind, terms), clock=terms.clock) as run:
        if run is None:
            return [RunResult(mailbox)]
        run.connect()
        _get_to_know(run)
        load_folders(run)
        if is_listing_due(run):
            list_folders(run)
        _show_that_it_is_read(run)
        follow_deltas(run)
        was_behind = run.is_tree_stale or bool(run.unfinished)
        read_unfinished(run)
        if was_behind and not run.unfinished:
            follow_deltas(run)  # a round tells nothing of mail that came after it began, maybe runs ago
            read_unfinished(run)
        if getattr(mailbox, "has_removals_due", False) and not run.is_time_up:
            confirm_removals(run)
        run.row.is_complete = not run.unfinished
    results = [RunResult(mailbox, run.row)]
    if results[0].is_complete and getattr(mailbox, "has_changes", False):
        results.append(_walk(mailbox_id, RunKind.LATE_MATCH, match_late, terms))
    if results[0].is_complete and mailbox.reconcile_at is not None and mailbox.reconcile_at <= terms.clock():
        results.append(_walk(mailbox_id, RunKind.RECONCILIATION, reconcile, terms))
    return results


def _walk(mailbox_id: UUID, kind: RunKind, walk: Callable[[MailRun], bool], terms: Terms) -> RunResult:
    """A walk over what the round has brought up to date."""
    mailbox = _load(mailbox_id, terms.clock())
    with claimed_run(mailbox, partial(MailRun.begun, mailbox, kind, terms), clock=terms.clock) as run:
        if run is None:
            return RunResult(mailbox)
        run.connect()
        load_folders(run)
        run.row.is_complete = walk(run)
    return RunResult(mailbox, run.row)


def _load(mailbox_id: UUID, now: datetime) -> Mailbox:
    """The mailbox with all that a run needs to begin: one query."""
    due = Sighting.objects.filter(mailbox=OuterRef("pk"), gone_at=None, missing_since__lte=now - GRACE)
    changes = DirectoryChange.objects.filter(organization=OuterRef("organization"), id__gt=OuterRef("last_change_id"))
    mailboxes = Mailbox.objects.annotate(has_removals_due=Exists(due), has_changes=Exists(changes))
    return mailboxes.select_related("organization", "at_work", "user__microsoft_connection__organization").get(
        pk=mailbox_id
    )


def _get_to_know(run: MailRun) -> None:
    """On the first run after connecting: whose mailbox it is, and how far back it is read.

    What the CRM knows by now is matched as the mail is read; only what enters later is looked for afterwards.
    """
    mailbox = run.mailbox
    if mailbox.state != MailboxState.CONNECTING and mailbox.lookback_from is not None:
        return
    learn_addresses(mailbox, run.client.me().addresses)
    if mailbox.lookback_from is None:
        policy = RetentionPolicy.objects.filter(organization=mailbox.organization_id).first()
        mailbox.lookback_from = lookback_start(
            run.clock(),
            oldest_open_opportunity_created_at(mailbox.organization),
            policy.months if policy else LONGEST_LOOKBACK_MONTHS,
        )
        mailbox.last_change_id = newest_change(mailbox)
        mailbox.has_changes = False  # type: ignore[attr-defined] # annotated by _load
    run.claim.renew(lookback_from=mailbox.lookback_from, last_change_id=mailbox.last_change_id)


def _show_that_it_is_read(run: MailRun) -> None:
    """Microsoft let us in: leave connecting, throttled and the stopped states."""
    mailbox = run.mailbox
    is_behind = mailbox.state == MailboxState.IN_SYNC and bool(run.unfinished)
    if is_behind or mailbox.failures or mailbox.state not in _READING:
        move_mailbox(mailbox=mailbox, to=run.on_the_way, now=run.clock(), claim=run.claim.name, not_before=None)
