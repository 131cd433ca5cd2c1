"""What an automatic mail tells about a person, kept instead of the mail (F28).

out of office ──▶ Away(until)            the day that is named, where one is
delivery report ─▶ Failing(addresses)    for good: a delay is no failure
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from core.addresses import normalize_address
from mailsync.domain.headers import Headers
from mailsync.domain.phrases import Phrases, alternatives, entries, fold

_LONGEST_ABSENCE = timedelta(days=400)
_TEXT_LOOKED_AT = 20_000
_MOST_ADDRESSES = 50

_ADDRESS = r"([\w.+=&'*/%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
_ANY_ADDRESS = re.compile(_ADDRESS)
_RECIPIENT_FIELD = re.compile(
    rf"^(?:Final|Original)-Recipient\s*:\s*(?:[\w-]+\s*;)?\s*<?{_ADDRESS}", re.IGNORECASE | re.MULTILINE
)
_STATUS_FIELD = re.compile(r"^(?:Action\s*:\s*(\w+)|Status\s*:\s*(\d)\.)", re.IGNORECASE | re.MULTILINE)
_POSTFIX_LINE = re.compile(
    r"^[\s>*\"'-]{0,12}(?:(?!(?:from|to|cc|bcc|reply|sender|return|message|errors?|original)\b)[a-z][a-z' ]{2,40}:\s?)?"
    rf"[<\"']?{_ADDRESS}[>\"']?"
    r"(?:\s*\([^()\n]{0,200}\))?\s*(?::|\.\.\.|,|-|on\s|$)",
    re.IGNORECASE | re.MULTILINE,
)
_SENTENCE = re.compile(
    rf"(?:message|mail|nachricht|courriel|mensaje|mensagem|messaggio|bericht)\s+(?:to|an|à|a|para|aan)\s+<?{_ADDRESS}"
    r"|(?:deliver(?:ed)?|delivery|reach|recipient|address)[^\n@]{0,60}?"
    rf"(?<![\w.+-])(?<!from )<?(?<!from <){_ADDRESS}",
    re.IGNORECASE,
)
_FOR_GOOD = re.compile(
    r"\b5\.\d\.\d|\b55\d\b|permanent|user unknown|unknown user|no such|does not exist|doesn't exist|not found|rejected"
    r"|undeliverable|couldn't be delivered|wasn't delivered|unzustellbar|could not be delivered|failed"
    r"|not going to try again|giv(?:en|ing) up",
    re.IGNORECASE,
)
_FAILURE = Phrases(entries("delivery_failure"))
_FOR_NOW = re.compile(r"\b4\.\d\.\d")
_ONLY_DELAYED = re.compile(
    r"delayed|postponed|still awaiting delivery|will (?:be retried|retry|continue to try|keep trying)|warning only"
    r"|not yet been delivered|verzögert",
    re.IGNORECASE,
)
_ORIGINAL_BELOW = re.compile(
    r"^[-=_ ]{3,}+.*(?:copy|original|returned|header|below|enclosed).*$|^Received:", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody is away; `until` is the day they named, the last one away or the first one back."""

    address: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Failing:
    """Mail to these normalized addresses cannot be delivered."""

    addresses: tuple[str, ...]


def away(address: str, text: str, sent_at: datetime) -> Away:
    """What an out-of-office of `address` says; days without a year are the next ones after `sent_at`."""
    return Away(address, _named_day(text[:2_000], sent_at.date()))


def failing(headers: Headers, text: str) -> Failing | None:
    """Whom a delivery report names as failing for good; None where it names nobody or speaks of a delay."""
    text = text[:_TEXT_LOOKED_AT]
    named = [each for value in headers.all("x-failed-recipients") for each in _ANY_ADDRESS.findall(value)]
    statuses = {(action or "").casefold() or digit for action, digit in _STATUS_FIELD.findall(text)}
    if not named:
        named = _RECIPIENT_FIELD.findall(text)
        if named and statuses and not statuses & {"failed", "5"}:
            return None
    if not named:
        opening = _before_original(text)
        if _ONLY_DELAYED.search(opening) or not _is_for_good(opening):
            return None
        named = _POSTFIX_LINE.findall(opening) or [
            next(filter(None, found)) for found in _SENTENCE.findall(opening) if any(found)
        ]
    addresses = dict.fromkeys(
        address for raw in named[:_MOST_ADDRESSES] if (address := normalize_address(raw.strip(".")))
    )
    wanted = tuple(address for address in addresses if not address.startswith(("postmaster@", "mailer-daemon@")))
    return Failing(wanted) if wanted else None


def _is_for_good(opening: str) -> bool:
    if _FOR_GOOD.search(opening):
        return True
    return not _FOR_NOW.search(opening) and _FAILURE.stand_in(opening, fold(opening))


def _before_original(text: str) -> str:
    found = _ORIGINAL_BELOW.search(text)
    return text[: found.start()] if found and found.start() > 0 else text


def _named_day(text: str, today: date) -> date | None:
    """The latest day named after “until”, “back on” and their like: of “from 3 to 9 May” the ninth."""
    days = [
        day
        for found in _until_pattern().finditer(text)
        if (day := _day(found.group("day") or found.group("followed"), today))
    ]
    return max(days, default=None)


@cache
def _until_pattern() -> re.Pattern[str]:
    month = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    weekday = r"(?:[^\W\d_]{2,12}\.?,?\s+(?:(?:the|den|dem|der|le|el|il|de)\s+)?)?"
    day = (
        r"\d{4}-\d{2}-\d{2}"
        rf"|\d{{1,2}}(?:st|nd|rd|th|\.|er|º|:a)?\s*(?:of\s+|de\s+|d')?(?:{month})\b\.?(?:,?\s*(?:de\s+)?\d{{4}})?"
        rf"|(?:{month})\b\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?"
        r"|\d{1,2}[./]\s?\d{1,2}[./](?:\s?\d{2,4})?|\d{1,2}/\d{1,2}\b|\d{4}年\d{1,2}月\d{1,2}日|\d{1,2}月\d{1,2}日"
    )
    before = rf"(?:\b{alternatives('away_until')}|[-–—])(?:\s*+:)?\s+{weekday}(?P<day>{day})"
    weekday_after = r"(?:\([^()]{1,4}\)|（[^（）]{1,4}）)?"
    followed = (
        rf"(?:\d{{4}}年)?\d{{1,2}}月\d{{1,2}}日(?={weekday_after}\s*(?:まで|から|より|至|前|回|返))"
        rf"|\d{{1,2}}\.\s?(?:\d{{1,2}}\.|{month})\s?(?:\d{{4}})?(?=\s+(?:asti|saakka)\b)"
    )
    after = rf"|(?P<followed>{followed})"
    return re.compile(before + after, re.IGNORECASE)


@cache
def _months() -> dict[str, int]:
    return {
        name: int(number)
        for entry in entries("months")
        for number, _, names in [entry.partition(": ")]
        for name in names.split("|")
    }


def _day(text: str, today: date) -> date | None:
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    word = re.search(r"[^\W\d_]{3,}", re.sub(r"\b(?:st|nd|rd|th|of|de)\b", "", text))
    month = _months().get(word.group().casefold()) if word else None
    if month is not None:
        return _valid(numbers[1] if len(numbers) > 1 else None, month, numbers[0], today)
    if len(numbers) == 3 and numbers[0] > 31:  # noqa: PLR2004 - the year leads
        return _valid(numbers[0], numbers[1], numbers[2], today)
    if "月" in text:
        return _valid(None, numbers[0], numbers[1], today)
    if len(numbers) >= 2:  # noqa: PLR2004 - day and month, in the order that their sizes allow
        day, month = numbers[:2]
        year = numbers[2] if len(numbers) > 2 else None  # noqa: PLR2004
        if month > 12:  # noqa: PLR2004
            day, month = month, day
        found = _valid(year, month, day, today)
        # 12/4 is two days: the nearer one, since nobody is away for most of a year.
        american = _valid(year, day, month, today) if "/" in text and day <= 12 else None  # noqa: PLR2004
        return min((each for each in (found, american) if each), default=None)
    return None


def _valid(year: int | None, month: int, day: int, today: date) -> date | None:
    years = [year if year >= 100 else 2000 + year] if year is not None else [today.year, today.year + 1]  # noqa: PLR2004
    for candidate in years:
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if today <= found <= today + _LONGEST_ABSENCE:
            return found
    return None
