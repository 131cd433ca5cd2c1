"""Guessing passwords is slow: ten wrong ones for an address close it for a quarter of an hour.

The address is counted whether anybody has it or not, so that the answer does not tell. Network addresses are not
counted: behind a proxy or an office's router everyone shares one, and locking one out would lock out all.
"""

import hashlib
from datetime import datetime, timedelta

from accounts.models import FailedLogin
from accounts.unit_of_work import one_unit_of_work

ALLOWED_FAILURES = 10
WINDOW = timedelta(minutes=15)


def locked_until(address: str, *, now: datetime) -> datetime | None:
    """Until when nobody signs in with `address`, None where it is open."""
    recent = FailedLogin.objects.filter(address_hash=_hash(address), at__gt=now - WINDOW).order_by("-at")
    deciding = recent.values_list("at", flat=True)[ALLOWED_FAILURES - 1 : ALLOWED_FAILURES].first()
    return deciding + WINDOW if deciding else None


@one_unit_of_work
def note_failure(address: str, *, now: datetime) -> None:
    """Count a wrong password, and forget those of everybody that are too old to count."""
    FailedLogin.objects.filter(at__lte=now - WINDOW).delete()
    FailedLogin.objects.create(address_hash=_hash(address), at=now)


@one_unit_of_work
def forget_failures(address: str) -> None:
    """The right password was given: earlier slips no longer count."""
    FailedLogin.objects.filter(address_hash=_hash(address)).delete()


def _hash(address: str) -> str:
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()
