"""The opportunities that a page of engagements may belong to, read in three queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Q

from accounts.models import Organization
from core.db.bulk import Prepared
from crm.models import Opportunity, OpportunityContactRole
from timeline.domain.choosing import Candidate, Candidates, Circle
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
_OPPORTUNITIES = Prepared(
    lambda organization, accounts, ids: Opportunity.objects.filter(
        Q(account_id__among=accounts) | Q(id__among=ids),
        organization__among=organization,
    ).values_list("id", "account_id", "owner_id", "is_closed", "close_date", "crm_created_at", "crm_modified_at")
)


def candidates_for(
    organization: Organization, circles: Iterable[Circle], *, also: Collection[UUID | None] = ()
) -> Candidates:
    """Every opportunity that somebody in `circles` could lead to, and those with the ids in `also`."""
    circles = list(circles)
    contacts = {contact for circle in circles for contact in circle.contacts}
    accounts = {account for circle in circles for account in circle.accounts}
    roles, learned = _links(_ROLES, organization, contacts), _links(_LEARNED, organization, contacts)
    by_id = dict[UUID, Candidate]()
    by_account, by_contact = defaultdict[UUID, list[Candidate]](list), defaultdict[UUID, list[Candidate]](list)
    for row in _OPPORTUNITIES.ask(organization=organization.pk, accounts=accounts, ids={*roles, *learned, *also}):
        each = Candidate(*row, contacts=frozenset(roles.get(row[0], ())), learned=frozenset(learned.get(row[0], ())))
        by_id[each.id] = each
        if each.account:
            by_account[each.account].append(each)
        for contact in each.contacts | each.learned:
            by_contact[contact].append(each)
    return Candidates(by_id, by_account, by_contact)


def _links(prepared: Prepared[tuple[UUID, UUID]], organization: Organization, contacts: Collection[UUID]) -> _Links:
    """Which of `contacts` lead to an opportunity, by opportunity."""
    links: _Links = defaultdict(set)
    for opportunity, contact in prepared.ask(organization=organization.pk, contacts=contacts):
        links[opportunity].add(contact)
    return links
