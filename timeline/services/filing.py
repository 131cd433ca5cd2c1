"""Assigning the mails of one page: opportunities, rules and holds are read once, settle() answers for each."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from accounts.models import Organization
from timeline.domain.assignment import NOTHING_HELD, HeldRecords, MailFacts, Settled, settle
from timeline.services.deals import candidates_for, rules_of

ASSIGNMENT_COLUMNS = (
    "opportunity",
    "association_rule",
    "association_certain",
    "association_candidates",
    "account",
    "owner",
)


class Assigner:
    """Settles the engagements of one page."""

    def __init__(self, organization: Organization, page: Iterable[MailFacts], held: HeldRecords = NOTHING_HELD) -> None:
        page = list(page)
        circles = [circle for facts in page for circle in facts.circles]
        self._rules = rules_of(organization)
        self._candidates = candidates_for(organization, circles, also=_named(page))
        self._held = held

    def settle(self, facts: MailFacts) -> Settled:
        """Where one of the page stands and whose it is."""
        return settle(facts, self._candidates, self._rules, self._held)


def columns_of(settled: Settled) -> dict[str, Any]:
    """For an Engagement's constructor, or to be set on one."""
    return {
        "opportunity_id": settled.assignment.opportunity,
        "association_rule": settled.assignment.rule,
        "association_certain": settled.assignment.is_certain,
        "association_candidates": [str(each) for each in settled.assignment.candidates],
        "account_id": settled.account,
        "owner_id": settled.owner,
    }


def _named(page: Iterable[MailFacts]) -> Collection[UUID]:
    """The opportunities that were decided, or under which something stands."""
    decided = {facts.decided.opportunity for facts in page if facts.decided is not None}
    standing = {facts.standing.assignment.opportunity for facts in page if facts.standing is not None}
    return {each for each in decided | standing if each is not None}
