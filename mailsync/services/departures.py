"""A party that leaves the CRM takes its mail off the timeline, where the organization wants that (F20).

    what left the directory and is not back ──▶ its mail ──▶ replayed: nobody of the CRM in it ──▶ hidden
    hidden by a departure, and somebody of it is back (or the policy is "keep") ────────────────▶ shown again

What is hidden is deleted after 30 days, as with any rule (docs/decisions/0033).
"""

from datetime import datetime

from accounts.models import Organization
from core.db.unit_of_work import one_unit_of_work
from mailsync.domain.vocabulary import DepartureChoice
from mailsync.models import DeparturePolicy
from mailsync.selectors.departures import RULE, Effect, effect_of
from mailsync.services.organization_rules import hand_to_others
from timeline.services.hiding import hide, unhide


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
