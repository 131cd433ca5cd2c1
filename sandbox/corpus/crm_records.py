"""The CRM's rows: accounts, contacts, leads, opportunities, made from the seed alone (dates hang on the base date)."""

import random
import unicodedata
from dataclasses import dataclass, field

from sandbox.addresses import Address, normalize, to_ascii
from sandbox.corpus.companies import (
    ACCOUNTS,
    FIRST_NAMES,
    FREE_MAIL_ACCOUNT,
    LAST_NAMES,
    LEAD_COMPANIES,
    TITLES,
    Company,
)
from sandbox.identifiers import digest
from sandbox.people import REPS, Person

DAY = 86_400
CONTACTS_PER_ACCOUNT = 3
LEADS = 25
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True, eq=False)
class Contact:
    """A person at an account; the first address is the one written to."""

    id: str
    account_id: str
    first_name: str
    last_name: str
    addresses: tuple[str, ...]
    title: str
    owner: Person

    @property
    def address(self) -> Address:
        """Name and first address."""
        return Address(f"{self.first_name} {self.last_name}", self.addresses[0])


@dataclass(slots=True, eq=False)
class Account:
    """`colleagues` work there but stand in no CRM record: only the domain knows them."""

    id: str
    company: Company
    owner: Person
    contacts: list[Contact] = field(default_factory=list)
    colleagues: list[Address] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lead:
    """A prospect without an account; a converted one has become a contact."""

    id: str
    first_name: str
    last_name: str
    company: str
    email: str
    status: str
    owner: Person
    converted_contact_id: str = ""

    @property
    def address(self) -> Address:
        """Name and address."""
        return Address(f"{self.first_name} {self.last_name}", self.email)


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A deal. `created_at`, `closes_at` and `modified_at` are epoch seconds."""

    id: str
    account: Account
    name: str
    stage: str
    is_closed: bool
    is_won: bool
    amount: int
    created_at: int
    closes_at: int
    modified_at: int
    roles: tuple[tuple[Contact, str], ...]


@dataclass(slots=True, eq=False)
class Crm:
    """All rows, and the two sets mail is matched against."""

    accounts: list[Account]
    leads: list[Lead]
    opportunities: list[Opportunity]
    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    @property
    def contacts(self) -> list[Contact]:
        """Of all accounts."""
        return [contact for account in self.accounts for contact in account.contacts]


def record_id(prefix: str, *parts: object) -> str:
    """An 18-character record id with Salesforce's three-letter prefix."""
    return prefix + "".join(_BASE62[byte % 62] for byte in digest(prefix, *parts, size=15))


def local_part(first: str, last: str) -> str:
    """`first.last` in ASCII."""
    spelled = f"{first}.{last}".replace("ß", "ss").replace("ı", "i").replace("ø", "o").replace("'", "")
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode("ascii").lower()


def make_crm(seed: int, base: int) -> Crm:
    """The same rows for the same seed; `base` is the moment the dates hang on, in epoch seconds."""
    dice = random.Random(f"crm-{seed}")
    names = _Names(dice)
    accounts = [_account(seed, company, dice, names) for company in ACCOUNTS]
    leads = _leads(seed, dice, names, accounts)
    opportunities = _opportunities(seed, base, dice, accounts)
    crm = Crm(accounts, leads, opportunities)
    known = [address for contact in crm.contacts for address in contact.addresses] + [lead.email for lead in leads]
    crm.addresses = frozenset(normalize(address) for address in known)
    corporate = (account.company for account in accounts if account.company is not FREE_MAIL_ACCOUNT)
    crm.domains = frozenset(to_ascii(company.domain) for company in corporate)
    return crm


class _Names:
    """Deals out names so that no two people share one, and a first name comes back only after all others."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._decks: dict[str, list[str]] = {}
        self._taken: set[tuple[str, str]] = set()

    def next(self, language: str) -> tuple[str, str]:
        deck = self._decks.setdefault(language, [])
        if not deck:
            deck += self._dice.sample(FIRST_NAMES[language], len(FIRST_NAMES[language]))
        first = deck.pop()
        free = [last for last in LAST_NAMES[language] if (first, last) not in self._taken]
        last = self._dice.choice(free)
        self._taken.add((first, last))
        return first, last


def _account(seed: int, company: Company, dice: random.Random, names: _Names) -> Account:
    account = Account(record_id("001", seed, company.name), company, REPS[company.rep])
    if company is FREE_MAIL_ACCOUNT:
        owner_address = ("salon.belle.epoque.reims@gmail.com",)
        first, last = names.next("fr")
        contact_id = record_id("003", seed, company.name)
        account.contacts = [Contact(contact_id, account.id, first, last, owner_address, "Owner", account.owner)]
        return account
    for number in range(CONTACTS_PER_ACCOUNT):
        first, last = names.next(company.language)
        addresses = [f"{local_part(first, last)}@{company.domain}"]
        if dice.random() < 0.15:  # noqa: PLR2004 - a share
            addresses.append(f"{local_part(first[0], last)}@{company.domain}")
        if dice.random() < 0.08:  # noqa: PLR2004 - a share
            addresses.append(f"{local_part(first, last)}.{company.city[:3].lower()}.work@gmail.com")
        title = dice.choice(TITLES)
        contact_id = record_id("003", seed, company.name, number)
        account.contacts.append(Contact(contact_id, account.id, first, last, tuple(addresses), title, account.owner))
    for _ in range(2):
        first, last = names.next(company.language)
        account.colleagues.append(Address(f"{first} {last}", f"{local_part(first, last)}@{company.domain}"))
    account.colleagues.append(Address(f"{company.name} Office", f"info@{company.domain}"))
    return account


def _leads(seed: int, dice: random.Random, names: _Names, accounts: list[Account]) -> list[Lead]:
    leads = []
    for number in range(LEADS):
        company, domain = LEAD_COMPANIES[number % len(LEAD_COMPANIES)]
        first, last = names.next("en")
        email = f"{local_part(first, last)}@{domain}"
        if number % 6 == 5:  # noqa: PLR2004 - every sixth writes from home
            email = f"{local_part(first, last)}.{domain.split('.')[0]}@gmail.com"
        status = dice.choice(("New", "Working", "Nurturing", "Qualified"))
        lead_id = record_id("00Q", seed, number)
        leads.append(Lead(lead_id, first, last, company, email, status, REPS[number % len(REPS)]))
    for number, account in enumerate(accounts[:2]):
        contact = account.contacts[0]
        leads[number * 7] = Lead(
            record_id("00Q", seed, "converted", number),
            contact.first_name,
            contact.last_name,
            account.company.name,
            contact.addresses[0],
            "Converted",
            account.owner,
            contact.id,
        )
    return leads


_DEALS = ("Pilot", "Rollout", "Renewal 2027", "Expansion", "Scheduling platform", "Mobile app", "Analytics add-on")
_OPEN_STAGES = ("Qualification", "Needs Analysis", "Proposal", "Negotiation", "Legal Review")
_ROLES = ("Decision Maker", "Economic Buyer", "Technical Evaluator", "Champion")


def _opportunities(seed: int, base: int, dice: random.Random, accounts: list[Account]) -> list[Opportunity]:
    deals: list[Opportunity] = []
    chosen = list(accounts) + [accounts[index] for index in (0, 2, 12, 21, 30)]
    for number, account in enumerate(chosen):
        outcome = ("open", "open", "open", "won", "open", "lost", "recent")[number % 7] if number else "open"
        age = 100 if number == 0 else dice.randrange(12, 96)
        if outcome in ("won", "lost"):
            age = dice.randrange(60, 115)
        created = base - age * DAY
        closed_at = {"won": base - 30 * DAY, "lost": base - 40 * DAY, "recent": base - dice.randrange(2, 12) * DAY}
        is_closed = outcome in closed_at
        stage = dice.choice(_OPEN_STAGES)
        if is_closed:
            stage = "Closed Lost" if outcome == "lost" else "Closed Won"
        closes = closed_at.get(outcome, base + dice.randrange(10, 90) * DAY)
        name = f"{account.company.name} – {_DEALS[(number + len(deals) // 7) % len(_DEALS)]}"
        roles = tuple((contact, dice.choice(_ROLES)) for contact in account.contacts[: dice.randrange(1, 4)])
        modified = closes if is_closed else base - dice.randrange(0, 10) * DAY - number * 61
        amount = dice.randrange(8, 240) * (150_000 if account.company.currency == "JPY" else 1000)
        deals.append(
            Opportunity(
                id=record_id("006", seed, number),
                account=account,
                name=name,
                stage=stage,
                is_closed=is_closed,
                is_won=is_closed and outcome != "lost",
                amount=amount,
                created_at=max(created, 0),
                closes_at=closes,
                modified_at=max(modified, created),
                roles=roles,
            )
        )
    return deals
