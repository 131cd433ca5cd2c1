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

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
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


def choose_opportunity(
    occurred_at: datetime,
    circles: Sequence[Circle],
    deals: Iterable[Candidate],
    rules: AssignmentRules,
    users: Collection[UUID] = (),
) -> Assignment:
    """Which of `deals` something of this moment belongs to, with the customers in `circles`, the nearest first.

    `deals` are all of its accounts' and all that its contacts lead to, `users` those of us who took part.
    """
    day = occurred_at.date()
    is_open_first = rules.rule != OpportunityRule.MOST_RECENTLY_UPDATED
    eligible = [
        deal
        for deal in deals
        if not (deal.is_closed and is_open_first) or (day - _closed_on(deal)).days <= rules.grace_days
    ]
    existing = [deal for deal in eligible if deal.created_at <= occurred_at]
    ranked = sorted(existing or eligible, key=partial(_rank, rules.rule))
    running = [deal for deal in ranked if not deal.is_closed]
    closed = [deal for deal in ranked if deal.is_closed]
    for group in (running, closed) if is_open_first else (ranked,):
        for evidence, step in _steps(circles, group, rules):
            if not step:
                continue
            preferred = [deal for deal in step if deal.owner in users] if rules.owner_priority else []
            winner = (preferred or step)[0]
            is_in_time = not winner.is_closed or day <= _closed_on(winner)
            is_certain = is_in_time and 1 in {len(step), len(preferred)}
            rule = evidence
            if len(step) > 1:
                rule = AssignmentRule.OWNER_PRIORITY if is_certain else AssignmentRule(rules.rule)
            elif winner.is_closed and is_open_first:
                rule = AssignmentRule.RECENTLY_CLOSED
            candidates = dict.fromkeys(deal.id for deal in (winner, *step, *ranked))
            return Assignment(winner.id, rule, is_certain, tuple(candidates)[:MAXIMUM_CANDIDATES])
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


def _closed_on(deal: Candidate) -> date:
    """A close date still ahead is a forecast that nobody corrected: the last change closed the deal."""
    modified = deal.modified_at.date()
    return min(deal.closed_on, modified) if deal.closed_on else modified


def _rank(rule: OpportunityRule, deal: Candidate) -> tuple[float, float, UUID]:
    """Best first, by the organization's rule; ties fall to the other date, then to the id."""
    created, modified = deal.created_at.timestamp(), deal.modified_at.timestamp()
    if rule == OpportunityRule.OLDEST_CREATED_OPEN:
        return (created, -modified, deal.id)
    if rule == OpportunityRule.MOST_RECENTLY_CREATED_OPEN:
        return (-created, -modified, deal.id)
    return (-modified, -created, deal.id)


def _steps(
    circles: Iterable[Circle], ranked: Sequence[Candidate], rules: AssignmentRules
) -> Iterator[tuple[AssignmentRule, list[Candidate]]]:
    """The candidates of each step and what decides there where they are one, the strongest evidence first."""
    for circle in circles:
        yield AssignmentRule.LEARNED, [deal for deal in ranked if deal.learned & circle.contacts]
    for circle in circles:
        yield AssignmentRule.CONTACT_ROLE, [deal for deal in ranked if deal.contacts & circle.contacts]
    for circle in circles:
        yield AssignmentRule(rules.rule), [deal for deal in ranked if deal.account in circle.accounts]
