"""The directory: which customer records an address belongs to, as a snapshot for one page of envelopes.

address ──▶ contact or lead by address           (PersonAddress)
        └─▶ account by corporate domain, where no person has the address   (AccountDomain, F16)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from core.addresses import domains_over


@dataclass(frozen=True, slots=True)
class Party:
    """What an address stands for: exactly one of contact and lead, with the contact's account where it has one."""

    contact: UUID | None = None
    lead: UUID | None = None
    account: UUID | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Which parties and accounts take part in a mail, by normalized address; empty where none does."""

    parties: Mapping[str, tuple[Party, ...]] = field(default_factory=dict)
    accounts: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.parties or self.accounts)

    def person(self, address: str) -> tuple[UUID | None, UUID | None]:
        """The contact and the lead with an address: of several the one whose id comes first."""
        parties = self.parties.get(address, ())
        return (
            min((party.contact for party in parties if party.contact), default=None),
            min((party.lead for party in parties if party.lead), default=None),
        )


NOBODY = Match()


@dataclass(frozen=True, slots=True)
class Directory:
    """People by normalized address and accounts by corporate domain, of one organization."""

    people: Mapping[str, tuple[Party, ...]]
    account_domains: Mapping[str, tuple[UUID, ...]]

    strangers: set[str] = field(default_factory=set, init=False, repr=False, compare=False)
    """Addresses looked for in vain before: most of a mailbox is with people who are no customers."""

    def match(self, addresses: Iterable[str]) -> Match:
        """Who of `addresses` is a customer: a person by address, else an account by the domain or one above it."""
        unsure = [address for address in addresses if address not in self.strangers]
        if not unsure:
            return NOBODY
        parties: dict[str, tuple[Party, ...]] = {}
        accounts: dict[str, tuple[UUID, ...]] = {}
        for address in unsure:
            if found := self.people.get(address):
                parties[address] = found
            elif owners := self._accounts_of(address.rpartition("@")[2]):
                accounts[address] = owners
            else:
                self.strangers.add(address)
        return Match(parties, accounts)

    def _accounts_of(self, domain: str) -> tuple[UUID, ...]:
        return next((owners for each in domains_over(domain) if (owners := self.account_domains.get(each))), ())
