"""How moments, lengths, sums and names read."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.phrasing import HUES, duration, hue, initials, money, relative, relative_day

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=10), "just now"),
        (timedelta(seconds=50), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=13), "13 days ago"),
        (timedelta(days=15), "2 weeks ago"),
        (timedelta(days=70), "2 months ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(hours=-2), "in 2 hours"),
    ],
)
def test_a_moment_is_told_by_how_far_away_it_is(before, words):
    assert relative(NOW - before, NOW) == words


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_every_distance_has_words_without_a_zero(seconds):
    words = relative(NOW - timedelta(seconds=seconds), NOW)
    assert words == "just now" or not words.startswith(("0 ", "in 0 "))


def test_a_day_is_told_from_today():
    today = date(2026, 11, 24)
    told = [relative_day(today + timedelta(days=days), today) for days in (0, 1, 12, -5)]
    assert told == ["today", "in 1 day", "in 12 days", "5 days ago"]


@pytest.mark.parametrize(("seconds", "words"), [(10, "1 min"), (1500, "25 min"), (3600, "1 h"), (5400, "1 h 30 min")])
def test_a_call_lasts_minutes_and_hours(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("48000.00", "EUR", "€48,000"),
        ("1250.50", "CHF", "CHF 1,250.50"),
        ("-5", "USD", "-$5"),
        ("7", "", "7"),
    ],
)
def test_a_sum_carries_its_currency_and_cents_only_where_there_are_any(amount, currency, words):
    assert money(Decimal(amount), currency) == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Jane van Doe", "JD"),
        ("jane.doe@globex.example", "JD"),
        ("Ørsted", "Ø"),
        ("李小龍", "李"),
        ("🎉", "?"),
        ("", "?"),
    ],
)
def test_an_avatar_shows_one_or_two_letters(name, letters):
    assert initials(name) == letters


@given(st.text())
def test_any_name_has_a_colour_and_letters(name):
    assert 0 <= hue(name) < HUES
    assert initials(name)
