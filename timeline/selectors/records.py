"""What stands beside a timeline: a deal's figures and people, an account's deals and contacts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from accounts.models import User
from crm.models import Account, Contact, Lead, Opportunity, OpportunityContactRole
from timeline.selectors.deals import DealRow, deal_rows, standings
from timeline.selectors.engaged import Engaged, engaged_people

MOST_CONTACTS = 40


@dataclass(frozen=True, slots=True)
class DealPerson:
    """A person of a deal: a role in the CRM, a part in its mail, or both."""

    record: Contact | Lead
    is_lead: bool
    role: str
    is_primary: bool
    engaged: Engaged | None


@dataclass(frozen=True, slots=True)
class DealSummary:
    """A deal's row as in the list, and everybody in it."""

    row: DealRow
    people: Sequence[DealPerson]


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """An account's deals, the open ones with their activity, and its contacts."""

    open_deals: Sequence[DealRow]
    closed_deals: Sequence[Opportunity]
    contacts: Sequence[Contact]
    contact_count: int


def deal_summary(viewer: User, deal: Opportunity, now: datetime) -> DealSummary:
    (row,) = deal_rows(viewer, standings(viewer, Opportunity.objects.filter(pk=deal.pk), now), now)
    return DealSummary(row, _people_of(viewer, deal, now))


def account_summary(viewer: User, account: Account, now: datetime) -> AccountSummary:
    deals = standings(viewer, account.opportunities.filter(is_closed=False).order_by("name", "pk"), now)
    return AccountSummary(
        open_deals=deal_rows(viewer, deals, now),
        closed_deals=list(account.opportunities.filter(is_closed=True).order_by("-close_date", "name", "pk")),
        contacts=list(account.contacts.all()[:MOST_CONTACTS]),
        contact_count=account.contacts.count(),
    )


def _people_of(viewer: User, deal: Opportunity, now: datetime) -> list[DealPerson]:
    """Those with a role first, the primary one on top; then the others who took part, most active first."""
    engaged = {person.id: person for person in engaged_people(viewer, [deal.pk], now)[deal.pk]}
    roles = (
        OpportunityContactRole.objects.filter(opportunity=deal)
        .order_by("-is_primary", "contact__last_name", "pk")
        .prefetch_related(Prefetch("contact", Contact.objects.prefetch_related("addresses")))
    )
    people = [
        DealPerson(each.contact, False, each.role, each.is_primary, engaged.pop(each.contact_id, None))  # noqa: FBT003
        for each in roles
    ]
    records: dict[object, Contact | Lead] = {
        **Contact.objects.filter(organization=viewer.organization_id).prefetch_related("addresses").in_bulk(engaged),
        **Lead.objects.filter(organization=viewer.organization_id).prefetch_related("addresses").in_bulk(engaged),
    }
    rest = [(records[pk], person) for pk, person in engaged.items() if pk in records]
    return people + [DealPerson(record, person.is_lead, "", False, person) for record, person in rest]  # noqa: FBT003
