"""One folder of a mailbox: how far it was read, which its cursor remembers, and what this run has met in it."""

from dataclasses import dataclass, field
from datetime import datetime

from mailsync.domain.vocabulary import CursorPhase
from mailsync.graph.folders import SENT_ITEMS
from mailsync.models import FolderCursor

_WRITTEN = [
    "phase",
    "link",
    "is_round_complete",
    "since",
    "delta_since",
    "rows_seen",
    "oldest_at",
    "window_before",
    "page_size",
    "is_gone",
    "changed_at",
]
_RANK = {SENT_ITEMS: 0, "inbox": 1}


class FollowedLinks:
    """The links that were followed, by their hashes: one that comes again is a loop."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def is_first(self, link: str) -> bool:
        """Note a link that is about to be followed; False where it was followed before."""
        key = hash(link)
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new


@dataclass(slots=True)
class Window:
    """What is left to list: mail of `folder_id` (None: of the whole mailbox) received in [since, before).

    `before` is enough to go on: pages are asked for by time, for a nextLink counts rows and would skip some when others
    are deleted meanwhile. `link` is followed only within a second that fills a page. `size` shrinks when a page fails.
    """

    folder_id: str | None
    since: datetime
    before: datetime
    size: int
    link: str = ""
    links: FollowedLinks = field(default_factory=FollowedLinks)


@dataclass(slots=True)
class Folder:
    """A folder that is synced. `window` is what is left of it to list, where it is read by list."""

    cursor: FolderCursor
    window: Window | None = None
    restarts: int = 0
    empty_pages: int = 0
    links: FollowedLinks = field(default_factory=FollowedLinks)

    @property
    def id(self) -> str:
        """Graph's id of the folder: constant, however it is renamed or moved."""
        return self.cursor.folder_id

    @property
    def is_gone(self) -> bool:
        return self.cursor.is_gone

    @property
    def is_finished(self) -> bool:
        """Whether it was read to its end: a deltaLink is held and nothing is left to read by list."""
        return self.cursor.is_round_complete and self.cursor.window_before is None

    @property
    def is_sent_items(self) -> bool:
        return self.cursor.well_known == SENT_ITEMS

    @property
    def rank(self) -> tuple[int, int]:
        """Sent Items go first, so that whom we write to is known before what they send us."""
        return _RANK.get(self.cursor.well_known, 2), self.cursor.pk

    @property
    def size(self) -> int:
        """Mails as far as known: what a finished folder held, or says it holds."""
        cursor = self.cursor
        if self.is_finished and cursor.phase == CursorPhase.ONGOING:
            return cursor.rows_seen
        return max(cursor.rows_seen, cursor.items_total)

    def start_over(self, since: datetime | None) -> None:
        """Begin again at the lookback: what is stored stays, and what is found again is known."""
        cursor = self.cursor
        cursor.phase, cursor.since = CursorPhase.INITIAL, since
        cursor.link, cursor.is_round_complete = "", False
        cursor.delta_since = cursor.window_before = cursor.oldest_at = None
        cursor.rows_seen = cursor.page_size = 0
        self.window, self.empty_pages = None, 0

    def save(self) -> None:
        """Write how far it was read."""
        self.cursor.save(update_fields=_WRITTEN)
