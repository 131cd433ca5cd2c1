"""The tenant: people's mailboxes, consent, and everything tests may bend. Made from the seed, mended by the journal.

seed + base date ──▶ corpus ──▶ mailboxes
journal          ──▶ perform ──▶ the same changes again, in the same order
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.corpus.bench import write_bench
from sandbox.corpus.crm_records import Crm, make_crm
from sandbox.corpus.generate import Author, author_of
from sandbox.faults import FaultBook
from sandbox.graph.throttle import Throttle
from sandbox.identifiers import digest
from sandbox.identity.grants import Grants
from sandbox.identity.scripted import ScriptedErrors
from sandbox.identity.signing_keys import SigningKeys
from sandbox.mailbox import Mailbox, Placement
from sandbox.options import Options
from sandbox.people import PEOPLE, Person, colleagues
from sandbox.request_log import RequestLog
from sandbox.signing import Signer
from sandbox.state_dir import StateDir
from sandbox.switches import Switches
from sandbox.truth import Oracle

Operation = Callable[["Tenant", dict[str, Any]], dict[str, Any]]


@dataclass(slots=True)
class Corpus:
    """What the seed gave, kept so that a reset need not write it again."""

    crm: Crm
    author: Author
    placements: list[Placement]


@dataclass(slots=True, eq=False)
class Tenant:
    """One pretend Microsoft 365 tenant."""

    options: Options
    state: StateDir
    base: int
    clock: Clock
    signer: Signer
    operations: dict[str, Operation]
    switches: Switches = field(default_factory=Switches)
    log: RequestLog = field(default_factory=RequestLog)
    faults: FaultBook = field(default_factory=FaultBook)
    scripted: ScriptedErrors = field(default_factory=ScriptedErrors)
    throttle: Throttle = field(default_factory=Throttle)
    grants: Grants = field(default_factory=Grants)
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    redirect_uris: set[str] = field(default_factory=set)
    urls: dict[str, str] = field(default_factory=dict)
    deliveries: int = 0
    resets: int = 0
    signing_keys: SigningKeys = field(init=False)
    corpus: Corpus = field(init=False)
    oracle: Oracle = field(init=False)
    arrival_listeners: list[Callable[[Mailbox, Any, Any], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.signing_keys = SigningKeys(self.state)
        self._fill()
        for entry in self.state.journal.entries():
            self._apply(entry)

    @property
    def birth(self) -> str:
        """Differs between tenants of another corpus, and before and after a reset: sync states do not cross it."""
        return digest(self.base, self.options.fingerprint, self.resets, size=6).hex()

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody with a mailbox."""
        return PEOPLE + colleagues(self.options.colleagues)

    def perform(self, operation: str, /, **arguments: Any) -> dict[str, Any]:
        """Does one operation and remembers it. Raises LookupError or ValueError where it cannot be done."""
        entry = {"op": operation, "at": self.clock.now(), **arguments}
        answer = self._apply(entry)
        self.state.journal.append(entry)
        return answer

    def reset(self) -> None:
        """As on the first start: mail, consent, switches, faults, log and clock; tokens in hand become stale."""
        self.resets += 1
        self.state.journal.clear()
        self.state.journal.append({"op": "count_resets", "at": 0, "resets": self.resets})
        self.clock.reset()
        self.switches = Switches()
        self.faults = FaultBook()
        self.scripted = ScriptedErrors()
        self.throttle = Throttle()
        self.grants = Grants()
        self.log.clear()
        self._fill()

    def person(self, email: str) -> Person | None:
        """A person by any address or object id."""
        wanted = email.strip().lower()
        for person in self.people:
            if wanted in (person.email, person.oid, *person.aliases):
                return person
        return None

    def mailbox(self, email: str) -> Mailbox:
        """The mailbox of a person. Raises LookupError."""
        person = self.person(email)
        if person is None:
            raise LookupError(f"nobody here has the address {email}")
        return self.mailboxes[person.email]

    def drop_in(self, placements: list[Placement]) -> list[tuple[Mailbox, Any]]:
        """Delivers copies; each arrival shows in the folder's delta."""
        return [
            (box, box.deliver(placement)) for placement in placements for box in (self.mailboxes[placement.mailbox],)
        ]

    def _apply(self, entry: dict[str, Any]) -> dict[str, Any]:
        operation = self.operations.get(entry["op"])
        if operation is None:
            raise ValueError(f"no operation named {entry['op']}")
        return operation(self, entry)

    def _fill(self) -> None:
        crm = make_crm(self.options.seed, self.base)
        author = author_of(self.options.seed, crm, self.base)
        if self.options.profile == "bench":
            placements = write_bench(author.room, crm, self.base, self.options.mails, self.options.days)
        else:
            placements = author.write_past(self.options.mails, self.options.days)
        self.corpus = Corpus(crm, author, placements)
        self.oracle = author.room.oracle
        by_owner: dict[str, list[Placement]] = {person.email: [] for person in self.people}
        for placement in placements:
            by_owner[placement.mailbox].append(placement)
        self.mailboxes = {}
        for person in self.people:
            box = Mailbox(self.options.seed, person)
            box.load(by_owner[person.email])
            box.listeners = self.arrival_listeners
            self.mailboxes[person.email] = box
        self.deliveries = 0
