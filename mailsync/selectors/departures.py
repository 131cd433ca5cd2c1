"""The stored mail with nobody of the CRM in it any more, and what a policy about it would change (F20)."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Organization
from core.chunks import chunks
from crm.domain.changes import CustomerChanges
from crm.selectors.directory import departed_parties
from mailsync.domain.vocabulary import DepartureChoice
from mailsync.selectors.rule_effects import unmatched
from timeline.domain.vocabulary import Kind
from timeline.models import Engagement
from timeline.selectors.affected import affected_engagements
from timeline.selectors.hiding import hidden_by

_AT_ONCE = 1_000
RULE = "departure"
"""What stands beside an engagement that a departure hides."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a policy does to stored mail: the emails that it would hide, and those that it would show again."""

    hides: frozenset[UUID]
    shows: frozenset[UUID]


def effect_of(organization: Organization, choice: DepartureChoice) -> Effect:
    """What following `choice` would change now; nothing is stored."""
    hidden = hidden_by(organization, RULE)
    wanted = _without_customers(organization) if choice is DepartureChoice.HIDE else set()
    return Effect(frozenset(wanted - hidden), frozenset(hidden - wanted))


def _without_customers(organization: Organization) -> set[UUID]:
    """Emails, shown or hidden by a departure, with a party that left and with nobody who is in the CRM."""
    addresses, domains = departed_parties(organization)
    concerned = affected_engagements(
        organization, CustomerChanges(organization.pk, addresses=addresses, domains=domains)
    )
    found: set[UUID] = set()
    for some in chunks(concerned, _AT_ONCE):
        emails = Engagement.objects.filter(
            organization=organization, kind=Kind.EMAIL, pk__in=some, hidden_by_rule__in=["", RULE]
        )
        found |= unmatched(organization, emails)
    return found
