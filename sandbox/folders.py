"""A mailbox's folders: the ones every mailbox is born with, in its owner's language, and the ones people make."""

from bisect import bisect_left, insort
from dataclasses import dataclass, field

from sandbox.changes import Change
from sandbox.identifiers import folder_id
from sandbox.mail import Item
from sandbox.vocabulary import WellKnown


@dataclass(slots=True, eq=False)
class Folder:
    """`slug` is the sandbox's own stable name for it; `state_epoch` rises when its sync states are thrown away."""

    id: str
    name: str
    slug: str
    parent_id: str
    well_known: WellKnown | None = None
    is_hidden: bool = False
    is_search: bool = False
    state_epoch: int = 0
    unread: int = 0
    items: list[Item] = field(default_factory=list)
    log: list[Change] = field(default_factory=list)

    def insert(self, item: Item) -> None:
        """Puts an item where its time received belongs."""
        insort(self.items, item, key=_position)
        self.unread += not item.is_read

    def discard(self, item: Item) -> None:
        """Takes an item out."""
        index = bisect_left(self.items, item.position, key=_position)
        del self.items[index]
        self.unread -= not item.is_read

    def before(self, position: tuple[int, int]) -> int:
        """How many items were received before `position`."""
        return bisect_left(self.items, position, key=_position)


def _position(item: Item) -> tuple[int, int]:
    return item.position


# Names as (English, German, French).
LOCALIZED: dict[WellKnown, tuple[str, str, str]] = {
    WellKnown.INBOX: ("Inbox", "Posteingang", "Boîte de réception"),
    WellKnown.SENT: ("Sent Items", "Gesendete Elemente", "Éléments envoyés"),
    WellKnown.DRAFTS: ("Drafts", "Entwürfe", "Brouillons"),
    WellKnown.DELETED: ("Deleted Items", "Gelöschte Elemente", "Éléments supprimés"),
    WellKnown.JUNK: ("Junk Email", "Junk-E-Mail", "Courrier indésirable"),
    WellKnown.OUTBOX: ("Outbox", "Postausgang", "Boîte d'envoi"),
    WellKnown.ARCHIVE: ("Archive", "Archiv", "Archive"),
    WellKnown.CONVERSATION_HISTORY: (
        "Conversation History",
        "Aufgezeichnete Unterhaltungen",
        "Historique des conversations",
    ),
    WellKnown.SYNC_ISSUES: ("Sync Issues", "Synchronisierungsprobleme", "Problèmes de synchronisation"),
}
LANGUAGES = ("en", "de", "fr")

# slug, names as above, parent's slug. The client sees these unless hidden.
MADE_BY_PEOPLE: tuple[tuple[str, tuple[str, str, str], str], ...] = (
    ("customers", ("Customers", "Kunden", "Clients"), WellKnown.INBOX),
    ("customers/signed", ("Signed", "Abgeschlossen", "Signés"), "customers"),
    ("customers/signed/2026", ("2026 & later", "2026 ff.", "2026 et après"), "customers/signed"),
    ("newsletters", ("Newsletters", "Newsletter", "Lettres d'information"), WellKnown.INBOX),
    ("projects", ("Projects", "Projekte", "Projets"), WellKnown.ROOT),
    ("projects/rollouts", ("Roll-outs 🚚", "Einführungen 🚚", "Déploiements 🚚"), "projects"),
    ("travel", ("Travel", "Reisen", "Voyages"), WellKnown.ROOT),
    ("old-deals", ("Old deals", "Alte Vorgänge", "Anciens dossiers"), WellKnown.DELETED),
    ("templates", ("Templates", "Vorlagen", "Modèles"), WellKnown.ROOT),
)
HIDDEN = ("ExternalContacts", "PersonMetadata")
CONFLICT_FOLDERS = ((WellKnown.CONFLICTS, "Conflicts"), (WellKnown.LOCAL_FAILURES, "Local Failures"))
SEARCH_SLUG = "search/unread"


def born_with(seed: int, owner: str, language: str) -> list[Folder]:
    """Every folder of a new mailbox, the root first and parents before children."""
    column = LANGUAGES.index(language)
    root = Folder(
        folder_id(seed, owner, WellKnown.ROOT), "Top of Information Store", WellKnown.ROOT, "", WellKnown.ROOT
    )
    folders = {root.slug: root}

    def grow(slug: str, name: str, parent: str, well_known: WellKnown | None = None) -> Folder:
        folder = Folder(folder_id(seed, owner, slug), name, slug, folders[parent].id, well_known)
        folders[slug] = folder
        return folder

    for well_known, names in LOCALIZED.items():
        grow(well_known, names[column], WellKnown.ROOT, well_known)
    for well_known, name in CONFLICT_FOLDERS:
        grow(well_known, name, WellKnown.SYNC_ISSUES, well_known)
    for slug, names, parent in MADE_BY_PEOPLE:
        grow(slug, names[column], parent)
    for name in HIDDEN:
        grow(f"hidden/{name}", name, WellKnown.ROOT).is_hidden = True
    grow(SEARCH_SLUG, ("Unread Mail", "Ungelesene E-Mails", "Courrier non lu")[column], WellKnown.ROOT).is_search = True
    return list(folders.values())
