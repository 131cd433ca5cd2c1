"""What a cell of a CRM export may say; all else raises ValueError with the end of a sentence about the column."""

import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from core.addresses import normalize_address
from crm.domain.records import LONGEST_ID

_TRUE = frozenset({"true", "1", "yes", "y", "t"})
_FALSE = frozenset({"false", "0", "no", "n", "f", ""})
_AMOUNT = re.compile(r"[+-]?[0-9]{1,24}(\.[0-9]{0,24})?([eE][+-]?[0-9]{1,2})?")
_LARGEST_AMOUNT = Decimal(10) ** 16
_YEARS = range(1900, 2201)
_SHOWN = 60

Day = TypeVar("Day", bound=date)


def shown(text: str) -> str:
    """`text` as a message quotes it: short, and printable whatever it holds."""
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return "“" + "".join(each if each.isprintable() else "�" for each in short) + "”"


def text_of(raw: str, longest: int) -> str:
    """`raw` without outer whitespace."""
    text = raw.strip()
    if len(text) > longest:
        raise ValueError(f"has {len(text):,} characters; at most {longest} fit")
    return text


def identifier_of(raw: str) -> str:
    """A record's Id: what stands there, not empty."""
    text = text_of(raw, LONGEST_ID)
    if not text:
        raise ValueError("is empty")
    return text


def address_of(raw: str) -> str:
    """One normalized address, or an empty string where the cell is empty."""
    text = raw.strip()
    if not text:
        return ""
    address = normalize_address(text)
    if address is None:
        raise ValueError(f"{shown(text)} is not an email address")
    return address


def addresses_of(raw: str) -> tuple[str, ...]:
    """The normalized addresses in a cell that separates several by semicolons, each once."""
    return tuple(dict.fromkeys(address for part in raw.split(";") if (address := address_of(part))))


def moment_of(raw: str) -> datetime:
    """A date and time in ISO 8601, UTC where no offset is given; a date alone is its midnight."""
    text = raw.strip()
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{shown(text)} is not a date and time such as 2026-11-20T10:00:00Z" if text else "is empty"
        ) from None
    return _within_years(text, moment)


def day_of(raw: str) -> date | None:
    """A date in ISO 8601, of a date and time the date; None where the cell is empty."""
    text = raw.strip()
    if not text:
        return None
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        raise ValueError(f"{shown(text)} is not a date such as 2026-11-20") from None
    return _within_years(text, day)


def amount_of(raw: str) -> Decimal | None:
    """An amount with a decimal point and no thousands separators, rounded to cents; None where the cell is empty."""
    text = raw.strip()
    if not text:
        return None
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"{shown(text)} is not an amount such as 12500.00")
    amount = Decimal(text)
    if abs(amount) >= _LARGEST_AMOUNT:
        raise ValueError(f"{shown(text)} has more than 16 digits before the decimal point")
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def currency_of(raw: str) -> str:
    """An ISO 4217 code, or an empty string."""
    text = raw.strip().upper()
    if text and not re.fullmatch(r"[A-Z]{3}", text):
        raise ValueError(f"{shown(raw.strip())} is not a currency code such as EUR")
    return text


def flag_of(raw: str) -> bool:
    """True or false, as words or digits; an empty cell is false."""
    word = raw.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError(f"{shown(raw.strip())} is neither true nor false")


def _within_years(text: str, day: Day) -> Day:
    if day.year not in _YEARS:
        raise ValueError(f"{shown(text)} lies outside the years {_YEARS[0]} to {_YEARS[-1]}")
    return day
