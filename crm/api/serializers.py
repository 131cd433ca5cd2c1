"""CRM records as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers

from accounts.api.serializers import UserSerializer
from core.api.fields import UtcSecondsField, words
from core.moments import utc_seconds
from crm.domain.history import TrackedField
from crm.models import Account, Contact, CrmRecord, Lead, Opportunity
from crm.selectors.deal_history import history_of


class AccountReferenceSerializer(serializers.ModelSerializer[Account]):
    """An account where another record names it."""

    class Meta:
        model = Account
        fields = ["id", "name"]


class OpportunityReferenceSerializer(serializers.ModelSerializer[Opportunity]):
    """An opportunity where another record names it."""

    class Meta:
        model = Opportunity
        fields = ["id", "name"]


class _RecordSerializer(serializers.ModelSerializer[CrmRecord]):
    owner = UserSerializer(read_only=True, allow_null=True)


class AccountSerializer(_RecordSerializer):
    """`domains` are the corporate ones by which mail finds the account."""

    domains: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField("domain", many=True, read_only=True)

    class Meta:
        model = Account
        fields = ["id", "name", "website", "domains", "owner", "source", "external_id"]


class ContactSerializer(_RecordSerializer):
    """A person at an account."""

    name = serializers.CharField(read_only=True)
    account = AccountReferenceSerializer(read_only=True, allow_null=True)
    addresses: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField("address", many=True, read_only=True)

    class Meta:
        model = Contact
        fields = [
            "id", "name", "first_name", "last_name", "title", "account", "addresses", "owner", "source", "external_id",
        ]  # fmt: skip


class LeadSerializer(_RecordSerializer):
    """A prospect; `converted_contact` is the id of the contact that it became."""

    name = serializers.CharField(read_only=True)
    addresses: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField("address", many=True, read_only=True)
    converted_contact = serializers.UUIDField(source="converted_contact_id", read_only=True, allow_null=True)

    class Meta:
        model = Lead
        fields = [
            "id", "name", "first_name", "last_name", "company", "status", "is_converted", "converted_contact",
            "addresses", "owner", "source", "external_id",
        ]  # fmt: skip


class OpportunitySerializer(_RecordSerializer):
    """A deal; `created_at` and `modified_at` are the CRM's."""

    account = AccountReferenceSerializer(read_only=True, allow_null=True)
    created_at = UtcSecondsField(source="crm_created_at", read_only=True)
    modified_at = UtcSecondsField(source="crm_modified_at", read_only=True)

    class Meta:
        model = Opportunity
        fields = [
            "id", "name", "stage", "is_closed", "is_won", "amount", "currency", "created_at", "modified_at",
            "close_date", "account", "owner", "source", "external_id",
        ]  # fmt: skip


_CHANGE = inline_serializer(
    "OpportunityChange",
    {
        "field": serializers.ChoiceField(choices=words(TrackedField)),
        "from": serializers.CharField(allow_null=True),  # a word of Python's own, so no attribute of a class
        "to": serializers.CharField(allow_null=True),
        "changed_at": UtcSecondsField(),
    },
    many=True,
)


class OpportunityDetailSerializer(OpportunitySerializer):
    """A deal by itself: with its history, newest first."""

    history = serializers.SerializerMethodField(help_text="What the CRM changed, newest first; null where nothing was.")

    class Meta(OpportunitySerializer.Meta):
        fields = [*OpportunitySerializer.Meta.fields, "history"]

    @extend_schema_field(_CHANGE)
    def get_history(self, deal: Opportunity) -> Any:
        return [
            {
                "field": change.field,
                "from": change.before or None,
                "to": change.after or None,
                "changed_at": utc_seconds(change.changed_at),
            }
            for change in history_of(deal)
        ]
