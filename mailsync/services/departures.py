"""A party that leaves the CRM takes its mail off the timeline, where the organization wants that (F20).

    what left the directory and is not back ──▶ its mail ──▶ replayed: nobody of the CRM in it ──▶ hidden
    hidden by a departure, and somebody of it is back (or the policy is "keep") ────────────────▶ shown again

What is hidden is deleted after 30 days, as with any rule (docs/decisions/0033).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Organization
from core.db.unit_of_work import one_unit_of_work
from crm.domain.changes import CustomerChanges
from crm.selectors.directory import departed_parties
from mailsync.domain.vocabulary import DepartureChoice
from mailsync.models import DeparturePolicy
from mailsync.services.organization_rules import hand_to_others
from mailsync.services.rule_effects import unmatched
from timeline.domain.vocabulary import Kind
from timeline.models import Engagement
from timeline.services.affected import affected_engagements, portions
from timeline.services.hiding import hidden_by, hide, unhide

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


@one_unit_of_work
def follow_departures(*, organization: Organization, now: datetime) -> Effect:
    """Bring stored mail in line with who has left the CRM and who is back, by the organization's policy."""
    policy = DeparturePolicy.objects.filter(organization=organization).first()
    effect = effect_of(organization, DepartureChoice(policy.choice) if policy else DepartureChoice.KEEP)
    hide(organization=organization, ids=effect.hides, rule=RULE, now=now)
    shown = hand_to_others(organization, effect.shows, rule=RULE)
    unhide(organization=organization, rule=RULE, now=now, ids=shown)
    return effect


def follow_all_departures(*, now: datetime) -> int:
    """The same for every organization that hides such mail; how many emails were hidden or shown again."""
    hiding = Organization.objects.filter(departure_policy__choice=DepartureChoice.HIDE)
    effects = [follow_departures(organization=organization, now=now) for organization in hiding]
    return sum(len(effect.hides) + len(effect.shows) for effect in effects)


def _without_customers(organization: Organization) -> set[UUID]:
    """Emails, shown or hidden by a departure, with a party that left and with nobody who is in the CRM."""
    addresses, domains = departed_parties(organization)
    concerned = affected_engagements(
        organization, CustomerChanges(organization.pk, addresses=addresses, domains=domains)
    )
    found: set[UUID] = set()
    for some in portions(concerned):
        emails = Engagement.objects.filter(
            organization=organization, kind=Kind.EMAIL, pk__in=some, hidden_by_rule__in=["", RULE]
        )
        found |= unmatched(organization, emails)
    return found
