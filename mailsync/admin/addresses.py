"""Addresses of people's mailboxes that the CRM knows as a customer's: an admin says whether they are ours."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from accounts.admin.scoping import ScopedAdmin
from core.phrasing import counted
from mailsync.domain.vocabulary import AddressDecision
from mailsync.models import AddressQuestion
from mailsync.services.addresses import decide


@admin.register(AddressQuestion)
class AddressQuestionAdmin(ScopedAdmin):
    """Decided by an action on the list; a decision can be turned round, and concerns what is recorded from then on."""

    list_display = ["address", "user", "decision", "asked_at", "decided_by", "decided_at"]
    list_filter = ["decision"]
    list_select_related = ["user", "decided_by"]
    search_fields = ["address", "user__email"]
    ordering = ["-decision", "-asked_at"]
    actions = ["ours", "not_ours"]
    fieldsets = [
        (
            None,
            {
                "fields": ["address", "user", "decision", "asked_at", "decided_by", "decided_at"],
                "description": "Microsoft lists this address as one of the person's own, and the CRM knows it as a "
                "customer's. While it is not decided, and where it is not ours, it counts as the customer's. Where it "
                "is ours, mail with it is the person's, and mail among ours alone is not imported.",
            },
        )
    ]

    @admin.action(description="Ours: the address is this person's", permissions=["view"])
    def ours(self, request: HttpRequest, queryset: Any) -> None:
        """Let the selected addresses count as the people's own."""
        self._decide(request, queryset, AddressDecision.OURS)

    @admin.action(description="Not ours: the address stays the customer's", permissions=["view"])
    def not_ours(self, request: HttpRequest, queryset: Any) -> None:
        """Let the selected addresses stay the customers'."""
        self._decide(request, queryset, AddressDecision.NOT_OURS)

    def _decide(self, request: HttpRequest, queryset: Any, decision: AddressDecision) -> None:
        questions = list(queryset.select_related("organization", "user"))
        refused = [row for row in questions if not decide(question=row, decision=decision, actor=request.user)]  # type: ignore[arg-type] # signed in
        self.message_user(request, f"{counted(len(questions) - len(refused), 'address')} decided.")
        for row in refused:
            self.message_user(request, f"{row.address} is already an address of a colleague.", messages.WARNING)
