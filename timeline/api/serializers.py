"""Engagements and conversations as JSON; what the caller may not read is empty, not missing."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.serializers import UserSerializer
from accounts.models import User
from core.api.fields import UtcSecondsField, words
from crm.api.serializers import AccountReferenceSerializer, OpportunityReferenceSerializer
from timeline.domain.copies import FAILED
from timeline.domain.vocabulary import AssignmentRule, Direction, Kind, ParticipantRole
from timeline.models import EmailMessage, Engagement, Participant
from timeline.selectors import Presented, presented
from timeline.selectors.same_message_id import same_message_ids
from timeline.selectors.summaries import ConversationSummary

KINDS = words(Kind)
PARTICIPANT_ROLES = words(ParticipantRole)


class ParticipantSerializer(serializers.ModelSerializer[Participant]):
    """A person in an engagement; a known contact, lead or user carries the id."""

    role = serializers.ChoiceField(choices=PARTICIPANT_ROLES)
    contact = serializers.UUIDField(source="contact_id", read_only=True, allow_null=True)
    lead = serializers.UUIDField(source="lead_id", read_only=True, allow_null=True)
    user = serializers.UUIDField(source="user_id", read_only=True, allow_null=True)

    class Meta:
        model = Participant
        fields = ["role", "name", "address", "contact", "lead", "user"]


class EmailSerializer(serializers.Serializer[EmailMessage]):
    """What only an email has; `new_text` is the text without quoted mail and signature."""

    internet_message_id = serializers.CharField(allow_null=True)
    in_reply_to = serializers.CharField(allow_null=True)
    references = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField(allow_blank=True)
    new_text = serializers.CharField(allow_blank=True)
    same_message_id = serializers.ListField(
        child=serializers.UUIDField(),
        help_text="Engagements that you may read and that bear its Message-ID with other content; usually none.",
    )
    authentication = serializers.ChoiceField(
        choices=[FAILED],
        allow_null=True,
        help_text="failed where the check of the receiving tenant found its From to be another's, else null.",
    )


class AssociationSerializer(serializers.Serializer[Engagement]):
    """Why the engagement stands under its opportunity, and whether that was beyond doubt."""

    rule = serializers.ChoiceField(choices=words(AssignmentRule), source="assignment_rule")
    certain = serializers.BooleanField(source="assignment_certain")


class _Engagements(serializers.ListSerializer[Engagement]):
    """Several: what is asked for each is asked once for all."""

    def to_representation(self, data: Any) -> list[Any]:
        rows = list(data)
        context: dict[str, Any] = self.context  # type: ignore[assignment] # the view's own, which is a dictionary
        context["same_message_ids"] = same_message_ids(context["request"].user, rows)
        return super().to_representation(rows)


class EngagementSerializer(serializers.Serializer[Engagement]):
    """An email, call or meeting."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=KINDS)
    direction = serializers.SerializerMethodField()
    occurred_at = UtcSecondsField()
    subject = serializers.SerializerMethodField()
    owner = UserSerializer(allow_null=True)
    account = AccountReferenceSerializer(allow_null=True)
    opportunity = OpportunityReferenceSerializer(allow_null=True)
    conversation = serializers.UUIDField(source="conversation_id", allow_null=True)
    participants = ParticipantSerializer(many=True)
    email = serializers.SerializerMethodField()
    association = AssociationSerializer(source="*")
    source = serializers.CharField()  # type: ignore[assignment] # DRF sets it only on fields that are nested
    external_id = serializers.CharField()
    notes = serializers.SerializerMethodField()
    duration_seconds = serializers.IntegerField(allow_null=True)

    class Meta:
        list_serializer_class = _Engagements

    @extend_schema_field(serializers.ChoiceField(choices=words(Direction), allow_null=True))
    def get_direction(self, engagement: Engagement) -> str | None:
        return engagement.direction or None

    def get_subject(self, engagement: Engagement) -> str:
        return self._shown(engagement).subject

    def get_notes(self, engagement: Engagement) -> str:
        return self._shown(engagement).notes

    @extend_schema_field(EmailSerializer(allow_null=True))
    def get_email(self, engagement: Engagement) -> dict[str, Any] | None:
        email: EmailMessage | None = getattr(engagement, "email", None)
        if email is None:
            return None
        shown = self._shown(engagement)
        return {
            "internet_message_id": email.internet_message_id,
            "in_reply_to": email.in_reply_to,
            "references": email.references,
            "text": shown.text,
            "new_text": shown.new_text,
            "same_message_id": self._same_message_id(engagement),
            "authentication": FAILED if email.authentication == FAILED else None,
        }

    def _same_message_id(self, engagement: Engagement) -> list[UUID]:
        known = self.context.get("same_message_ids")
        if known is None or engagement.pk not in known:
            known = same_message_ids(self.context["request"].user, [engagement])
        return [other.id for other in known[engagement.pk]]

    def _shown(self, engagement: Engagement) -> Presented:
        viewer: User = self.context["request"].user
        return presented(engagement, viewer)


class ConversationSerializer(serializers.Serializer[ConversationSummary]):
    """Mails that answer one another; subject, dates and count are of those that the caller may read."""

    id = serializers.UUIDField()
    subject = serializers.CharField(allow_blank=True)
    first_at = UtcSecondsField()
    last_at = UtcSecondsField()
    email_count = serializers.IntegerField()


class ConversationDetailSerializer(ConversationSerializer):
    """With its engagements, oldest first; `next` and `previous` where they are more than a page."""

    engagements = EngagementSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
