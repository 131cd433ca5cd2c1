"""Organizations: who comes in, how mail is assigned, who reads it, what follows a deletion in Outlook."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.admin.scoping import ScopedAdmin, ScopedForm, is_operator
from accounts.domain.people import refusal_of_no_passwords
from accounts.domain.sign_in import as_tenant_id
from accounts.models import Organization, User
from accounts.services.people import end_everybodys_sessions
from accounts.services.tenants import stop_foreign_connections


class OrganizationForm(ScopedForm):
    """Keeps an admin from locking everybody out."""

    visitor: User

    def clean_tenant_id(self) -> str:
        given = str(self.cleaned_data["tenant_id"]).strip()
        if given and not as_tenant_id(given):
            raise ValidationError("A tenant is named by its id, such as 11111111-1111-4111-8111-111111111111.")
        return as_tenant_id(given)

    def clean_password_sign_in(self) -> bool:
        is_on = bool(self.cleaned_data["password_sign_in"])
        is_linked = self.visitor.microsoft_object_id is not None
        if not is_on and not self.visitor.is_superuser and (refusal := refusal_of_no_passwords(is_linked=is_linked)):
            raise ValidationError(refusal)
        return is_on


@admin.register(Organization)
class OrganizationAdmin(ScopedAdmin):
    """An organization's admin sees and changes the own one; only the operator adds one."""

    organization_path = "pk"
    may_change = True
    form = OrganizationForm
    list_display = ["name", "slug", "opportunity_rule", "visibility", "created_at"]
    search_fields = ["name", "slug"]
    fieldsets = [
        (None, {"fields": ["name", "slug"]}),
        (
            "Who comes in",
            {
                "fields": ["password_sign_in", "tenant_id"],
                "description": "The Microsoft tenant is told by the first sign-in from one of the organization's own "
                "domains, or by an admin's consent; where it changes, the operator of this installation changes it. "
                "Where passwords are switched off, or the tenant changes, everybody signs in anew.",
            },
        ),
        (
            "Which opportunity an engagement belongs to",
            {
                "fields": ["opportunity_rule", "owner_priority", "closed_deal_grace_days"],
                "description": "Decides where several opportunities of a customer could be meant. A person's "
                "correction always goes before the rule. A change concerns what is recorded from then on.",
            },
        ),
        (
            "Who reads email",
            {
                "fields": ["visibility", "detail"],
                "description": "The default for mailboxes without a setting of their own. Whoever took part in an "
                "email, or holds it in the own mailbox, always reads it in full; owning its deal gives no right. A "
                "change concerns what is recorded from then on.",
            },
        ),
        ("Deletion in Outlook", {"fields": ["deletion_policy"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_operator(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = ["slug"] if obj is not None else []
        fixed += [] if is_operator(request) else ["tenant_id"]
        return [*super().get_readonly_fields(request, obj), *fixed]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        form = super().get_form(request, obj, change=change, **options)
        form.visitor = request.user
        return form

    def save_model(self, request: HttpRequest, obj: Organization, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        super().save_model(request, obj, form, change)
        closing = {"tenant_id"} if obj.password_sign_in else {"tenant_id", "password_sign_in"}
        if change and closing & set(form.changed_data):
            end_everybodys_sessions(organization=obj, actor=request.user)  # type: ignore[arg-type] # signed in
            stop_foreign_connections(organization=obj)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj is not None else {"slug": ["name"]}
