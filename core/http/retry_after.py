"""`Retry-After` (RFC 9110, 10.2.3): seconds, or a date."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT_SECONDS = 86_400.0
"""What is asked beyond a day is not believed."""


def seconds_to_wait(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds to wait, between 0 and a day; None where `headers` (lower-case names) do not say.

    A date is counted from the answer's own `Date`, so that a clock of ours that goes wrong does not matter; from `now`
    where it has none.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        moment = _date(value)
        if moment is None:
            return None
        seconds = (moment - (_date(headers.get("date", "")) or now)).total_seconds()
    if not math.isfinite(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)
