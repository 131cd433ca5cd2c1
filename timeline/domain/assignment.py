"""Where an engagement stands and whose it is: opportunity, account and owner by one rule, whoever asks (F10, F25).

recording · later copies · corrections · joined conversations · filing rules · the CRM · copies taken back · calls
                                            │ MailFacts: what its rows and the directory say
                                            ▼
                                         settle()
opportunity   what a person decided or a report gave; else what timeline/domain/choosing.py chooses;
              what matches nobody any more keeps its own
account       the opportunity's; else the reported one; else that of the nearest customer in it
owner         the opportunity's; else the inbox owner
              what is held for the place where it stands does not leave that place
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from crm.domain.directory import NOBODY, Match
from timeline.domain.choosing import (
    Assignment,
    AssignmentRules,
    Candidate,
    Candidates,
    Circle,
    choose_opportunity,
    circles_of,
)
from timeline.domain.vocabulary import AssignmentRule, ParticipantRole

_PLACES = (
    ParticipantRole.FROM,
    ParticipantRole.SENDER,
    ParticipantRole.HOST,
    ParticipantRole.TO,
    ParticipantRole.ATTENDEE,
    ParticipantRole.CC,
)

Place = tuple[ParticipantRole, int]
"""A role and a position in it."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Where an engagement stands and whose it is; `is_held` where a hold keeps it from standing elsewhere."""

    assignment: Assignment
    account: UUID | None
    owner: UUID | None
    is_held: bool = False


@dataclass(frozen=True)
class MailFacts:
    """What decides about a mail, a call or a meeting: its people by role and address, and who of them is whom."""

    occurred_at: datetime
    parts: Sequence[tuple[ParticipantRole, str]] = ()
    match: Match = NOBODY
    users: frozenset[UUID] = frozenset()
    """The users among its people."""
    inbox_owner: UUID | None = None
    decided: Assignment | None = None
    """What a person decided for it or for its conversation, or its report gave."""
    reported_account: UUID | None = None
    standing: Settled | None = None
    """Where it is recorded to stand; None while it is not recorded."""
    concerned: frozenset[UUID] = frozenset()
    """The accounts on whose records it stands."""

    @cached_property
    def circles(self) -> tuple[Circle, ...]:
        """Its customers by how near they stand."""
        return circles_of(self.parts, self.match)


@dataclass(frozen=True, slots=True)
class HeldRecords:
    """The records whose engagements a legal hold covers."""

    opportunities: frozenset[UUID] = frozenset()
    accounts: frozenset[UUID] = frozenset()
    contacts: frozenset[UUID] = frozenset()

    def are_left(self, standing: Settled, settled: Settled) -> bool:
        """Whether an engagement that is held for where it stands would stand elsewhere."""
        opportunity, account = standing.assignment.opportunity, standing.account
        leaves_opportunity = opportunity in self.opportunities and settled.assignment.opportunity != opportunity
        return leaves_opportunity or (account in self.accounts and settled.account != account)

    def keep(self, account: UUID | None, contact: UUID | None) -> bool:
        """Whether what stands on this record must stay on it."""
        return account in self.accounts or contact in self.contacts


NOTHING_HELD = HeldRecords()


def settle(
    facts: MailFacts, candidates: Candidates, rules: AssignmentRules, held: HeldRecords = NOTHING_HELD
) -> Settled:
    """Where an engagement stands and whose it is.

    `candidates` hold the opportunities that its customers lead to, the one where it stands and the one decided.
    """
    assignment = facts.decided or _by_rule(facts, candidates, rules)
    settled = _under(assignment, facts, candidates)
    if facts.standing is None or not held.are_left(facts.standing, settled):
        return settled
    owner = _under(facts.standing.assignment, facts, candidates).owner
    return replace(facts.standing, owner=owner, is_held=True)


def pinned(opportunity: UUID | None) -> Assignment:
    """What a person decided: an opportunity, or that there is none."""
    return Assignment(
        opportunity, AssignmentRule.PINNED, is_certain=True, candidates=(opportunity,) if opportunity else ()
    )


def given(opportunity: UUID) -> Assignment:
    """What the report of a call or meeting named."""
    return Assignment(opportunity, AssignmentRule.GIVEN, is_certain=True, candidates=(opportunity,))


def place_of(role: ParticipantRole) -> int:
    """How near a role stands to an engagement; 0 is its author."""
    return _PLACES.index(role)


def places_of(parts: Iterable[tuple[UUID, ParticipantRole, int]]) -> dict[UUID, Place]:
    """The nearest place of each user, of the `parts` that users have."""
    places: dict[UUID, Place] = {}
    for user, role, position in parts:
        place = (role, position)
        places[user] = min(places.get(user, place), place, key=lambda each: (place_of(each[0]), each[1]))
    return places


def nearest_inbox_owner(users: Collection[UUID], parts: Mapping[UUID, tuple[ParticipantRole, int]]) -> UUID | None:
    """Of the `users` whose mailboxes hold a mail, the one closest to it: author, then To, then Cc, then by id.

    `parts` are the users named in the mail, with role and position. The answer for two sets is the answer for their
    union, so mailboxes may report in any order.
    """

    def closeness(user: UUID) -> tuple[int, int, UUID]:
        if user not in parts:
            return (len(_PLACES), 0, user)
        role, position = parts[user]
        return (place_of(role), position, user)

    return min(users, key=closeness, default=None)


def _by_rule(facts: MailFacts, candidates: Candidates, rules: AssignmentRules) -> Assignment:
    """Of a reported account, its own opportunities alone."""
    if not facts.match and facts.standing is not None:
        return facts.standing.assignment
    users = facts.users | {facts.inbox_owner} if facts.inbox_owner else facts.users
    considered = candidates.of(facts.circles)
    if facts.reported_account is not None:
        considered = [each for each in considered if each.account in {None, facts.reported_account}]
    return choose_opportunity(facts.occurred_at, facts.circles, considered, rules, users)


def _under(assignment: Assignment, facts: MailFacts, candidates: Candidates) -> Settled:
    opportunity = candidates.by_id.get(assignment.opportunity) if assignment.opportunity else None
    owner = opportunity.owner if opportunity is not None and opportunity.owner is not None else facts.inbox_owner
    return Settled(assignment, _account(opportunity, facts), owner)


def _account(opportunity: Candidate | None, facts: MailFacts) -> UUID | None:
    if opportunity is not None and opportunity.account is not None:
        return opportunity.account
    if facts.reported_account is not None:
        return facts.reported_account
    if facts.match or facts.standing is None:
        return _nearest_account(facts.parts, facts.match)
    standing = facts.standing.account
    return standing if standing in facts.concerned else min(facts.concerned, default=None)


def _nearest_account(parts: Iterable[tuple[ParticipantRole, str]], match: Match) -> UUID | None:
    """The first account that its people lead to."""
    for _, address in sorted(parts, key=lambda part: place_of(part[0])):
        of_people = [party.account for party in match.parties.get(address, ()) if party.account]
        if found := of_people or list(match.accounts.get(address, ())):
            return min(found)
    return None
