"""How far back the first sync goes (F9): to the oldest open opportunity, one week at least, retention at most.

   retention         oldest open opportunity        one week ago      now
──────┼───────────────────────┼──────────────────────────┼─────────────┼──▶
      └ never before          └ from here                └ at least from here
"""

import calendar
from datetime import datetime, timedelta

LEAST_LOOKBACK = timedelta(days=7)
LONGEST_LOOKBACK_MONTHS = 36


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and time `months` calendar months earlier; the 31st becomes the month's last day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


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
