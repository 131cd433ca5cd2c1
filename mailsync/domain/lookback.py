"""How far back the first sync goes (F9): to the oldest open opportunity, one week at least, retention at most.

   retention         oldest open opportunity        one week ago      now
──────┼───────────────────────┼──────────────────────────┼─────────────┼──▶
      └ never before          └ from here                └ at least from here
"""

from datetime import datetime, timedelta

from core.moments import months_before

LEAST_LOOKBACK = timedelta(days=7)
LONGEST_LOOKBACK_MONTHS = 36


def lookback_start(
    now: datetime, oldest_open_opportunity: datetime | None, retention_months: int = LONGEST_LOOKBACK_MONTHS
) -> datetime:
    """From when on mail is fetched. A week is fetched even where retention is shorter or no deal is open.

    The result is in whole seconds, as Graph's $filter takes it.
    """
    least = now - LEAST_LOOKBACK
    floor = min(months_before(now, min(retention_months, LONGEST_LOOKBACK_MONTHS)), least)
    wanted = least if oldest_open_opportunity is None else min(oldest_open_opportunity, least)
    return max(wanted, floor).replace(microsecond=0)
