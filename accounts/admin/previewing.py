"""Saving in two steps: what a change would do is said before it is done (F24).

form ──save──▶ valid? ──no──▶ form with its errors
                 │ yes
                 ▼
     consequences, and the same fields hidden ──confirm──▶ saved        └──back──▶ form as it was
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.admin.scoping import ScopedAdmin, is_operator

_CONFIRMED = "_confirmed"


class PreviewedAdmin(ScopedAdmin):
    """A page that shows the consequences of a change before it is saved."""

    def consequences(self, request: HttpRequest, changed: Any) -> list[str]:
        """Sentences about what saving `changed` (not stored yet) would do; none: it is saved at once."""
        raise NotImplementedError

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST" and _CONFIRMED not in request.POST:
            preview = self._preview(request, object_id)
            if preview is not None:
                return preview
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _preview(self, request: HttpRequest, object_id: str | None) -> HttpResponse | None:
        sentences = self._sentences(request, object_id)
        if not sentences:
            return None
        hidden = [(name, value) for name, values in request.POST.lists() for value in values]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Before this is saved",
            "sentences": sentences,
            "hidden": [(name, value) for name, value in hidden if name != "csrfmiddlewaretoken"],
            "confirmed": _CONFIRMED,
        }
        return TemplateResponse(request, "admin/before_saving.html", context)

    def _sentences(self, request: HttpRequest, object_id: str | None) -> list[str]:
        """The consequences of what was sent; none where it is for the ordinary view to refuse."""
        stored = self.get_object(request, object_id) if object_id else None
        allowed = self.has_change_permission(request, stored) if stored else self.has_add_permission(request)
        if not allowed or bool(object_id) != (stored is not None):
            return []
        form = self.get_form(request, stored, change=stored is not None)(request.POST, instance=stored)
        return self.consequences(request, form.instance) if form.is_valid() else []


class PolicyAdmin(PreviewedAdmin):
    """A policy, of which an organization has one at most."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        has_one = not is_operator(request) and self.get_queryset(request).exists()
        return super().has_add_permission(request) and not has_one
