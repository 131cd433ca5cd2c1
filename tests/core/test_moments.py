"""Months are counted back by the calendar."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moments import months_before


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [
        ("2026-11-20", 36, "2023-11-20"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2026-12-01", 36, "2023-12-01"),
        ("2024-03-31", 1, "2024-02-29"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-12-31", 12, "2025-12-31"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-11-20", 0, "2026-11-20"),
    ],
)
def test_months_are_counted_by_the_calendar(moment, months, expected):
    assert months_before(datetime.fromisoformat(moment), months) == datetime.fromisoformat(expected)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 36),
)
def test_more_months_lead_further_back(moment, months):
    earlier = months_before(moment, months)
    assert months_before(moment, months + 1) < earlier < moment
    assert moment - earlier <= timedelta(days=31 * months)
    assert (earlier.hour, earlier.minute, earlier.tzinfo) == (moment.hour, moment.minute, UTC)
