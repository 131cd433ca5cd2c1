"""Keeping a mailbox up to date: a round, and after a complete one the walks that are due.

    connect ─▶ folder tree, where it may have changed ─▶ what changed in finished folders (one $batch) ◀─┐
                                                                        │                                │
      in sync ◀─ confirm removals ◀─ unfinished folders to their end ───┘     once more, where some were ┘
         ├─▶ late match, where the CRM has new parties        (mailsync.sync.late_match)
         └─▶ reconciliation, once a day                       (mailsync.sync.reconciliation)

In sync is said only where every folder reached its deltaLink and the last reconciliation left no gap.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from crm.selectors.directory import oldest_open_opportunity_created_at
from mailsync.domain.lookback import LONGEST_LOOKBACK_MONTHS, lookback_start
from mailsync.domain.mailbox_state import RECONCILIATION_GAP
from mailsync.domain.pacing import next_slot
from mailsync.domain.vocabulary import MailboxState, RunKind
from mailsync.services.addresses import learn_addresses
from mailsync.services.mailbox import move_mailbox
from mailsync.sync.folders import is_walk_due, load_cursors, walk_folders
from mailsync.sync.late_match import match_late, newest_change
from mailsync.sync.reading import Reading, unfinished
from mailsync.sync.reconciliation import FIRST_AFTER, SOON, reconcile
from mailsync.sync.removals import confirm_removals
from mailsync.sync.rounds import follow_deltas, read_pending
from mailsync.sync.run import RunResult, Terms, close_run, run
from timeline.models import RetentionPolicy

_READING = frozenset({MailboxState.INITIAL, MailboxState.CATCHING_UP, MailboxState.IN_SYNC})


def bring_up_to_date(mailbox_id: UUID, terms: Terms | None = None) -> list[RunResult]:
    """A round over one mailbox and the walks that are due after it, each a run of its own."""
    terms = terms or Terms()
    results = [run(mailbox_id, None, _round, terms)]
    mailbox = results[0].mailbox
    if results[0].is_complete and mailbox.import_enabled:
        walks: list[tuple[RunKind, Callable[[Reading], bool]]] = []
        if getattr(mailbox, "has_changes", False):
            walks.append((RunKind.LATE_MATCH, match_late))
        if mailbox.reconcile_at is not None and mailbox.reconcile_at <= terms.clock():
            walks.append((RunKind.RECONCILIATION, reconcile))
        results += [run(mailbox_id, kind, _walk(work), terms) for kind, work in walks]
    return results


def _walk(work: Callable[[Reading], bool]) -> Callable[[Reading], None]:
    def walk(reading: Reading) -> None:
        load_cursors(reading)
        reading.run.is_complete = work(reading)
        close_run(reading, reading.run, reading.clock(), "" if reading.run.is_complete else "time_up")

    return walk


def _round(reading: Reading) -> None:
    _connect(reading)
    load_cursors(reading)
    if is_walk_due(reading):
        walk_folders(reading)
    _show_reading(reading)
    follow_deltas(reading)
    is_behind = reading.is_tree_stale or bool(unfinished(reading.cursors.values()))
    _read_rest(reading)
    if is_behind and not unfinished(reading.cursors.values()):
        follow_deltas(reading)  # a round tells nothing of mail that came after it began, maybe runs ago
        _read_rest(reading)
    if getattr(reading.mailbox, "has_removals_due", False) and not reading.is_time_up:
        confirm_removals(reading)
    _finish(reading)


def _read_rest(reading: Reading) -> None:
    """Read the unfinished folders to their end; one that vanishes meanwhile makes the tree be listed once more."""
    for _ in range(2):
        if reading.is_tree_stale:
            reading.is_tree_stale = False
            walk_folders(reading)
        read_pending(reading)
        if not reading.is_tree_stale:
            break


def _connect(reading: Reading) -> None:
    """On the first run after connecting: whose mailbox it is, and how far back it is read.

    What the CRM knows by now is matched as the mail is read; only what enters later is looked for afterwards.
    """
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
        mailbox.last_change_id = newest_change(mailbox)
        mailbox.has_changes = False  # type: ignore[attr-defined] # annotated by load_mailbox
    reading.claim.renew(lookback_from=mailbox.lookback_from, last_change_id=mailbox.last_change_id)


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
    goal = MailboxState.INITIAL if reading.is_initial else MailboxState.CATCHING_UP
    cause = ""
    fields: dict[str, object] = {"not_before": None, "failures": 0, "folders_link": mailbox.folders_link}
    if is_complete:
        fields |= {
            "last_synced_at": now,
            "due_at": next_slot(mailbox.pk, now, timedelta(minutes=settings.SYNC_INTERVAL_MINUTES)),
            "is_awaited": False,
            "reconcile_at": _reconcile_at(reading),
        }
        goal, cause = (
            (MailboxState.CATCHING_UP, RECONCILIATION_GAP) if mailbox.reconciliation_gap else (MailboxState.IN_SYNC, "")
        )
    else:
        fields["due_at"] = now
    reading.run.is_complete = is_complete
    close_run(reading, reading.run, now, "" if is_complete else "time_up")
    _leave(reading, goal, cause, fields)


def _leave(reading: Reading, goal: MailboxState, cause: str, fields: dict[str, object]) -> None:
    """Write the end of a round and give the mailbox up; one query where its state stays what it was."""
    mailbox = reading.mailbox
    if (mailbox.state, mailbox.state_reason) != (goal, cause):
        move_mailbox(mailbox, to=goal, cause=cause, now=reading.clock(), claim=reading.claim.name, **fields)
        return
    reading.claim.release(**fields)
    for name, value in fields.items():
        setattr(mailbox, name, value)


def _reconcile_at(reading: Reading) -> object:
    """When the mailbox is compared with what is stored: soon after a mail could not be had, else as planned."""
    mailbox, now = reading.mailbox, reading.clock()
    if mailbox.reconcile_at is None:
        return now + FIRST_AFTER
    return min(mailbox.reconcile_at, now + SOON) if reading.counts.undelivered else mailbox.reconcile_at
