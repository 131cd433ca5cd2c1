"""Moments as programs write them, and calendar months counted back."""

import calendar
from datetime import UTC, datetime

_MONTHS_A_YEAR = 12


def utc_seconds(moment: datetime) -> str:
    """`2026-11-20T10:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and time `months` (0 or more) earlier; the 31st becomes a shorter month's last day."""
    year, month = divmod(moment.year * _MONTHS_A_YEAR + moment.month - 1 - months, _MONTHS_A_YEAR)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
