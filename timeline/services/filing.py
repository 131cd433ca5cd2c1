"""Filing: the deal, the account and the owner of a mail, as columns of its engagement."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from accounts.models import Organization
from crm.domain.directory import Match
from timeline.domain.assignment import (
    Assignment,
    AssignmentRules,
    Circle,
    Deal,
    Occasion,
    choose_opportunity,
    circles_of,
    nearest_account,
    owner_of,
    pinned,
)
from timeline.domain.vocabulary import ParticipantRole
from timeline.models import Conversation
from timeline.selectors.holds import HeldPlaces, held_places
from timeline.services.deals import DealBook, deal_book, rules_of


@dataclass(frozen=True)
class Case:
    """A mail to be filed: its people by role and address, who of them is a customer and who a user."""

    occurred_at: datetime
    parts: Sequence[tuple[ParticipantRole, str]]
    match: Match
    users: frozenset[UUID]
    inbox_owner: UUID | None

    @cached_property
    def circles(self) -> tuple[Circle, ...]:
        return circles_of(self.parts, self.match)


@dataclass(frozen=True, slots=True)
class Filing:
    """Where a mail belongs."""

    assignment: Assignment
    account: UUID | None
    owner: UUID | None

    @property
    def columns(self) -> dict[str, Any]:
        """For an Engagement's constructor, or to be set on one."""
        return {
            "opportunity_id": self.assignment.opportunity,
            "association_rule": self.assignment.rule,
            "association_certain": self.assignment.is_certain,
            "association_candidates": [str(each) for each in self.assignment.candidates],
            "account_id": self.account,
            "owner_id": self.owner,
        }


FILING_COLUMNS = (
    "opportunity",
    "association_rule",
    "association_certain",
    "association_candidates",
    "account",
    "owner",
)


class FilingRoom:
    """Files the mails of one page: the deals and the rules are read once."""

    def __init__(
        self,
        organization: Organization,
        cases: Iterable[Case],
        conversations: Iterable[Conversation] = (),
        standing: Collection[UUID | None] = (),
    ) -> None:
        """`standing` are the deals that some of the mails are under already."""
        self._organization = organization
        circles = [circle for case in cases for circle in case.circles]
        pins = {each.pinned_opportunity_id for each in conversations}
        self._rules: AssignmentRules = rules_of(organization)
        self._book: DealBook = deal_book(organization, circles, also={*pins, *standing} - {None})

    @cached_property
    def held(self) -> HeldPlaces:
        """Where something must stay."""
        return held_places(self._organization)

    @property
    def looks_at_owners(self) -> bool:
        """Whether who takes part decides between deals."""
        return self._rules.owner_priority

    def owner(self, opportunity: UUID | None, inbox_owner: UUID | None) -> UUID | None:
        """Whose engagement it is under `opportunity`."""
        return owner_of(self._book.deals.get(opportunity) if opportunity else None, inbox_owner)

    def file(self, case: Case, conversation: Conversation | None) -> Filing:
        """Where `case` belongs; what a person pinned goes before every rule."""
        if conversation is not None and conversation.pinned_at is not None:
            assignment = pinned(conversation.pinned_opportunity_id)
        else:
            assignment = self._chosen(case)
        deal = self._book.deals.get(assignment.opportunity) if assignment.opportunity else None
        account = deal.account if deal is not None and deal.account else nearest_account(case.parts, case.match)
        return Filing(assignment, account, owner_of(deal, case.inbox_owner))

    def _chosen(self, case: Case) -> Assignment:
        deals: list[Deal] = self._book.of(case.circles)
        occasion = Occasion(case.occurred_at, case.circles, case.users)
        return choose_opportunity(occasion, deals, self._rules)
