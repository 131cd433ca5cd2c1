"""Every page of the admin console shows an admin the own organization's rows and no others.

operator (superuser)                    every organization
admin of an organization (is_staff)     rows of that organization: lists, forms, choices, autocomplete, actions, history
everybody else                          nothing

A row of another organization does not exist: its address answers as an unknown one does. Permissions come from the
role, never from grants of single rights. What is added, changed or deleted stands in the organization's audit trail.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.messages.storage import default_storage
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.domain.audit import AuditVerb
from accounts.domain.vocabulary import Role
from accounts.models import Organization, User
from accounts.services.audit import record_event
from core.db.unit_of_work import unit_of_work
from core.web.console import ConsoleAdmin

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _ModelForm, _TabularInline = forms.ModelForm, admin.TabularInline

admin.site.site_header = "Email sync"
admin.site.site_title = "Email sync"
admin.site.index_title = "Administration"
admin.site.empty_value_display = "–"
admin.site.enable_nav_sidebar = False  # the first page lists the same, and the tables need the room


def is_operator(request: HttpRequest) -> bool:
    """Whoever runs the installation, of no organization."""
    return bool(request.user.is_active and request.user.is_superuser)


def is_organization_admin(request: HttpRequest) -> bool:
    """An admin of one organization, allowed into the console."""
    user = request.user
    return (
        isinstance(user, User)
        and user.is_active
        and user.is_staff
        and user.role == Role.ADMIN
        and bool(user.organization_id)
    )


def own_organization(request: HttpRequest) -> Organization:
    """The visitor's organization; only for pages that an operator passes one to."""
    organization: Organization = request.user.organization  # type: ignore[union-attr, assignment] # an admin has one
    return organization


def scoped(queryset: QuerySet[Any], request: HttpRequest, path: str = "organization") -> QuerySet[Any]:
    """Those rows that the visitor may see; `path` leads from a row to its organization."""
    if is_operator(request):
        return queryset
    if not is_organization_admin(request):
        return queryset.none()
    return queryset.filter(**{path: request.user.organization_id})  # type: ignore[union-attr] # an admin has one


class ScopedForm(_ModelForm):
    """Checks uniqueness within the organization even where the organization is not asked for."""

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc] # not in the stubs
        return excluded - {"organization"}


class ScopedAdmin(ConsoleAdmin):
    """A page whose rows belong to an organization. Read only unless a subclass says what may be done."""

    organization_path: ClassVar[str] = "organization"
    may_add: ClassVar[bool] = False
    may_change: ClassVar[bool] = False
    may_delete: ClassVar[bool] = False
    form = ScopedForm
    list_per_page = 50
    show_full_result_count = False
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return scoped(super().get_queryset(request), request, self.organization_path)

    # --- who may do what
    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_operator(request) or is_organization_admin(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request) and self._is_in_scope(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_change and self.has_view_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_delete and self.has_view_permission(request, obj)

    def _is_in_scope(self, request: HttpRequest, obj: Any) -> bool:
        if obj is None or obj.pk is None or is_operator(request):
            return True
        organization = organization_of(obj)
        return organization is not None and organization.pk == request.user.organization_id  # type: ignore[union-attr]

    # --- what a form offers
    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        excluded = [*(super().get_exclude(request, obj) or [])]
        return excluded if is_operator(request) else [*excluded, "organization"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if is_operator(request):
            return fieldsets
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name != "organization"]})
            for title, options in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = ["organization"] if obj is not None and is_operator(request) and _has_organization(self.model) else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        form = super().get_form(request, obj, change=change, **options)
        if obj is not None or is_operator(request) or not _has_organization(self.model):
            return form
        organization = request.user.organization  # type: ignore[union-attr] # an admin has one

        class OwnOrganizationForm(form):  # type: ignore[misc, valid-type]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                self.instance.organization = organization

        return OwnOrganizationForm

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        options.setdefault("queryset", _choices_of(db_field.related_model, request))
        return super().formfield_for_foreignkey(db_field, request, **options)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        options.setdefault("queryset", _choices_of(db_field.related_model, request))
        return super().formfield_for_manytomany(db_field, request, **options)

    # --- what a list offers
    def get_list_display(self, request: HttpRequest) -> Any:
        columns = [*super().get_list_display(request)]
        return [*columns, "organization"] if is_operator(request) and _has_organization(self.model) else columns

    def get_list_filter(self, request: HttpRequest) -> Any:
        filters = [*super().get_list_filter(request)]
        return [*filters, "organization"] if is_operator(request) and _has_organization(self.model) else filters

    # --- what is sent is one unit of work
    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        return _answered(request, partial(super().changeform_view, request, *args, **options))

    def delete_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        return _answered(request, partial(super().delete_view, request, *args, **options))

    def changelist_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        return _answered(request, partial(super().changelist_view, request, *args, **options))

    # --- who did it
    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Django's, and from and to of what was chosen; of what was written, only that it was changed."""
        message: list[Any] = super().construct_change_message(request, form, formsets, add)
        chosen = [name for name in form.changed_data if not isinstance(form.fields.get(name), forms.CharField | None)]
        values = {name: [_plain(form.initial.get(name)), _plain(form.cleaned_data.get(name))] for name in chosen}
        for part in message:
            if values and "name" not in part.get("changed", {"name": ""}):
                part["changed"]["values"] = values
        return message

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self.audit(request, obj, AuditVerb.ADDED)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        changed = [part.get("changed", {}) for part in message if isinstance(part, dict)]
        fields = [name for part in changed for name in part.get("fields", [])]
        values = {name: value for part in changed for name, value in part.get("values", {}).items()}
        self.audit(request, obj, AuditVerb.CHANGED, fields=fields, **({"values": values} if values else {}))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            self.audit(request, obj, AuditVerb.REMOVED)
        return super().log_deletions(request, queryset)

    def audit(self, request: HttpRequest, obj: Any, verb: AuditVerb, **detail: Any) -> None:
        """Write down what the visitor did; a subclass whose service does so itself overrides this."""
        organization = organization_of(obj)
        if organization is not None and isinstance(request.user, User):
            record_event(organization=organization, actor=request.user, verb=verb, subject=obj, detail=detail)


class ReadOnlyInline(_TabularInline):
    """Rows shown beside their parent, to be read."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_operator(request) or is_organization_admin(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _answered(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    """Django opens a transaction around its own views: who begins it is who may begin it again."""

    def answer() -> HttpResponse:
        request._messages = default_storage(request)  # type: ignore[attr-defined] # noqa: SLF001 - as the middleware does
        return view()  # what a run that came to nothing has told the visitor is not told

    return unit_of_work(answer) if request.method == "POST" else view()


def organization_of(obj: Any) -> Organization | None:
    """Whose row it is."""
    if isinstance(obj, Organization):
        return obj
    organization: Organization | None = getattr(obj, "organization", None)
    return organization


def _plain(value: Any) -> bool | int | str | None:
    """A chosen value as the trail keeps it: a record by its id."""
    if value is None or isinstance(value, bool | int):
        return value
    return str(value.pk if isinstance(value, models.Model) else value)


def _has_organization(model: type[models.Model]) -> bool:
    return any(field.name == "organization" for field in model._meta.fields)  # noqa: SLF001 - Django's documented API


def _choices_of(model: Any, request: HttpRequest) -> QuerySet[Any]:
    rows = model._default_manager.all()  # noqa: SLF001 - the documented door to a model's rows
    if model is Organization:
        return scoped(rows, request, "pk")
    return scoped(rows, request) if _has_organization(model) else rows
