"""One run over one mailbox: what it reads with, what it is screened by, and what has come of it so far."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crm.domain.directory import Directory
from mailsync.domain.counts import FAILURES, Kept, RunCounts
from mailsync.domain.envelope import Envelope, ScreeningPolicy, owned
from mailsync.domain.vocabulary import CursorPhase, RunKind
from mailsync.graph.client import GraphClient
from mailsync.graph.folders import SENT_ITEMS
from mailsync.models import FolderCursor, Mailbox, SyncRun
from mailsync.selectors.policy import correspondents_among, owner_of, screening_policy, with_correspondents
from mailsync.sync.claims import Claim
from mailsync.sync.marks import Marks
from timeline.selectors.retention import keeps_from

if TYPE_CHECKING:
    from mailsync.sync.windows import Window

FIRST_PAGE_SIZE = 200
"""Envelopes of a run's first page: at one match in ten, the matches fill one $batch and are there at once."""

PAGE_SIZE = 1_000
"""Envelopes of each page after that: what a page costs by itself is shared by more mails."""

SLICE = timedelta(minutes=5)
"""After so long a run steps aside, so that a large mailbox starves nobody."""


@dataclass(slots=True)
class Reading:
    """A claimed mailbox being read. `cursors` are by folder id and hold the folders that are synced."""

    mailbox: Mailbox
    claim: Claim
    client: GraphClient
    run: SyncRun
    clock: Callable[[], datetime]
    steps_aside_at: datetime | None = None
    cursors: dict[str, FolderCursor] = field(default_factory=dict)
    counts: RunCounts = field(default_factory=RunCounts)
    restarts: dict[str, int] = field(default_factory=dict)
    windows: "dict[str, Window]" = field(default_factory=dict)
    links_followed: set[int] = field(default_factory=set)
    empty_pages: Counter[str] = field(default_factory=Counter)
    is_tree_stale: bool = False
    is_run_stored: bool = False
    has_progressed: bool = False
    on_progress: Callable[["Reading"], None] | None = None
    marks: Marks = field(init=False)
    _policy: ScreeningPolicy | None = None
    _correspondents: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.marks = Marks(self.mailbox, self.claim)

    @property
    def is_initial(self) -> bool:
        return self.run.kind == RunKind.INITIAL

    @property
    def page_size(self) -> int:
        """How many envelopes to ask for at once."""
        return PAGE_SIZE if self.has_progressed else min(FIRST_PAGE_SIZE, PAGE_SIZE)

    @property
    def is_time_up(self) -> bool:
        return self.steps_aside_at is not None and self.clock() >= self.steps_aside_at

    def owned(self, envelope: Envelope) -> Envelope:
        """The envelope, by the mailbox's owner where it is their own sent mail and names them as Exchange does."""
        if not envelope.is_from_exchange_name:
            return envelope
        sent_items = [key for key, cursor in self.cursors.items() if cursor.well_known == SENT_ITEMS]
        return owned(envelope, owner_of(self.mailbox), sent_items)

    def is_synced_folder(self, folder_id: str) -> bool:
        cursor = self.cursors.get(folder_id)
        return cursor is not None and not cursor.is_gone

    def policy_for(self, envelopes: Sequence[Envelope], directory: Directory) -> ScreeningPolicy:
        """What a page is screened by: the rules, and which of its customers we have written to."""
        if self._policy is None:
            self._policy = _within_retention(screening_policy(self.mailbox), self.mailbox, self.clock())
        senders = {person.address for envelope in envelopes for person in (envelope.from_, envelope.sender) if person}
        unknown = [address for address in senders - self._correspondents if directory.match([address])]
        self._correspondents |= correspondents_among(self.mailbox, unknown)
        return with_correspondents(self._policy, self._correspondents & senders)

    def follow_once(self, link: str) -> bool:
        """Note a link that is about to be followed; False where this run has followed it before: a loop."""
        key = hash(link)
        if key in self.links_followed:
            return False
        self.links_followed.add(key)
        return True

    def progress(self) -> tuple[int, int]:
        """Mails looked at, and how many there are as far as known: what a finished folder held, or says it holds."""
        cursors = [cursor for cursor in self.cursors.values() if not cursor.is_gone]
        return sum(cursor.rows_seen for cursor in cursors), sum(_size(cursor) for cursor in cursors)

    def counted(self) -> dict[str, object]:
        """The run's counts as columns."""
        counts = self.counts
        return {
            "seen": counts.seen,
            "kept": counts.kept,
            "failed": counts.failed,
            **{failure.value: counts.totals[failure] for failure in FAILURES if failure is not Kept.FAILED},
            "dropped": counts.dropped,
            "requests": self.client.requests,
        }


def _within_retention(policy: ScreeningPolicy, mailbox: Mailbox, now: datetime) -> ScreeningPolicy:
    """What was purged for its age does not come back with a folder that is read again."""
    floor = keeps_from(mailbox.organization, now)
    return replace(policy, since=max(floor, policy.since or floor)) if floor else policy


def is_finished(cursor: FolderCursor) -> bool:
    """Whether a folder was read to its end: a deltaLink is held and nothing is left to read by list."""
    return cursor.is_round_complete and cursor.window_before is None


def unfinished(cursors: Iterable[FolderCursor]) -> list[FolderCursor]:
    """The folders still to be read: Sent Items first, so that whom we write to is known before what they send us."""
    pending = [cursor for cursor in cursors if not cursor.is_gone and not is_finished(cursor)]
    rank = {SENT_ITEMS: 0, "inbox": 1}
    return sorted(pending, key=lambda cursor: (rank.get(cursor.well_known, 2), cursor.pk))


def _size(cursor: FolderCursor) -> int:
    if is_finished(cursor) and cursor.phase == CursorPhase.ONGOING:
        return cursor.rows_seen
    return max(cursor.rows_seen, cursor.items_total)
