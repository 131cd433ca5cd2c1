"""How moments, lengths of time, sums and people read on a page."""

import re
from datetime import date, datetime
from decimal import Decimal

import idna

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_JUST_NOW = 45
_WEEKS_FROM, _MONTHS_FROM, _YEARS_FROM = 14, 60, 730
HUES = 24
"""Colours of people; static/parts.css has a class for each."""

_CURRENCY_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}

CONTROLS_OF_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""What turns the direction of the text around it (UAX #9)."""


def without_turns(text: str) -> str:
    """`text` for a line that others' words share with ours: nothing in it turns what stands beside it."""
    return CONTROLS_OF_DIRECTION.sub("", text)


def relative(moment: datetime, now: datetime) -> str:
    """ "3 days ago" or "in 2 hours"; both times aware."""
    seconds = (now - moment).total_seconds()
    if abs(seconds) < _JUST_NOW:
        return "just now"
    amount = _amount(abs(seconds))
    return f"in {amount}" if seconds < 0 else f"{amount} ago"


def _amount(seconds: float) -> str:
    days = seconds / _DAY
    for limit, size, word in (
        (_HOUR, _MINUTE, "minute"),
        (_DAY, _HOUR, "hour"),
        (_WEEKS_FROM * _DAY, _DAY, "day"),
        (_MONTHS_FROM * _DAY, 7 * _DAY, "week"),
        (_YEARS_FROM * _DAY, 30.44 * _DAY, "month"),
    ):
        if seconds < limit:
            return counted(max(1, int(seconds / size)), word)
    return counted(int(days / 365.25), "year")


def counted(number: int, word: str) -> str:
    """ "1 email", "3 emails"."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def relative_day(day: date, today: date) -> str:
    """ "today", "in 12 days", "5 days ago"."""
    days = (day - today).days
    if days == 0:
        return "today"
    amount = _amount(abs(days) * _DAY)
    return f"in {amount}" if days > 0 else f"{amount} ago"


def duration(seconds: int) -> str:
    """ "25 min", "1 h 30 min"."""
    minutes = max(1, round(seconds / _MINUTE))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def money(amount: Decimal, currency: str) -> str:
    """ "€48,000", "CHF 1,250.50": cents only where there are any."""
    number = f"{amount:,.2f}".removesuffix(".00")
    sign = _CURRENCY_SIGNS.get(currency)
    if sign:
        return f"-{sign}{number[1:]}" if number.startswith("-") else f"{sign}{number}"
    return f"{currency} {number}".strip()


def domain(ascii_domain: str) -> str:
    """ "xn--bcher-kva.example" as people write it: "bücher.example"."""
    try:
        return idna.decode(ascii_domain)
    except (idna.IDNAError, UnicodeError):
        return ascii_domain


def initials(name: str) -> str:
    """One or two letters for an avatar: "Jane van Doe" is JD, an address its first letter."""
    words = [word for word in name.partition("@")[0].replace(".", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


def hue(name: str) -> int:
    """The number of one of HUES colours, the same for the same name on every page."""
    return sum(ord(letter) * (place + 7) for place, letter in enumerate(name.lower())) % HUES
