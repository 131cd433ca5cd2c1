"""Dates as the API writes them: UTC, whole seconds, `Z`."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


def utc_seconds(moment: datetime) -> str:
    """`2026-11-20T10:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
