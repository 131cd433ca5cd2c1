"""The deals that a page of engagements may belong to, read in three queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.domain.vocabulary import OpportunityRule
from accounts.models import Organization
from crm.models import Opportunity, OpportunityContactRole
from timeline.domain.assignment import AssignmentRules, Circle, Deal
from timeline.models import FilingRule

_Links = dict[UUID, set[UUID]]


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
    roles = _links(OpportunityContactRole, organization, contacts)
    learned = _links(FilingRule, organization, contacts)
    return _book(_deals(organization, accounts, {*roles, *learned, *also}, roles, learned))


def _links(
    model: type[OpportunityContactRole] | type[FilingRule], organization: Organization, contacts: Collection[UUID]
) -> _Links:
    """Which of `contacts` lead to a deal, by deal."""
    links: _Links = defaultdict(set)
    rows = model.objects.filter(organization=organization, contact_id__in=contacts)
    for opportunity, contact in rows.values_list("opportunity_id", "contact_id"):
        links[opportunity].add(contact)
    return links


def _deals(
    organization: Organization,
    accounts: Collection[UUID],
    ids: Collection[UUID | None],
    roles: _Links,
    learned: _Links,
) -> list[Deal]:
    rows = Opportunity.objects.filter(Q(account_id__in=accounts) | Q(id__in=ids), organization=organization)
    return [
        Deal(*row, contacts=frozenset(roles.get(row[0], ())), learned=frozenset(learned.get(row[0], ())))
        for row in rows.values_list(
            "id", "account_id", "owner_id", "is_closed", "close_date", "crm_created_at", "crm_modified_at"
        )
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
