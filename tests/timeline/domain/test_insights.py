"""What Deal Insights concludes, why an engagement stands where it does, and what of a mail is quoted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain.vocabulary import OpportunityRule
from timeline.domain.explaining import why_here
from timeline.domain.insights import ACTIVITY_DAYS, COLD_AFTER, bars, heights, is_cold
from timeline.domain.quoting import split_quoted
from timeline.domain.vocabulary import AssignmentRule

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=100)


def test_a_deal_is_cold_from_the_moment_after_two_weeks_of_silence():
    assert not is_cold(NOW - COLD_AFTER, LONG_AGO, NOW)
    assert is_cold(NOW - COLD_AFTER - timedelta(seconds=1), LONG_AGO, NOW)
    assert is_cold(None, LONG_AGO, NOW)
    assert not is_cold(None, NOW - timedelta(days=1), NOW)


@given(st.dictionaries(st.dates(date(2026, 10, 1), date(2026, 12, 31)), st.integers(0, 50)))
def test_the_bars_add_up_to_the_engagements_of_the_month(counts):
    today = NOW.date()
    month = {today - timedelta(days=back) for back in range(ACTIVITY_DAYS)}
    assert sum(bars(counts, today)) == sum(count for day, count in counts.items() if day in month)


def test_a_bar_of_something_is_seen_and_a_bar_of_nothing_is_not():
    assert heights([0, 1, 50, 100], 100) == (0, 12, 50, 100)
    assert heights([0, 0], 0) == (0, 0)


@pytest.mark.parametrize("rule", AssignmentRule)
def test_every_rule_has_its_sentence(rule):
    assert why_here(rule, has_opportunity=True, is_certain=False).endswith(".")


@pytest.mark.parametrize("rule", OpportunityRule)
def test_a_choice_of_one_is_not_told_as_a_choice_among_several(rule):
    assert "the only" in why_here(rule, has_opportunity=True, is_certain=True)
    assert "Several" in why_here(rule, has_opportunity=True, is_certain=False)


def test_a_conversation_taken_off_every_deal_is_not_said_to_be_filed():
    assert "off every deal" in why_here(AssignmentRule.PINNED, has_opportunity=False, is_certain=True)


@pytest.mark.parametrize(
    ("text", "new_text", "quoted"),
    [
        ("New.\n\n> Old.", "New.", "> Old."),
        ("New.", "New.", ""),
        ("New.\n", "New.", ""),
        ("> Q1\nA1\n> Q2\nA2", "A1\nA2", "> Q1\nA1\n> Q2\nA2"),
        ("> Only quoted", "", "> Only quoted"),
        ("Banner.\n\nNew.\n\n> Old.", "New.", "Banner.\n\n> Old."),
        ("Banner.\n\nNew.", "New.", "Banner."),
        ("A New.\n\n> Old.", "New.", "A New.\n\n> Old."),
        ("Banner.\nNewer.\n> Old.", "New", "Banner.\nNewer.\n> Old."),
        ("", "", ""),
    ],
)
def test_what_is_quoted_is_the_rest_or_all_of_it_where_answers_stand_in_between(text, new_text, quoted):
    assert split_quoted(text, new_text) == quoted
