"""How long an engagement is kept (F19): a date rule and nothing else.

         kept                    due
◀──── cutoff ────────────── now        cutoff = the same day and time, `months` earlier
"""

import calendar
from datetime import datetime, timedelta

HIDDEN_DAYS = 30
"""What a rule hid is deleted after so many days; until then the rule can be undone."""

_MONTHS_A_YEAR = 12


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and time `months` (0 or more) earlier; the 31st becomes a shorter month's last day."""
    index = moment.year * _MONTHS_A_YEAR + moment.month - 1 - months
    year, month = divmod(index, _MONTHS_A_YEAR)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def retention_cutoff(now: datetime, months: int) -> datetime:
    """What occurred before this falls due."""
    return months_before(now, months)


def hidden_cutoff(now: datetime) -> datetime:
    """What was hidden before this falls due."""
    return now - timedelta(days=HIDDEN_DAYS)
