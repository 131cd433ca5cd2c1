"""How far back the first sync goes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.moments import months_before
from mailsync.domain.lookback import lookback_start

NOW = datetime(2026, 11, 20, 10, 0, 0, 123456, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2026, 11, 20, 10), timezones=st.just(UTC))  # noqa: DTZ001


def test_it_goes_back_to_the_oldest_open_opportunity():
    created = datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert lookback_start(NOW, created) == created


def test_without_an_open_opportunity_a_week_is_read():
    assert lookback_start(NOW, None) == datetime(2026, 11, 13, 10, tzinfo=UTC)


def test_a_young_opportunity_does_not_shorten_the_week():
    assert lookback_start(NOW, NOW - timedelta(days=2)) == datetime(2026, 11, 13, 10, tzinfo=UTC)


def test_an_ancient_opportunity_is_cut_at_three_years():
    assert lookback_start(NOW, datetime(2015, 1, 1, tzinfo=UTC)) == datetime(2023, 11, 20, 10, tzinfo=UTC)


def test_nothing_older_than_retention_is_fetched():
    assert lookback_start(NOW, datetime(2025, 1, 1, tzinfo=UTC), retention_months=6) == datetime(
        2026, 5, 20, 10, tzinfo=UTC
    )


@given(MOMENTS, st.integers(1, 60))
def test_a_week_at_least_and_three_years_at_most(opportunity, months):
    start = lookback_start(NOW, opportunity, months)
    assert months_before(NOW, 36) - timedelta(seconds=1) <= start <= NOW - timedelta(days=7)
    assert start.microsecond == 0
