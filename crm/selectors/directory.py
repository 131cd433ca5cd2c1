"""The directory of customers, read for one page of envelopes: two queries whatever the page holds.

addresses ──▶ PersonAddress (with and without +tag) ──▶ contact, or lead ─ converted ─▶ its contact
          └─▶ AccountDomain (the domain and those above it)
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Min

from accounts.models import Organization
from core.addresses import address_candidates, domain_of, domains_over
from core.chunks import chunks
from core.db.bulk import Prepared
from crm.domain.directory import Directory, Party
from crm.models import AccountDomain, DirectoryChange, Opportunity, PersonAddress

_AT_ONCE = 20_000
"""Values of one IN list: SQLite takes 32,766, and a page of envelopes has far fewer."""

_PEOPLE: Prepared[tuple[str, UUID | None, UUID | None, UUID | None, UUID | None, UUID | None]] = Prepared(
    lambda organization, addresses: PersonAddress.objects.filter(
        organization__among=organization, address__among=addresses
    ).values_list(
        "address",
        "contact_id",
        "contact__account_id",
        "lead_id",
        "lead__converted_contact_id",
        "lead__converted_contact__account_id",
    )
)
_DOMAINS: Prepared[tuple[str, UUID]] = Prepared(
    lambda organization, domains: AccountDomain.objects.filter(
        organization__among=organization, domain__among=domains
    ).values_list("domain", "account_id")
)


def directory_for(organization: Organization, addresses: Collection[str]) -> Directory:
    """Who of `addresses` (normalized) the CRM of `organization` knows, and which accounts their domains belong to.

    A person is found under the address as given: `jane+events@globex.com` stands for `jane@globex.com` where nobody
    has the tagged address itself. A converted lead stands for the contact that it became.
    """
    tagged = {address: address_candidates(address)[-1] for address in addresses if "+" in address}
    known = _people_by_address(organization, {*addresses, *tagged.values()})
    people = {address: known[bare] for address, bare in tagged.items() if bare in known}
    people |= {address: known[address] for address in addresses if address in known}
    hosts = {domain_of(address) for address in addresses}
    domains = {domain for host in hosts for domain in domains_over(host)}
    return Directory(people, _accounts_by_domain(organization, domains))


def departed_parties(organization: Organization) -> tuple[set[str], set[str]]:
    """Addresses and domains that left the directory and are not back in it."""
    left = DirectoryChange.objects.filter(organization=organization, added=False)
    people = PersonAddress.objects.filter(organization=organization)
    accounts = AccountDomain.objects.filter(organization=organization)
    addresses = left.exclude(address="").exclude(address__in=people.values("address"))
    domains = left.exclude(domain="").exclude(domain__in=accounts.values("domain"))
    return set(addresses.values_list("address", flat=True)), set(domains.values_list("domain", flat=True))


def oldest_open_opportunity_created_at(organization: Organization) -> datetime | None:
    """When the oldest open deal was created in the CRM: how far back a first sync reads (F9)."""
    oldest: datetime | None = Opportunity.objects.filter(organization=organization, is_closed=False).aggregate(
        oldest=Min("crm_created_at")
    )["oldest"]
    return oldest


def _people_by_address(organization: Organization, addresses: Collection[str]) -> dict[str, tuple[Party, ...]]:
    found: dict[str, set[Party]] = defaultdict(set)
    for some in chunks(addresses, _AT_ONCE):
        rows = _PEOPLE.ask(organization=organization.pk, addresses=some)
        for address, contact, account, lead, converted, converted_account in rows:
            if converted:
                found[address].add(Party(contact=converted, account=converted_account))
            else:
                found[address].add(Party(contact=contact, lead=lead, account=account))
    return {
        address: tuple(sorted(parties, key=str) if len(parties) > 1 else parties) for address, parties in found.items()
    }


def _accounts_by_domain(organization: Organization, domains: Collection[str]) -> dict[str, tuple[UUID, ...]]:
    found: dict[str, list[UUID]] = defaultdict(list)
    for some in chunks(domains, _AT_ONCE):
        for domain, account in _DOMAINS.ask(organization=organization.pk, domains=some):
            found[domain].append(account)
    return {domain: tuple(sorted(accounts)) for domain, accounts in found.items()}
