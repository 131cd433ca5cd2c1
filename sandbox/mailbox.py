"""One person's mailbox: its folders, its items under both of their ids, and every change in them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.changes import Change, ChangeKind
from sandbox.folders import Folder, born_with
from sandbox.identifiers import case_twin, change_key, conversation_id, folder_id, immutable_id, mutable_id
from sandbox.mail import Item, Mail
from sandbox.people import Person
from sandbox.vocabulary import Reason, WellKnown

# The client leaves these out, with everything under them.
LEFT_OUT = frozenset(
    {WellKnown.DELETED, WellKnown.DRAFTS, WellKnown.JUNK, WellKnown.OUTBOX, WellKnown.CONVERSATION_HISTORY}
)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one copy of a mail goes."""

    mail: Mail
    mailbox: str
    folder: str
    received_at: int
    is_read: bool = True
    is_draft: bool = False
    headers_kept: bool = True
    forced_reason: Reason | None = None


class UnknownFolderError(LookupError):
    """No folder by this id, well-known name or slug."""


class FixedFolderError(ValueError):
    """The folder is one of those a mailbox is born with."""


@dataclass(slots=True, eq=False)
class Mailbox:
    """Every change goes through a method here, so that delta hears of it."""

    seed: int
    person: Person
    is_enabled: bool = True
    folders: dict[str, Folder] = field(default_factory=dict)
    by_slug: dict[str, Folder] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    by_mutable: dict[str, Item] = field(default_factory=dict)
    ordinal: int = 0
    listeners: list[Callable[["Mailbox", ChangeKind, Item], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for folder in born_with(self.seed, self.person.email, self.person.language):
            self.folders[folder.id] = folder
            self.by_slug[folder.slug] = folder

    def folder(self, name: str) -> Folder:
        """A folder by id, well-known name or slug. Raises UnknownFolderError."""
        found = self.folders.get(name) or self.by_slug.get(name) or self.by_slug.get(name.lower())
        if found is None:
            raise UnknownFolderError(name)
        return found

    def item(self, any_id: str) -> Item | None:
        """An item by either of its ids."""
        return self.items.get(any_id) or self.by_mutable.get(any_id)

    def children(self, parent: Folder) -> list[Folder]:
        """The folders directly under one."""
        return [folder for folder in self.folders.values() if folder.parent_id == parent.id]

    def is_left_out(self, folder: Folder) -> bool:
        """True for a folder, or one under it, that the client never looks into."""
        at: Folder | None = folder
        while at is not None:
            if at.well_known in LEFT_OUT or at.is_hidden or at.is_search:
                return True
            at = self.folders.get(at.parent_id)
        return False

    def load(self, placements: list[Placement]) -> None:
        """Fills a new mailbox; what is there from the start is no change."""
        for placement in placements:
            item = self._make(placement)
            folder = self.folders[item.folder_id]
            folder.items.append(item)
            folder.unread += not item.is_read
        for folder in self.folders.values():
            folder.items.sort(key=lambda item: item.position)

    def deliver(self, placement: Placement) -> Item:
        """A new mail arrives."""
        item = self._make(placement)
        self.folders[item.folder_id].insert(item)
        self._record(ChangeKind.CREATED, item)
        return item

    def move(self, item: Item, target: Folder) -> None:
        """To another folder, with a new mutable id; the immutable one stays."""
        if item.folder_id == target.id:
            return
        self._record(ChangeKind.REMOVED, item, by_move=True)
        self.folders[item.folder_id].discard(item)
        del self.by_mutable[item.mutable_id]
        item.folder_id = target.id
        item.moves += 1
        item.mutable_id = mutable_id(item.immutable_id, item.moves)
        self.by_mutable[item.mutable_id] = item
        self._touch(item)
        target.insert(item)
        self._record(ChangeKind.CREATED, item, by_move=True)

    def remove(self, item: Item) -> None:
        """Gone for good."""
        self._record(ChangeKind.REMOVED, item)
        self.folders[item.folder_id].discard(item)
        del self.items[item.immutable_id]
        del self.by_mutable[item.mutable_id]

    def set_read(self, item: Item, *, is_read: bool) -> None:
        """Flips the read flag."""
        if item.is_read != is_read:
            self.folders[item.folder_id].unread += 1 if item.is_read else -1
            item.is_read = is_read
            self._touch(item)
            self._record(ChangeKind.READ, item)

    def touch(self, item: Item) -> None:
        """Something about it changed that a client cannot see."""
        self._touch(item)
        self._record(ChangeKind.UPDATED, item)

    def create_folder(self, name: str, parent: Folder, *, is_hidden: bool = False) -> Folder:
        """A folder of the person's own; its slug is its name."""
        slug = name.lower() if name.lower() not in self.by_slug else f"{parent.slug}/{name.lower()}"
        folder = Folder(folder_id(self.seed, self.person.email, "made", slug), name, slug, parent.id)
        folder.is_hidden = is_hidden
        self.folders[folder.id] = folder
        self.by_slug[slug] = folder
        return folder

    def remove_folder(self, folder: Folder) -> None:
        """With all that is in it and under it. Raises FixedFolderError for one the mailbox was born with."""
        if folder.well_known is not None:
            raise FixedFolderError(folder.name)
        for child in self.children(folder):
            self.remove_folder(child)
        for item in list(folder.items):
            self.remove(item)
        del self.folders[folder.id]
        del self.by_slug[folder.slug]

    def _make(self, placement: Placement) -> Item:
        mail, owner = placement.mail, self.person.email
        self.ordinal += 1
        made = immutable_id(self.seed, owner, mail.case_twin_of or mail.key, placement.folder)
        if mail.case_twin_of:
            made = case_twin(made)
        if made in self.items:
            made = immutable_id(self.seed, owner, mail.key, placement.folder, self.ordinal)
        item = Item(
            mail=mail,
            immutable_id=made,
            folder_id=self.folder(placement.folder).id,
            received_at=placement.received_at,
            ordinal=self.ordinal,
            mutable_id=mutable_id(made, 0),
            is_read=placement.is_read,
            is_draft=placement.is_draft,
            headers_kept=placement.headers_kept,
            change_key=change_key(made, 0),
            conversation_id=conversation_id(self.seed, owner, mail.thread or mail.key),
            forced_reason=placement.forced_reason,
        )
        self.items[made] = item
        self.by_mutable[item.mutable_id] = item
        return item

    def _touch(self, item: Item) -> None:
        item.version += 1
        item.change_key = change_key(item.immutable_id, item.version)
        item.rows.clear()

    def _record(self, kind: ChangeKind, item: Item, *, by_move: bool = False) -> None:
        self.folders[item.folder_id].log.append(Change(kind, item, item.mutable_id, by_move))
        for listener in self.listeners:
            listener(self, kind, item)
