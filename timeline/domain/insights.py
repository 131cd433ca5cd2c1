"""What Deal Insights concludes from when something last happened on a deal."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

ACTIVITY_DAYS = 30
ENGAGED_DAYS = 90
COLD_AFTER = timedelta(days=14)
DAYS_A_BAR = 3


def is_cold(heard_at: datetime | None, created_at: datetime, now: datetime) -> bool:
    """Nobody at the customer was heard from for COLD_AFTER: no inbound email or call, no meeting.

    A deal without a word from them ever goes cold as long after it was created.
    """
    return (heard_at or created_at) < now - COLD_AFTER


def bars(counts: Mapping[date, int], today: date) -> tuple[int, ...]:
    """Engagements of the last ACTIVITY_DAYS summed over DAYS_A_BAR each, oldest first; the last one ends today."""
    days = [today - timedelta(days=back) for back in range(ACTIVITY_DAYS - 1, -1, -1)]
    return tuple(
        sum(counts.get(day, 0) for day in days[start : start + DAYS_A_BAR])
        for start in range(0, ACTIVITY_DAYS, DAYS_A_BAR)
    )


def heights(values: Iterable[int], ceiling: int) -> tuple[int, ...]:
    """`values` as percentages of `ceiling` for drawing; what is not nothing is seen."""
    return tuple(max(12, min(100, round(100 * value / ceiling))) if value and ceiling else 0 for value in values)
