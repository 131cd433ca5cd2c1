"""Mailboxes, their runs and the caller as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers

from accounts.api.serializers import UserSerializer
from accounts.domain.vocabulary import Role
from accounts.models import Organization, User
from core.api.fields import StrictBooleanField, UtcSecondsField, words
from mailsync.domain.vocabulary import MailboxState, RunKind
from mailsync.models import Mailbox, SyncRun
from mailsync.selectors.mailboxes import advice_of

PERSON_ROLES = words(Role)
RUN_KINDS = words(RunKind)


class RunCountsSerializer(serializers.ModelSerializer[SyncRun]):
    """Counts by reason; seen = kept + all dropped + failed."""

    dropped = serializers.DictField(child=serializers.IntegerField())

    class Meta:
        model = SyncRun
        fields = ["seen", "kept", "dropped", "failed"]


class RunSerializer(RunCountsSerializer):
    """One run over a mailbox; `ended_by` is the code of what stopped it short."""

    kind = serializers.ChoiceField(choices=RUN_KINDS)
    started_at = UtcSecondsField()
    ended_at = UtcSecondsField(allow_null=True)

    class Meta:
        model = SyncRun
        fields = [
            "id", "kind", "started_at", "ended_at", "is_complete", "seen", "kept", "dropped", "failed", "requests",
            "ended_by",
        ]  # fmt: skip


class MailboxSerializer(serializers.ModelSerializer[Mailbox]):
    """A mailbox's switch and state; `next_step` says what mends it, and is empty where nothing is to be done."""

    user = UserSerializer(read_only=True)
    import_email_conversations = serializers.BooleanField(source="import_enabled")
    state = serializers.ChoiceField(choices=words(MailboxState))
    next_step = serializers.SerializerMethodField()
    last_synced_at = UtcSecondsField(allow_null=True)
    not_before = UtcSecondsField(allow_null=True)
    progress = serializers.SerializerMethodField()
    last_run = serializers.SerializerMethodField()

    class Meta:
        model = Mailbox
        fields = [
            "id", "user", "import_email_conversations", "state", "state_reason", "next_step", "last_synced_at",
            "not_before", "progress", "last_run",
        ]  # fmt: skip

    def get_next_step(self, mailbox: Mailbox) -> str:
        return advice_of(mailbox).next_step

    @extend_schema_field(
        inline_serializer(
            "Progress", {"done": serializers.IntegerField(), "total": serializers.IntegerField(min_value=0)}
        )
    )
    def get_progress(self, mailbox: Mailbox) -> dict[str, int]:
        return {"done": mailbox.progress_done, "total": mailbox.progress_total}

    @extend_schema_field(RunCountsSerializer(allow_null=True))
    def get_last_run(self, mailbox: Mailbox) -> Any:
        run: SyncRun | None = getattr(mailbox, "last_run", None)
        return RunCountsSerializer(run).data if run else None


class OrganizationReferenceSerializer(serializers.ModelSerializer[Organization]):
    """The caller's organization."""

    class Meta:
        model = Organization
        fields = ["id", "name", "slug"]


class MeSerializer(serializers.ModelSerializer[User]):
    """The caller; `mailbox` is null until one is connected or the switch was used."""

    name = serializers.CharField(source="display_name", read_only=True)
    role = serializers.ChoiceField(choices=PERSON_ROLES, read_only=True)
    organization = OrganizationReferenceSerializer(read_only=True)
    import_email_conversations = serializers.SerializerMethodField()
    mailbox = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["id", "email", "name", "role", "organization", "may_sync", "import_email_conversations", "mailbox"]
        read_only_fields = fields

    def get_import_email_conversations(self, _user: User) -> bool:
        mailbox: Mailbox | None = self.context["mailbox"]
        return mailbox is not None and mailbox.import_enabled

    @extend_schema_field(MailboxSerializer(allow_null=True))
    def get_mailbox(self, _user: User) -> Any:
        mailbox: Mailbox | None = self.context["mailbox"]
        return MailboxSerializer(mailbox).data if mailbox else None


class SwitchSerializer(serializers.Serializer[User]):
    """The one thing about oneself that can be changed here."""

    import_email_conversations = StrictBooleanField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if unknown := sorted(set(self.initial_data) - set(self.fields)):
            message = "Only import_email_conversations can be changed."
            raise serializers.ValidationError({name: [message] for name in unknown})
        return attrs
