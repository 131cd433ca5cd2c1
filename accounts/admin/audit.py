"""What is read and never changed here: the audit trail, connections to Microsoft, consents."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.scoping import ScopedAdmin
from accounts.domain.audit import AuditVerb
from accounts.models import AuditEvent, ConsentGrant, MicrosoftConnection
from accounts.reading import gave
from core.web.console import OfferedQuestions


class _WordFilter(admin.SimpleListFilter):
    """Choices that are known, so that a trail of millions of rows need not be read for them."""

    def words(self) -> Iterable[str]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(word, word.replace("_", " ")) for word in sorted(self.words())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class _VerbFilter(_WordFilter):
    title, parameter_name = "verb", "verb"

    def words(self) -> Iterable[str]:
        return [verb.value for verb in AuditVerb]


class _SubjectFilter(_WordFilter):
    title, parameter_name = "subject type", "subject_type"

    def words(self) -> Iterable[str]:
        return [model.__name__.lower() for model in apps.get_models() if hasattr(model, "organization")]


class _ReadEvents(OfferedQuestions):
    """A page of the trail; that it was read stands on the trail as well."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        for event in self.result_list:
            gave(event.organization_id, event.pk, AuditVerb.READ_TRAIL)
        names = _names_of(self.result_list)
        for event in self.result_list:
            event.about = names.get((event.organization_id, event.subject_type, event.subject_id), "")


_NAMED = {"opportunity", "account", "contact", "lead", "user"}
"""What an admin reads by name anyway; a mail's subject is not among it."""


def _names_of(events: Iterable[AuditEvent]) -> dict[tuple[Any, str, str], str]:
    """What the events are about, by its name of today: the trail itself keeps no name. One query a kind of record."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for event in events:
        wanted[event.subject_type].add(event.subject_id)
    found = {}
    for model in apps.get_models():
        name = str(model._meta.model_name)  # noqa: SLF001 - Django's documented API
        if name in _NAMED & wanted.keys():
            for row in model._default_manager.filter(pk__in=wanted[name]):  # noqa: SLF001 - as above
                found[row.organization_id, name, str(row.pk)] = str(row)  # type: ignore[attr-defined] # each of the named has one
    return found


@admin.register(AuditEvent)
class AuditEventAdmin(ScopedAdmin):
    """Who viewed, exported, deleted or changed something; `manage.py verify_audit` tells whether it was changed."""

    list_display = ["sequence", "at", "actor_email", "verb", "subject_type", "about", "detail", "subject_id"]
    list_filter = [_VerbFilter, "at", _SubjectFilter]
    search_fields = ["actor_email", "subject_id"]
    search_help_text = "An actor's address, or a record's id."
    fields = ["sequence", "at", "verb", "actor_email", "subject_type", "subject_id", "detail", "previous_hash", "hash"]
    ordering = ["-at", "-sequence"]

    @admin.display(description="About")
    def about(self, event: AuditEvent) -> str:
        return str(getattr(event, "about", ""))

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[OfferedQuestions]:
        return _ReadEvents

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> AuditEvent | None:
        event: AuditEvent | None = super().get_object(request, object_id, from_field)
        if event is not None and self.has_view_permission(request, event):
            gave(event.organization_id, event.pk, AuditVerb.READ_TRAIL)
        return event


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
