"""Guessing passwords is slow: every guess is counted before the password is looked at.

a browser that knows this login ──▶ 10 guesses of its own       nobody else can lock its owner out
any other                       ──▶ 10 guesses an address       whether anybody has it or not: the answer does not tell
                                    30 guesses a place          one place that tries many addresses
each within a quarter of an hour, kept as keyed hashes

One conditional UPDATE counts a guess, so that many at once are judged no more often than one after another.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Case, F, Q, When
from django.utils.crypto import salted_hmac

from accounts.models import GuessCount, User
from core.db.unit_of_work import one_unit_of_work

ALLOWED_GUESSES = 10
ALLOWED_GUESSES_A_PLACE = 30
WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Door:
    """What guesses are counted by, a keyed hash; at a shared door the right password forgives itself alone."""

    key: str
    allowed: int
    is_shared: bool = False


def takes_password(user: User) -> bool:
    """Whether `user` may sign in with a password: an operator always, others where it is on here and for them."""
    if user.organization is None:
        return user.is_superuser or settings.PASSWORD_SIGN_IN
    return settings.PASSWORD_SIGN_IN and user.organization.password_sign_in


def sign_in_doors(address: str, *, browser: str, place: str) -> list[Door]:
    """The doors before a sign-in with `address`; `browser` is empty unless it is known to belong to this login."""
    typed = address.strip().lower()
    if browser:
        return [Door(_key("browser", browser, typed), ALLOWED_GUESSES)]
    doors = [Door(_key("address", typed), ALLOWED_GUESSES)]
    return [Door(_key("place", place), ALLOWED_GUESSES_A_PLACE, is_shared=True), *doors] if place else doors


def password_change_doors(user: UUID) -> list[Door]:
    """The door before a change of password, where the one in use is asked for."""
    return [Door(_key("change", str(user)), ALLOWED_GUESSES)]


def count_guess(doors: Iterable[Door], *, now: datetime) -> bool:
    """Count a guess at every door; whether it may be judged."""
    return all(_counted(door, now) for door in doors)


def closed_until(doors: Iterable[Door], *, now: datetime) -> datetime | None:
    """Until when one of the doors takes no guess, None where all do."""
    full = Q(pk__in=[])
    for door in doors:
        full |= Q(key_hash=door.key, count__gte=door.allowed)
    began = GuessCount.objects.filter(full, began_at__gt=now - WINDOW).order_by("-began_at", "-pk").first()
    return began.began_at + WINDOW if began else None


@one_unit_of_work
def forgive(*, doors: Iterable[Door]) -> None:
    """The right password was given: earlier slips no longer count; at a shared door this one guess does not."""
    for door in doors:
        rows = GuessCount.objects.filter(key_hash=door.key)
        if door.is_shared:
            rows.filter(count__gt=0).update(count=F("count") - 1)
        else:
            rows.delete()


@one_unit_of_work
def _counted(door: Door, now: datetime) -> bool:
    if _took(door, now):
        return True
    GuessCount.objects.filter(began_at__lte=now - WINDOW).delete()
    GuessCount.objects.bulk_create([GuessCount(key_hash=door.key, count=0, began_at=now)], ignore_conflicts=True)
    return _took(door, now)


def _took(door: Door, now: datetime) -> bool:
    is_over = Q(began_at__lte=now - WINDOW)
    open_rows = GuessCount.objects.filter(is_over | Q(count__lt=door.allowed), key_hash=door.key)
    # `count` first: MariaDB lets a later assignment see what an earlier one set
    return bool(
        open_rows.update(
            count=Case(When(is_over, then=1), default=F("count") + 1),
            began_at=Case(When(is_over, then=now), default=F("began_at")),
        )
    )


def _key(*parts: str) -> str:
    return salted_hmac("accounts.guesses", "\0".join(parts), algorithm="sha256").hexdigest()
