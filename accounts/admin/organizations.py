"""Organizations: how mail is assigned, who reads it, what follows a deletion in Outlook."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.scoping import ScopedAdmin, is_operator
from accounts.models import Organization


@admin.register(Organization)
class OrganizationAdmin(ScopedAdmin):
    """An organization's admin sees and changes the own one; only the operator adds one."""

    organization_path = "pk"
    may_change = True
    list_display = ["name", "slug", "opportunity_rule", "visibility", "created_at"]
    search_fields = ["name", "slug"]
    fieldsets = [
        (None, {"fields": ["name", "slug"]}),
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
        return [*super().get_readonly_fields(request, obj), *fixed]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj is not None else {"slug": ["name"]}
