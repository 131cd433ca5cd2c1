"""How long an engagement is kept (F19): a date rule and nothing else.

         kept                    due
◀──── cutoff ────────────── now        cutoff = the same day and time, `months` earlier
"""

from datetime import datetime, timedelta

from core.moments import months_before

HIDDEN_DAYS = 30
"""What a rule hid is deleted after so many days; until then the rule can be undone."""


def retention_cutoff(now: datetime, months: int) -> datetime:
    """What occurred before this falls due."""
    return months_before(now, months)


def hidden_cutoff(now: datetime) -> datetime:
    """What was hidden before this falls due."""
    return now - timedelta(days=HIDDEN_DAYS)
