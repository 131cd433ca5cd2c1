"""Which deal a mail belongs to, whose it is and under which account: the rules alone, without a table."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain.vocabulary import OpportunityRule
from crm.domain.directory import Match, Party
from timeline.domain.assignment import HeldRecords, MailFacts, Settled, nearest_inbox_owner, pinned, places_of, settle
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

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
GLOBEX, INITECH, JANE, JO, CAROL, DAVE = (UUID(int=number) for number in range(1, 7))

AT_GLOBEX = (Circle(frozenset({JANE}), frozenset({GLOBEX})),)


def deal(number, **changes):
    fields = {
        "id": UUID(int=100 + number),
        "account": GLOBEX,
        "owner": None,
        "is_closed": False,
        "closed_on": None,
        "created_at": NOON - timedelta(days=100 - number),
        "modified_at": NOON - timedelta(days=number),
    }
    return Candidate(**{**fields, **changes})


def chosen(*deals, rules=None, at=NOON, circles=AT_GLOBEX, users=()):
    return choose_opportunity(at, circles, deals, rules or AssignmentRules(), users)


def test_without_a_deal_there_is_nothing_to_doubt():
    assert chosen() == Assignment()
    assert chosen(deal(1, account=INITECH)) == Assignment()


def test_the_sole_open_deal_is_certain():
    assert chosen(deal(1)) == Assignment(deal(1).id, AssignmentRule.MOST_RECENTLY_UPDATED_OPEN, True, (deal(1).id,))


@pytest.mark.parametrize(
    ("rule", "winner"),
    [
        (OpportunityRule.MOST_RECENTLY_UPDATED_OPEN, 2),
        (OpportunityRule.MOST_RECENTLY_CREATED_OPEN, 4),
        (OpportunityRule.OLDEST_CREATED_OPEN, 2),
        (OpportunityRule.MOST_RECENTLY_UPDATED, 1),
    ],
)
def test_among_several_the_organizations_rule_decides_and_is_not_sure(rule, winner):
    deals = [deal(1, is_closed=True, closed_on=NOON.date()), deal(2), deal(3), deal(4)]
    answer = chosen(*deals, rules=AssignmentRules(rule=rule))
    assert (answer.opportunity, answer.rule, answer.is_certain) == (deal(winner).id, rule.value, False)
    assert answer.candidates[0] == answer.opportunity
    assert set(answer.candidates) == {each.id for each in deals}


def test_a_contact_role_goes_before_the_accounts_other_deals():
    hers = deal(9, account=INITECH, contacts=frozenset({JANE}))
    answer = chosen(deal(1), hers, deal(2))
    assert (answer.opportunity, answer.rule, answer.is_certain) == (hers.id, AssignmentRule.CONTACT_ROLE, True)


def test_the_deal_of_the_persons_own_is_preferred_where_the_organization_says_so():
    deals = [deal(1, owner=DAVE), deal(2, owner=CAROL)]
    assert chosen(*deals, users=frozenset({CAROL})).opportunity == deal(1).id
    answer = chosen(*deals, users=frozenset({CAROL}), rules=AssignmentRules(owner_priority=True))
    assert (answer.opportunity, answer.rule, answer.is_certain) == (deal(2).id, AssignmentRule.OWNER_PRIORITY, True)


def test_several_of_the_persons_own_are_left_to_the_rule():
    deals = [deal(1, owner=DAVE), deal(2, owner=CAROL), deal(3, owner=CAROL)]
    answer = chosen(*deals, users=frozenset({CAROL}), rules=AssignmentRules(owner_priority=True))
    assert (answer.opportunity, answer.rule, answer.is_certain) == (deal(2).id, "most_recently_updated_open", False)


@pytest.mark.parametrize(
    ("days_after_close", "is_found", "is_certain"),
    [(-5, True, True), (0, True, True), (14, True, False), (15, False, True)],
)
def test_a_closed_deal_receives_mail_for_two_weeks(days_after_close, is_found, is_certain):
    closed = deal(1, is_closed=True, closed_on=NOON.date() - timedelta(days=days_after_close), modified_at=NOON)
    answer = chosen(closed)
    assert (answer.opportunity is not None, answer.is_certain) == (is_found, is_certain)
    assert answer.rule == (AssignmentRule.RECENTLY_CLOSED if is_found else AssignmentRule.NO_OPPORTUNITY)


def test_an_open_deal_goes_before_a_recently_closed_one():
    assert chosen(deal(1, is_closed=True, closed_on=NOON.date()), deal(50)).opportunity == deal(50).id


def test_a_close_date_in_the_future_does_not_keep_a_closed_deal_alive():
    closed = deal(1, is_closed=True, closed_on=NOON.date() + timedelta(days=300), modified_at=NOON - timedelta(days=40))
    assert chosen(closed).opportunity is None


def test_the_authors_side_goes_before_the_copied_ones():
    partner = Circle(frozenset({JO}), frozenset({INITECH}))
    ours = deal(40)
    theirs = deal(1, account=INITECH)
    circles = (Circle(frozenset({JANE}), frozenset({GLOBEX})), Circle(), partner)
    assert chosen(ours, theirs, circles=circles).opportunity == ours.id


def test_a_deal_created_after_the_mail_takes_it_only_where_none_existed_then():
    last = deal(1, is_closed=True, closed_on=NOON.date())
    following = deal(2, created_at=NOON + timedelta(days=1))
    assert chosen(last, following).opportunity == last.id
    assert chosen(last, deal(3), following).opportunity == deal(3).id
    long_gone = deal(4, is_closed=True, closed_on=NOON.date() - timedelta(days=40))
    answer = chosen(long_gone, following)
    assert (answer.opportunity, answer.is_certain, answer.candidates) == (following.id, True, (following.id,))


@given(
    st.permutations(
        [deal(number, is_closed=number % 3 == 0, owner=CAROL if number % 2 else None) for number in range(8)]
    )
)
def test_the_order_of_the_deals_does_not_matter(deals):
    rules = AssignmentRules(owner_priority=True)
    expected = chosen(*sorted(deals, key=lambda each: each.id), rules=rules, users=frozenset({CAROL}))
    assert chosen(*deals, rules=rules, users=frozenset({CAROL})) == expected


def settled(*deals, held=None, **facts):
    """Jane of Globex wrote to Carol, whose mailbox holds it."""
    known = {"parts": [(ParticipantRole.FROM, "jane@globex.example")], "match": OF_JANE, "inbox_owner": CAROL}
    candidates = Candidates({each.id: each for each in deals}, {GLOBEX: [d for d in deals if d.account == GLOBEX]}, {})
    return settle(
        MailFacts(**{"occurred_at": NOON, **known, **facts}), candidates, AssignmentRules(), held or HeldRecords()
    )


OF_JANE = Match(parties={"jane@globex.example": (Party(contact=JANE, account=GLOBEX),)})


def test_the_owner_is_the_deals_owner_else_the_inbox_owner():
    assert settled(deal(1, owner=DAVE)).owner == DAVE
    assert settled(deal(1)).owner == CAROL
    assert settled().owner == CAROL


def test_the_account_is_the_deals_else_the_reported_one_else_the_nearest_customers():
    theirs, loose = deal(1, account=INITECH), deal(2, account=None)
    assert settled(theirs, decided=pinned(theirs.id), reported_account=JO).account == INITECH
    assert settled(loose, decided=pinned(loose.id), reported_account=JO).account == JO
    assert settled(loose, decided=pinned(loose.id)).account == GLOBEX
    assert settled(theirs, decided=pinned(None)).account == GLOBEX


def test_a_report_that_names_an_account_is_not_filed_under_a_deal_of_another():
    assert settled(deal(1), reported_account=INITECH) == Settled(Assignment(), INITECH, CAROL)
    assert settled(deal(1), reported_account=GLOBEX).assignment.opportunity == deal(1).id


def test_what_matches_nobody_any_more_keeps_its_deal_and_follows_its_owner():
    standing = Settled(Assignment(deal(1).id, AssignmentRule.CONTACT_ROLE), GLOBEX, CAROL)
    known = {"match": Match(), "standing": standing, "concerned": frozenset({GLOBEX})}
    assert settled(deal(1, owner=DAVE), deal(2), **known) == Settled(standing.assignment, GLOBEX, DAVE)
    assert settled(deal(1), decided=pinned(None), **known) == Settled(pinned(None), GLOBEX, CAROL)
    wrong = Settled(standing.assignment, INITECH, CAROL)
    assert settled(deal(1), decided=pinned(None), **{**known, "standing": wrong}).account == GLOBEX
    assert settled(decided=pinned(None), **{**known, "standing": wrong, "concerned": frozenset()}).account is None


@pytest.mark.parametrize("held", [HeldRecords(frozenset({deal(1).id})), HeldRecords(accounts=frozenset({INITECH}))])
def test_what_is_held_where_it_stands_stays_there_and_follows_its_owner(held):
    standing = Settled(Assignment(deal(1).id, AssignmentRule.CONTACT_ROLE), INITECH, CAROL)
    kept = Settled(standing.assignment, INITECH, DAVE, is_held=True)
    held_there = deal(1, account=INITECH, owner=DAVE)
    for decided in (None, pinned(None), pinned(deal(2).id)):
        assert settled(held_there, deal(2), decided=decided, standing=standing, held=held) == kept
    assert settled(held_there, decided=pinned(deal(1).id), standing=standing, held=held) == Settled(
        pinned(deal(1).id), INITECH, DAVE
    )


def test_the_nearest_of_a_users_places_counts():
    parts = [(CAROL, ParticipantRole.CC, 2), (CAROL, ParticipantRole.TO, 1), (DAVE, ParticipantRole.FROM, 0)]
    assert places_of(parts) == {CAROL: (ParticipantRole.TO, 1), DAVE: (ParticipantRole.FROM, 0)}


@given(
    st.lists(st.sampled_from([CAROL, DAVE, JANE, JO]), min_size=1),
    st.lists(st.sampled_from([CAROL, DAVE, JANE, JO]), min_size=1),
)
def test_the_inbox_owner_does_not_depend_on_who_came_first(some, others):
    parts = {CAROL: (ParticipantRole.TO, 1), DAVE: (ParticipantRole.FROM, 0)}
    first = nearest_inbox_owner(set(some), parts)
    assert first is not None
    assert nearest_inbox_owner({first, *others}, parts) == nearest_inbox_owner({*some, *others}, parts)


def test_circles_and_the_nearest_account_follow_the_headers():
    match = Match(
        parties={"jane@globex.example": (Party(contact=JANE, account=GLOBEX),), "jo@lead.example": (Party(lead=JO),)},
        accounts={"x@initech.example": (INITECH,)},
    )
    parts = [
        (ParticipantRole.CC, "jane@globex.example"),
        (ParticipantRole.TO, "x@initech.example"),
        (ParticipantRole.FROM, "jo@lead.example"),
    ]
    author, to, cc = circles_of(parts, match)
    assert author == Circle()
    assert [set(each) for each in (to.accounts, cc.contacts, cc.accounts)] == [{INITECH}, {JANE}, {GLOBEX}]
    assert settled(parts=parts, match=match).account == INITECH
    assert settled(parts=parts[:1], match=match).account == GLOBEX
    assert settled(parts=[], match=match).account is None


far = st.datetimes(timezones=st.just(UTC), min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30))  # noqa: DTZ001


@given(occurred_at=far, modified_at=far, closed_on=st.none() | st.dates(), days=st.integers(0, 10**12))
def test_no_date_and_no_number_of_days_is_too_far_for_the_rules(occurred_at, modified_at, closed_on, days):
    closed = deal(1, is_closed=True, modified_at=modified_at, created_at=modified_at, closed_on=closed_on)
    assert chosen(closed, at=occurred_at, rules=AssignmentRules(grace_days=days)).opportunity in {None, closed.id}
