"""What may be written: calls and meetings, and the correction of an opportunity."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from core.addresses import normalize_address
from core.api.fields import UtcSecondsField, words
from timeline.api.serializers import PARTICIPANT_ROLES
from timeline.domain.vocabulary import Direction, Kind
from timeline.models import Engagement, Participant

_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_RESERVED_SOURCE = "microsoft"
_MAX_SECONDS = 10_000_000
MOST_PARTICIPANTS = 500


class ParticipantWriteSerializer(serializers.Serializer[Participant]):
    """Somebody who takes part; whether the address is a contact, a lead or one of us is looked up."""

    role = serializers.ChoiceField(choices=PARTICIPANT_ROLES)
    name = serializers.CharField(max_length=255, allow_blank=True, default="")
    address = serializers.CharField(max_length=320)

    def validate_address(self, value: str) -> str:
        address = normalize_address(value)
        if not address:
            raise serializers.ValidationError("This is not an email address.")
        return address


class ActivityWriteSerializer(serializers.Serializer[Engagement]):
    """A call or meeting; `source` and `external_id` together make sending it twice harmless."""

    kind = serializers.ChoiceField(
        choices=[Kind.CALL.value, Kind.MEETING.value],
        error_messages={"invalid_choice": "A call or a meeting: emails come from mailboxes alone."},
    )
    source = serializers.RegexField(  # type: ignore[assignment] # DRF sets it only on fields that are nested
        r"\A[a-z0-9][a-z0-9._-]*\Z", max_length=40, help_text="The producer's own name, in lower case."
    )
    external_id = serializers.CharField(max_length=191, help_text="The producer's id of this call or meeting.")
    occurred_at = UtcSecondsField(help_text="When it began.")
    direction = serializers.ChoiceField(choices=words(Direction), allow_null=True, default=None)
    subject = serializers.CharField(max_length=1000, allow_blank=True, default="")
    notes = serializers.CharField(max_length=100_000, allow_blank=True, default="", trim_whitespace=False)
    duration_seconds = serializers.IntegerField(min_value=0, max_value=_MAX_SECONDS, allow_null=True, default=None)
    participants = ParticipantWriteSerializer(many=True, max_length=MOST_PARTICIPANTS, default=list)  # type: ignore[call-arg]
    account = serializers.UUIDField(allow_null=True, default=None, help_text="An account's id, where it is known.")
    opportunity = serializers.UUIDField(
        allow_null=True, default=None, help_text="An opportunity's id; without one it is found by the usual rule."
    )

    def validate_source(self, value: str) -> str:
        if value == _RESERVED_SOURCE:
            raise serializers.ValidationError(f"{_RESERVED_SOURCE} is reserved for imported mail.")
        return value

    def validate_occurred_at(self, value: datetime) -> datetime:
        if not _EARLIEST <= value < _LATEST:
            raise serializers.ValidationError("This is before 1970 or after 2099.")
        return value


class CorrectionSerializer(serializers.Serializer[Engagement]):
    """The opportunity that an engagement and its whole conversation belong to; null: none."""

    opportunity = serializers.UUIDField(allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if unknown := sorted(set(self.initial_data) - set(self.fields)):
            raise serializers.ValidationError({name: ["Only opportunity can be changed."] for name in unknown})
        return attrs
