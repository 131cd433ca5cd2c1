"""Fields as the API reads and writes them: dates in UTC, whole seconds, `Z`; switches that are not guessed."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.moments import utc_seconds


def words(vocabulary: type[StrEnum]) -> list[str]:
    """A vocabulary's words as choices of a field."""
    return [word.value for word in vocabulary]


@extend_schema_field({"type": "string", "format": "date-time", "example": "2026-11-20T10:00:00Z"})
class UtcSecondsField(serializers.DateTimeField):
    """Written to the second; read with any offset, a time without one taken as UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)

    def to_internal_value(self, value: Any) -> datetime:
        try:
            return super().to_internal_value(value).astimezone(UTC).replace(microsecond=0)
        except OverflowError:
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")

    def to_representation(self, value: datetime) -> str:
        return utc_seconds(value)


class StrictBooleanField(serializers.BooleanField):
    """JSON's own true or false; "yes" and 1 are refused, for a switch must not be guessed."""

    def to_internal_value(self, value: Any) -> bool:
        if not isinstance(value, bool):
            self.fail("invalid", input=value)
        return value
