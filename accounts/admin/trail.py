"""What is read and never changed here: the audit trail, connections to Microsoft, consents."""

from django.contrib import admin
from rest_framework.authtoken.models import TokenProxy

from accounts.admin.scoping import ScopedAdmin
from accounts.models import AuditEvent, ConsentGrant, MicrosoftConnection


@admin.register(AuditEvent)
class AuditEventAdmin(ScopedAdmin):
    """Who viewed, exported, deleted or changed something; `manage.py verify_audit` tells whether it was changed."""

    list_display = ["sequence", "at", "actor_email", "verb", "subject_type", "detail", "subject_id"]
    list_filter = ["verb", "at", "subject_type"]
    search_fields = ["actor_email", "subject_id"]
    search_help_text = "An actor's address, or a record's id."
    fields = ["sequence", "at", "verb", "actor_email", "subject_type", "subject_id", "detail", "previous_hash", "hash"]
    ordering = ["-at", "-sequence"]


@admin.register(MicrosoftConnection)
class MicrosoftConnectionAdmin(ScopedAdmin):
    """Where each person's sign-in at Microsoft stands; the token itself is never shown."""

    list_display = ["user", "username", "state", "reason", "state_changed_at", "connected_at"]
    list_filter = ["state"]
    list_select_related = ["user"]
    search_fields = ["user__email", "username"]
    fields = [
        "user", "username", "tenant_id", "object_id", "granted_scopes", "state", "reason", "state_changed_at",
        "connected_at",
    ]  # fmt: skip


@admin.register(ConsentGrant)
class ConsentGrantAdmin(ScopedAdmin):
    """What Microsoft 365 administrators answered to the consent links."""

    list_display = ["kind", "state", "tenant_id", "requested_by", "requested_at", "answered_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["requested_by"]
    fields = [
        "kind", "state", "tenant_id", "scopes", "error", "error_description", "requested_by", "requested_at",
        "answered_at",
    ]  # fmt: skip


# its pages would show the tokens; who has one stands beside the person
admin.site.unregister(TokenProxy)
