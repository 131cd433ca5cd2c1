"""`Retry-After` (RFC 9110, 10.2.3): seconds, or a date."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT_SECONDS = 86_400.0
"""What is asked beyond a day is not believed."""


def seconds_to_wait(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds from `now`, between 0 and a day; None where `headers` (lower-case names) do not say."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    if not math.isfinite(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)
