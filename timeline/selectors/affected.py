"""Which engagements a change in the CRM may concern."""

from collections.abc import Collection, Iterator
from uuid import UUID

from accounts.models import Organization
from core.addresses import domain_of, is_within
from core.chunks import chunks
from core.db.portions import in_portions
from crm.domain.changes import CustomerChanges
from crm.models import Opportunity, OpportunityContactRole
from timeline.models import Association, Engagement, FilingRule, Participant

_AT_ONCE = 1_000


def affected_engagements(organization: Organization, changes: CustomerChanges) -> list[UUID]:
    """The engagements with these accounts, contacts and deals, and those in which these addresses take part.

    A deal concerns what stands under it, and what its account or somebody with a role in it could bring there.
    """
    accounts, contacts = _around(organization, changes.deals)
    found: set[UUID] = engagements_of_accounts(organization, changes.accounts | accounts)
    for some in chunks(changes.contacts | contacts, _AT_ONCE):
        rows = Association.objects.filter(organization=organization, contact_id__in=some)
        found |= set(rows.values_list("engagement_id", flat=True))
    for some in chunks(changes.deals, _AT_ONCE):
        deals = Engagement.objects.filter(organization=organization, opportunity_id__in=some)
        found |= set(deals.values_list("id", flat=True))
    addresses = changes.addresses | _addresses_within(organization, changes.domains)
    for wanted in chunks(in_use(organization, addresses), _AT_ONCE):
        parts = Participant.objects.filter(organization=organization, address__in=wanted)
        found |= set(parts.values_list("engagement_id", flat=True))
    return sorted(found)


def _around(organization: Organization, deals: Collection[UUID]) -> tuple[set[UUID], set[UUID]]:
    """The accounts of these deals, and the contacts who lead to them."""
    accounts: set[UUID] = set()
    contacts: set[UUID] = set()
    for some in chunks(deals, _AT_ONCE):
        rows = Opportunity.objects.filter(organization=organization, id__in=some, account__isnull=False)
        accounts |= {account for account in rows.values_list("account_id", flat=True) if account}
        for model in (OpportunityContactRole, FilingRule):
            links = model.objects.filter(organization=organization, opportunity_id__in=some)
            contacts |= set(links.values_list("contact_id", flat=True))
    return accounts, contacts


def engagements_of_accounts(organization: Organization, accounts: Collection[UUID]) -> set[UUID]:
    """The engagements on the records of these accounts."""
    found: set[UUID] = set()
    for some in chunks(accounts, _AT_ONCE):
        rows = Association.objects.filter(organization=organization, account_id__in=some)
        found |= set(rows.values_list("engagement_id", flat=True))
    return found


def _addresses_within(organization: Organization, domains: Collection[str]) -> set[str]:
    """The participants' addresses under `domains`: one pass over the index, whatever the number of domains."""
    if not domains:
        return set()
    return {address for address in _addresses(organization) if is_within(domain_of(address), domains)}


def in_use(organization: Organization, addresses: Collection[str]) -> set[str]:
    """`addresses`, and the tagged ones in use that stand for them: jane+news@ for jane@."""
    if not addresses:
        return set()
    tagged = Participant.objects.filter(organization=organization, address__contains="+")
    return set(addresses) | {
        address
        for address in tagged.values_list("address", flat=True).distinct()
        if f"{address.partition('+')[0]}@{domain_of(address)}" in addresses
    }


def _addresses(organization: Organization) -> Iterator[str]:
    rows = Participant.objects.filter(organization=organization)
    for some in in_portions(rows.values_list("address", named=True).distinct(), _AT_ONCE, by=["address"]):
        yield from (row.address for row in some)
