"""What of a deal is kept as history: which columns, and how their values are written down.

The CRM's own stamp says when a change was made, as far as it can be believed; the day of a change that a CRM dates
before the last one it told, or after today, is when it was noticed.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

LONGEST_VALUE = 254


class TrackedField(StrEnum):
    """What of a deal is followed; the words of the API."""

    STAGE = "stage"
    AMOUNT = "amount"
    CURRENCY = "currency"
    CLOSE_DATE = "close_date"
    OWNER = "owner"


COLUMNS: Mapping[TrackedField, str] = {
    TrackedField.STAGE: "stage",
    TrackedField.AMOUNT: "amount",
    TrackedField.CURRENCY: "currency",
    TrackedField.CLOSE_DATE: "close_date",
    TrackedField.OWNER: "owner_email",
}
"""Where each stands. An owner is followed by address: who left, or never had a login here, was one all the same."""


def as_text(value: str | Decimal | date | None) -> str:
    """A value as it is kept: empty for none, an amount to the cent, a day as ISO 8601 writes it."""
    match value:
        case None:
            return ""
        case Decimal():
            return f"{value:.2f}"
        case date():
            return value.isoformat()
        case str():
            return value


def as_value(field: str, text: str) -> str | Decimal | date | None:
    """What `as_text` wrote down of a `field`; None for nothing."""
    if not text:
        return None
    match field:
        case TrackedField.AMOUNT:
            return Decimal(text)
        case TrackedField.CLOSE_DATE:
            return date.fromisoformat(text)
        case _:
            return text


def moment_of_change(*, before: datetime | None, modified_at: datetime, noticed_at: datetime) -> datetime:
    """When a deal changed that says it was modified at `modified_at`; `before` where it said otherwise until then."""
    is_told = before is not None and before < modified_at <= noticed_at
    return modified_at if is_told else noticed_at
