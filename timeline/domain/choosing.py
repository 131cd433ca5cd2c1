"""Which deal the rules choose for an engagement, why, and how sure that is (F15, F25).

    open deals that a correction gave a contact of it ─┐ one ▶ LEARNED         certain
    else open deals with a contact of it in a role ──┤
    else open deals of the accounts in the mail ─────┼─ one ▶ CONTACT_ROLE, else the organization's rule   certain
    else deals closed a short while before the mail ─┘        RECENTLY_CLOSED                  certain while it was open
                                                     └─ more ▶ of the persons' own, one ▶ OWNER_PRIORITY   certain
                                                               by the organization's rule ▶ its name       uncertain
    none ──────────────────────────────────────────────────▶ NO_OPPORTUNITY    certain

Deals that existed when the mail was written go before those created since: the next deal with a customer leaves the
last one its history. Within each step the author's side goes before those in To, these before those in Cc. Everything
here depends on the mail and the CRM alone, never on which mailbox showed the mail first, or when.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from accounts.domain.vocabulary import OpportunityRule
from crm.domain.directory import Match
from timeline.domain.vocabulary import AssignmentRule, ParticipantRole

MAXIMUM_CANDIDATES = 10

_CIRCLES = {
    ParticipantRole.FROM: 0,
    ParticipantRole.SENDER: 0,
    ParticipantRole.HOST: 0,
    ParticipantRole.TO: 1,
    ParticipantRole.ATTENDEE: 1,
    ParticipantRole.CC: 2,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An opportunity as far as assignment looks at it; `owner` is a user's id where the owner is a user here."""

    id: UUID
    account: UUID | None
    owner: UUID | None
    is_closed: bool
    closed_on: date | None
    created_at: datetime
    modified_at: datetime
    contacts: frozenset[UUID] = frozenset()
    """Those with a role in it."""
    learned: frozenset[UUID] = frozenset()
    """Those whose mail a person said belongs to it."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Opportunities by id, by account and by the contacts who lead to them: by a role, or because a person said so."""

    by_id: Mapping[UUID, Candidate] = field(default_factory=dict)
    by_account: Mapping[UUID, Sequence[Candidate]] = field(default_factory=dict)
    by_contact: Mapping[UUID, Sequence[Candidate]] = field(default_factory=dict)

    def of(self, circles: Iterable["Circle"]) -> list[Candidate]:
        """Those of the accounts in `circles`, and those to which their contacts lead."""
        found: dict[UUID, Candidate] = {}
        for circle in circles:
            for account in circle.accounts:
                found.update({each.id: each for each in self.by_account.get(account, ())})
            for contact in circle.contacts:
                found.update({each.id: each for each in self.by_contact.get(contact, ())})
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Circle:
    """The customers in one place of a mail: its author, those in To, or those in Cc."""

    contacts: frozenset[UUID] = frozenset()
    accounts: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is to be assigned: when it was, the customers in it, the nearest circle first, and which users took part."""

    occurred_at: datetime
    circles: tuple[Circle, ...]
    users: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class AssignmentRules:
    """What an organization decided; `grace_days` is how long after its close a deal still receives mail."""

    rule: OpportunityRule = OpportunityRule.MOST_RECENTLY_UPDATED_OPEN
    owner_priority: bool = False
    grace_days: int = 14


@dataclass(frozen=True, slots=True)
class Assignment:
    """The deal or none, the rule that chose, whether another choice was possible, and all candidates, best first."""

    opportunity: UUID | None = None
    rule: AssignmentRule = AssignmentRule.NO_OPPORTUNITY
    is_certain: bool = True
    candidates: tuple[UUID, ...] = ()


def choose_opportunity(occasion: Occasion, deals: Collection[Candidate], rules: AssignmentRules) -> Assignment:
    """The assignment of `occasion` among `deals`: all of its accounts' and all that its contacts have a role in."""
    ranked = sorted(_eligible(occasion, deals, rules), key=_ranking(rules.rule))
    is_open_first = rules.rule != OpportunityRule.MOST_RECENTLY_UPDATED
    running = [deal for deal in ranked if not deal.is_closed]
    closed = [deal for deal in ranked if deal.is_closed]
    for group in (running, closed) if is_open_first else (ranked,):
        for step in _steps(occasion, group):
            if step:
                return _decided(occasion, step, ranked, rules)
    return Assignment()


def circles_of(parts: Iterable[tuple[ParticipantRole, str]], match: Match) -> tuple[Circle, ...]:
    """The customers of a mail by how near they stand: the author's side, those in To, those in Cc.

    `parts` are role and normalized address, `match` says who these are.
    """
    contacts: tuple[set[UUID], ...] = (set(), set(), set())
    accounts: tuple[set[UUID], ...] = (set(), set(), set())
    for role, address in parts:
        place = _CIRCLES[role]
        accounts[place].update(match.accounts.get(address, ()))
        for party in match.parties.get(address, ()):
            contacts[place].update([party.contact] if party.contact else ())
            accounts[place].update([party.account] if party.account else ())
    return tuple(Circle(frozenset(people), frozenset(firms)) for people, firms in zip(contacts, accounts, strict=True))


def _eligible(occasion: Occasion, deals: Collection[Candidate], rules: AssignmentRules) -> list[Candidate]:
    found = [deal for deal in deals if _is_eligible(deal, occasion, rules)]
    existing = [deal for deal in found if deal.created_at <= occasion.occurred_at]
    return existing or found


def _is_eligible(deal: Candidate, occasion: Occasion, rules: AssignmentRules) -> bool:
    if not deal.is_closed or rules.rule == OpportunityRule.MOST_RECENTLY_UPDATED:
        return True
    return occasion.occurred_at.date() <= _closed_on(deal) + timedelta(days=rules.grace_days)


def _closed_on(deal: Candidate) -> date:
    """A close date still ahead is a forecast that nobody corrected: the last change closed the deal."""
    modified = deal.modified_at.date()
    return min(deal.closed_on, modified) if deal.closed_on else modified


def _ranking(rule: OpportunityRule) -> Callable[[Candidate], tuple[float, float, UUID]]:
    """Best first, by the organization's rule; ties fall to the other date, then to the id."""

    def key(deal: Candidate) -> tuple[float, float, UUID]:
        created, modified = deal.created_at.timestamp(), deal.modified_at.timestamp()
        if rule == OpportunityRule.OLDEST_CREATED_OPEN:
            return (created, -modified, deal.id)
        if rule == OpportunityRule.MOST_RECENTLY_CREATED_OPEN:
            return (-created, -modified, deal.id)
        return (-modified, -created, deal.id)

    return key


def _steps(occasion: Occasion, ranked: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    """The candidates of each step, the strongest evidence first."""
    for circle in occasion.circles:
        yield [deal for deal in ranked if deal.learned & circle.contacts]
    for circle in occasion.circles:
        yield [deal for deal in ranked if deal.contacts & circle.contacts]
    for circle in occasion.circles:
        yield [deal for deal in ranked if deal.account in circle.accounts]


def _decided(
    occasion: Occasion, step: list[Candidate], ranked: Sequence[Candidate], rules: AssignmentRules
) -> Assignment:
    preferred = [deal for deal in step if deal.owner in occasion.users] if rules.owner_priority else []
    winner = (preferred or step)[0]
    is_certain = len(step) == 1 or len(preferred) == 1
    if winner.is_closed and occasion.occurred_at.date() > _closed_on(winner):
        is_certain = False
    rule = _name_of_rule(occasion, step, winner, rules) if is_certain or len(step) == 1 else AssignmentRule(rules.rule)
    others = [deal.id for deal in (*step, *ranked) if deal is not winner]
    candidates = tuple(dict.fromkeys((winner.id, *others)))[:MAXIMUM_CANDIDATES]
    return Assignment(winner.id, rule, is_certain, candidates)


def _name_of_rule(
    occasion: Occasion, step: Sequence[Candidate], winner: Candidate, rules: AssignmentRules
) -> AssignmentRule:
    """What decided where one deal was left."""
    if len(step) > 1:
        return AssignmentRule.OWNER_PRIORITY
    if winner.is_closed and rules.rule != OpportunityRule.MOST_RECENTLY_UPDATED:
        return AssignmentRule.RECENTLY_CLOSED
    if any(winner.learned & circle.contacts for circle in occasion.circles):
        return AssignmentRule.LEARNED
    if any(winner.contacts & circle.contacts for circle in occasion.circles):
        return AssignmentRule.CONTACT_ROLE
    return AssignmentRule(rules.rule)
