"""One run over one mailbox: what it reads with, what it is screened by, and what has come of it so far.

end    ─▶ in sync, or still on the way       fail ─▶ the state the error means (mailsync.sync.failures)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from core.http.errors import Retryable, Throttled
from core.runs.claims import Claim
from core.runs.failures import Failure
from core.runs.pacing import next_slot
from core.runs.run import Run
from crm.domain.directory import Directory
from mailsync.domain.counts import FAILURES, Kept, RunCounts
from mailsync.domain.envelope import Envelope, ScreeningPolicy, owned
from mailsync.domain.mailbox_state import NOT_CONNECTED, RECONCILIATION_GAP
from mailsync.domain.pacing import compared_at
from mailsync.domain.vocabulary import MailboxState, RunKind
from mailsync.graph.client import GraphClient
from mailsync.graph.patience import MOST_WAITING
from mailsync.models import Mailbox, SyncRun
from mailsync.selectors.policy import correspondents_among, owner_of, screening_policy, with_correspondents
from mailsync.services.graph_access import graph_client_for
from mailsync.services.mailbox import move_mailbox
from mailsync.sync.failures import judge, show_failure
from mailsync.sync.folder import Folder
from mailsync.sync.marks import Marks
from timeline.selectors.learned import LearnedFrom
from timeline.selectors.retention import keeps_from

FIRST_PAGE_SIZE = 200
"""Envelopes of a run's first page: at one match in ten, the matches fill one $batch and are there at once."""

PAGE_SIZE = 1_000
"""Envelopes of each page after that: what a page costs by itself is shared by more mails."""

SMALLEST_SLOWED = 25
"""Envelopes of a page, at least, while Microsoft asks to wait: each page is half as large as the one before."""

SLICE = timedelta(minutes=5)
"""After so long a run steps aside, so that a large mailbox starves nobody."""

_ROUNDS = frozenset({RunKind.INITIAL, RunKind.ONGOING})


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a run goes: its clock, how long before it steps aside (None: never), who is told of progress."""

    clock: Callable[[], datetime] = timezone.now
    slice_length: timedelta | None = SLICE
    on_progress: "Callable[[MailRun], None] | None" = None


class RunPolicy:
    """What the pages of a run are screened by: rules that are read once, and whom we have written to."""

    def __init__(self, mailbox: Mailbox, clock: Callable[[], datetime]) -> None:
        self._mailbox, self._clock = mailbox, clock
        self._policy: ScreeningPolicy | None = None
        self._correspondents: frozenset[str] = frozenset()
        self._learned = LearnedFrom(mailbox.organization)

    def for_page(self, envelopes: Sequence[Envelope], directory: Directory) -> ScreeningPolicy:
        """The rules, knowing which senders of a page we have written to, and the lines around senders' words."""
        if self._policy is None:
            self._policy = self._within_retention(screening_policy(self._mailbox))
        senders = {person.address for envelope in envelopes for person in (envelope.from_, envelope.sender) if person}
        unknown = [address for address in senders - self._correspondents if directory.match([address])]
        self._correspondents |= correspondents_among(self._mailbox, unknown)
        policy = replace(self._policy, learned=self._learned.lines(senders))
        return with_correspondents(policy, self._correspondents & senders)

    def _within_retention(self, policy: ScreeningPolicy) -> ScreeningPolicy:
        """What was purged for its age does not come back with a folder that is read again."""
        floor = keeps_from(self._mailbox.organization, self._clock())
        return replace(policy, since=max(floor, policy.since or floor)) if floor else policy


@dataclass(slots=True)
class MailRun(Run[Mailbox, SyncRun]):
    """A claimed mailbox being read. `folders` are by Graph's id and hold those that are synced."""

    on_progress: "Callable[[MailRun], None] | None" = None
    folders: dict[str, Folder] = field(default_factory=dict)
    is_tree_stale: bool = False
    refusals_seen: int = 0
    counts: RunCounts = field(default_factory=RunCounts)
    client: GraphClient = field(init=False)
    marks: Marks = field(init=False)
    policy: RunPolicy = field(init=False)

    @classmethod
    def begun(cls, mailbox: Mailbox, kind: RunKind, terms: Terms, claim: Claim) -> "MailRun":
        """A run that begins at this moment."""
        now = terms.clock()
        until = now + terms.slice_length if terms.slice_length else None
        row = SyncRun(mailbox=mailbox, kind=kind, started_at=now)
        return cls(mailbox, claim, row, terms.clock, until, on_progress=terms.on_progress)

    def __post_init__(self) -> None:
        self.marks = Marks(self.source, self.claim)
        self.policy = RunPolicy(self.source, self.clock)

    def connect(self) -> None:
        """Read with the tokens of the mailbox's owner; raises ReauthenticationNeeded where there are none."""
        self.client = graph_client_for(self.source, gate=self.claim.gate, waiting=MOST_WAITING)

    def is_slowed(self) -> bool:
        """Whether Microsoft asked to wait since this was asked last."""
        before, self.refusals_seen = self.refusals_seen, self.client.refusals
        return self.refusals_seen > before

    @property
    def mailbox(self) -> Mailbox:
        return self.source

    @property
    def is_initial(self) -> bool:
        return self.row.kind == RunKind.INITIAL

    @property
    def page_size(self) -> int:
        """How many envelopes to ask for at once."""
        return PAGE_SIZE if self.has_progressed else min(FIRST_PAGE_SIZE, PAGE_SIZE)

    @property
    def unfinished(self) -> list[Folder]:
        """The folders still to be read, in the order in which they are."""
        pending = [folder for folder in self.folders.values() if not (folder.is_gone or folder.is_finished)]
        return sorted(pending, key=lambda folder: folder.rank)

    @property
    def finished(self) -> list[Folder]:
        """The folders that were read to their end, and of which only what changed is asked for."""
        return [folder for folder in self.folders.values() if folder.is_finished and not folder.is_gone]

    @property
    def on_the_way(self) -> MailboxState:
        """The state of a mailbox that is let in and not read to its end."""
        return MailboxState.INITIAL if self.is_initial else MailboxState.CATCHING_UP

    def owned(self, envelope: Envelope) -> Envelope:
        """The envelope as the mailbox's owner sent it, where it is their own sent mail."""
        if not (envelope.is_from_exchange_name or envelope.is_draft):
            return envelope
        sent_items = [folder.id for folder in self.folders.values() if folder.is_sent_items]
        return owned(envelope, owner_of(self.mailbox), sent_items, self.clock())

    def is_synced(self, folder_id: str) -> bool:
        """Whether mail of this folder is read."""
        folder = self.folders.get(folder_id)
        return folder is not None and not folder.is_gone

    def progress(self) -> tuple[int, int]:
        """Mails looked at, and how many there are as far as known."""
        folders = [folder for folder in self.folders.values() if not folder.is_gone]
        return sum(folder.cursor.rows_seen for folder in folders), sum(folder.size for folder in folders)

    @property
    def leaves_a_row(self) -> bool:
        """A later round that saw nothing and ended well leaves none, nor does one that had nothing to read with."""
        return self.row.ended_by != NOT_CONNECTED and (bool(self.row.ended_by) or self.row.kind != RunKind.ONGOING)

    def counted(self) -> dict[str, object]:
        counts = self.counts
        return {
            "seen": counts.seen,
            "kept": counts.kept,
            "failed": counts.failed,
            **{failure.value: counts.totals[failure] for failure in FAILURES if failure is not Kept.FAILED},
            "dropped": counts.dropped,
            "requests": self.client.requests if hasattr(self, "client") else 0,
        }

    def leave(self) -> None:
        self.marks.leave()

    def end(self) -> None:
        """A round is at the end of every folder, or its time was up; one query where the state stays what it was."""
        if self.row.kind not in _ROUNDS:
            return
        mailbox, now = self.mailbox, self.clock()
        goal, cause = self.on_the_way, ""
        fields: dict[str, object] = {"not_before": None, "failures": 0, "folders_link": mailbox.folders_link}
        if self.row.is_complete:
            has_gap = bool(mailbox.reconciliation_gap)
            goal, cause = (MailboxState.CATCHING_UP, RECONCILIATION_GAP) if has_gap else (MailboxState.IN_SYNC, "")
            fields |= {
                "last_synced_at": now,
                "due_at": next_slot(mailbox.pk, now, timedelta(minutes=settings.SYNC_INTERVAL_MINUTES)),
                "is_awaited": False,
                "reconcile_at": compared_at(mailbox.reconcile_at, now, is_owed_mail=bool(self.counts.undelivered)),
            }
        else:
            fields["due_at"] = now
        if (mailbox.state, mailbox.state_reason) != (goal, cause):
            move_mailbox(mailbox=mailbox, to=goal, cause=cause, now=now, claim=self.claim.name, **fields)
            return
        self.claim.release(**fields)
        for name, value in fields.items():
            setattr(mailbox, name, value)

    def fail(self, error: Exception) -> Failure[MailboxState]:
        now = self.clock()
        failure = judge(error, self.mailbox, has_progressed=self.has_progressed, now=now)
        self.close(failure.code)
        is_only_a_walk = self.row.kind not in _ROUNDS and isinstance(error, Retryable)
        if not is_only_a_walk or isinstance(error, Throttled):  # a walk that did not get on goes on after a round
            show_failure(self.mailbox, failure, error, claim=self.claim.name, now=now)
        return failure
