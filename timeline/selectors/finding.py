"""What a search finds for a person: customers and deals by name, and engagements by their words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from accounts.models import User
from crm.models import Account, Contact, Lead, Opportunity
from crm.selectors.customers import accounts_of, contacts_of, leads_of
from timeline.domain.words import terms_of
from timeline.search import search_engagements
from timeline.search.database import found_in_folded
from timeline.selectors.engagements import engagements_for, with_parts
from timeline.selectors.entries import Entry, entry_of

PAGE_SIZE = 25
RECORDS_A_KIND = 5


@dataclass(frozen=True, slots=True)
class Findings:
    """A page of engagements, and on the first page the records whose names match."""

    entries: Sequence[Entry]
    has_more: bool
    notice: str = ""
    accounts: Sequence[Account] = ()
    contacts: Sequence[Contact] = ()
    leads: Sequence[Lead] = ()
    deals: Sequence[Opportunity] = ()

    @property
    def has_records(self) -> bool:
        return bool(self.accounts or self.contacts or self.leads or self.deals)

    @property
    def is_empty(self) -> bool:
        return not self.entries and not self.has_records


def findings(viewer: User, text: str, page: int = 1) -> Findings:
    """What `text` finds among what `viewer` may read; `page` counts from 1."""
    organization = viewer.organization
    if organization is None or not text:
        return Findings((), has_more=False)
    answer = search_engagements(viewer, text)
    readable = with_parts(engagements_for(viewer).filter(pk__in=answer.engagements.order_by().values("pk")))
    found = readable[(page - 1) * PAGE_SIZE : page * PAGE_SIZE + 1]
    entries = [entry_of(engagement, viewer) for engagement in found]
    in_folded = found_in_folded(terms_of(text), [entry.engagement.pk for entry in entries])
    entries = [replace(entry, is_found_in_folded=entry.engagement.pk in in_folded) for entry in entries]
    if page > 1:
        return Findings(entries[:PAGE_SIZE], len(entries) > PAGE_SIZE, answer.notice)
    deals = Opportunity.objects.filter(organization=organization, name__icontains=text).select_related("account")
    return Findings(
        entries=entries[:PAGE_SIZE],
        has_more=len(entries) > PAGE_SIZE,
        notice=answer.notice,
        accounts=list(accounts_of(organization, text)[:RECORDS_A_KIND]),
        contacts=list(contacts_of(organization, text)[:RECORDS_A_KIND]),
        leads=list(leads_of(organization, text)[:RECORDS_A_KIND]),
        deals=list(deals.order_by("is_closed", "name", "pk")[:RECORDS_A_KIND]),
    )
