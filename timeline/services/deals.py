"""The deals that a page of engagements may belong to, read in three queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.domain.vocabulary import OpportunityRule
from accounts.models import Organization
from core.db.bulk import Prepared
from crm.models import Opportunity, OpportunityContactRole
from timeline.domain.assignment import AssignmentRules, Circle, Deal
from timeline.models import FilingRule

_Links = dict[UUID, set[UUID]]


def _by_contact(model: type[OpportunityContactRole] | type[FilingRule]) -> Prepared[tuple[UUID, UUID]]:
    return Prepared(
        lambda organization, contacts: (
            model.objects.filter(organization__among=organization, contact_id__among=contacts)
            .order_by()
            .values_list("opportunity_id", "contact_id")
        )
    )


_ROLES = _by_contact(OpportunityContactRole)
_LEARNED = _by_contact(FilingRule)
_DEALS = Prepared(
    lambda organization, accounts, ids: Opportunity.objects.filter(
        Q(account_id__among=accounts) | Q(id__among=ids),
        organization__among=organization,
    ).values_list("id", "account_id", "owner_id", "is_closed", "close_date", "crm_created_at", "crm_modified_at")
)


def rules_of(organization: Organization) -> AssignmentRules:
    """What the organization decided about assignment (F15)."""
    return AssignmentRules(
        rule=OpportunityRule(organization.opportunity_rule),
        owner_priority=organization.owner_priority,
        grace_days=organization.closed_deal_grace_days,
    )


@dataclass(frozen=True, slots=True)
class DealBook:
    """Deals by id, by account and by the contacts who lead to them: by a role, or because a person said so."""

    deals: dict[UUID, Deal]
    by_account: dict[UUID, list[Deal]]
    by_contact: dict[UUID, list[Deal]]

    def of(self, circles: Iterable[Circle]) -> list[Deal]:
        """The deals of the accounts in `circles`, and those to which their contacts lead."""
        found = {}
        for circle in circles:
            for account in circle.accounts:
                found.update({deal.id: deal for deal in self.by_account.get(account, ())})
            for contact in circle.contacts:
                found.update({deal.id: deal for deal in self.by_contact.get(contact, ())})
        return list(found.values())


def deal_book(organization: Organization, circles: Iterable[Circle], *, also: Collection[UUID | None] = ()) -> DealBook:
    """Every deal that somebody in `circles` could lead to, and those with the ids in `also`."""
    circles = list(circles)
    contacts = {contact for circle in circles for contact in circle.contacts}
    accounts = {account for circle in circles for account in circle.accounts}
    roles = _links(_ROLES, organization, contacts)
    learned = _links(_LEARNED, organization, contacts)
    return _book(_deals(organization, accounts, {*roles, *learned, *also}, roles, learned))


def _links(prepared: Prepared[tuple[UUID, UUID]], organization: Organization, contacts: Collection[UUID]) -> _Links:
    """Which of `contacts` lead to a deal, by deal."""
    links: _Links = defaultdict(set)
    for opportunity, contact in prepared.ask(organization=organization.pk, contacts=contacts):
        links[opportunity].add(contact)
    return links


def _deals(
    organization: Organization,
    accounts: Collection[UUID],
    ids: Collection[UUID | None],
    roles: _Links,
    learned: _Links,
) -> list[Deal]:
    return [
        Deal(*row, contacts=frozenset(roles.get(row[0], ())), learned=frozenset(learned.get(row[0], ())))
        for row in _DEALS.ask(organization=organization.pk, accounts=accounts, ids=ids)
    ]


def _book(deals: list[Deal]) -> DealBook:
    by_account: dict[UUID, list[Deal]] = defaultdict(list)
    by_contact: dict[UUID, list[Deal]] = defaultdict(list)
    for deal in deals:
        if deal.account:
            by_account[deal.account].append(deal)
        for contact in deal.contacts | deal.learned:
            by_contact[contact].append(deal)
    return DealBook({deal.id: deal for deal in deals}, by_account, by_contact)
