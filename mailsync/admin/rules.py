"""What is kept out of the import, and what becomes of mail of customers who leave."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from accounts.admin.previewing import PolicyAdmin
from accounts.admin.scoping import ScopedAdmin, is_operator, own_organization
from accounts.domain.audit import AuditVerb
from accounts.models import Organization
from core.phrasing import counted
from mailsync.domain.import_rules import KINDS
from mailsync.domain.vocabulary import BlockKind, DepartureChoice, ExclusionKind
from mailsync.models import BlockedDomain, DeparturePolicy, Exclusion
from mailsync.selectors.departures import effect_of
from mailsync.selectors.own_side import has_logins_at
from mailsync.selectors.rule_preview import Preview, preview_rules
from mailsync.services.departures import follow_departures
from mailsync.services.organization_rules import add_rules, remove_rule

_MOST_LINES = 500


class RulesForm(forms.Form):
    """Many rules at once, one a line."""

    organization = forms.ModelChoiceField(Organization.objects.all())
    kind = forms.ChoiceField(widget=forms.RadioSelect(attrs={"class": "radiolist"}))
    lines = forms.CharField(widget=forms.Textarea(attrs={"rows": 12, "cols": 60, "spellcheck": "false"}))
    note = forms.CharField(max_length=200, required=False)

    def clean_lines(self) -> list[str]:
        lines: list[str] = self.cleaned_data["lines"].splitlines()
        if len(lines) > _MOST_LINES:
            raise forms.ValidationError(f"At most {_MOST_LINES} lines at once, please: these are {len(lines)}.")
        return lines


class _RulesAdmin(ScopedAdmin):
    """Rules are added many at once, with what they would hide shown first; they are not changed but taken back."""

    may_add = may_delete = True
    kinds: type[BlockKind | ExclusionKind]
    lines_label: str
    explanation: str
    has_note = False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        form = self._form(request)
        preview: Preview | None = None
        if request.method == "POST" and form.is_valid():
            organization = form.cleaned_data.get("organization") or own_organization(request)
            preview = preview_rules(organization, self.kinds(form.cleaned_data["kind"]), form.cleaned_data["lines"])
            was_shown = request.POST.get("_shown") == preview.fingerprint
            if "_confirmed" in request.POST and preview.is_sound and was_shown:
                return self._add(request, organization, preview, form.cleaned_data.get("note", ""))
        return self._page(request, form, preview)

    def _page(self, request: HttpRequest, form: RulesForm, preview: Preview | None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Add {self.opts.verbose_name_plural}",
            "explanation": self.explanation,
            "form": form,
            "preview": preview,
        }
        return TemplateResponse(request, "admin/add_rules.html", context)

    def _form(self, request: HttpRequest) -> RulesForm:
        kinds = [(kind.value, row.everyones.label) for kind, row in KINDS.items() if isinstance(kind, self.kinds)]
        form = RulesForm(request.POST or None, initial={"kind": kinds[0][0]})
        form.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        form.fields["lines"].label = self.lines_label
        if not is_operator(request):
            del form.fields["organization"]
        if not self.has_note:
            del form.fields["note"]
        return form

    def _add(self, request: HttpRequest, organization: Organization, preview: Preview, note: str) -> HttpResponse:
        rows, hidden = add_rules(organization=organization, rules=preview.new_rules, note=note, actor=request.user)  # type: ignore[arg-type]
        known = len(preview.lines) - len(rows)
        sentence = f"{len(rows)} added, {known} there already; {counted(hidden, 'engagement')} hidden."
        self.message_user(request, f"{sentence} Delete a rule within 30 days to show again what it hid.")
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        shown = remove_rule(row=obj, actor=request.user)  # type: ignore[arg-type] # signed in, by permission
        self.message_user(request, f"Shown again: {counted(shown, 'engagement')}.")

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        shown = 0
        for row in queryset:
            shown += remove_rule(row=row, actor=request.user)  # type: ignore[arg-type] # as above
        self.message_user(request, f"Shown again: {counted(shown, 'engagement')}.")

    def audit(self, request: HttpRequest, obj: Model, verb: AuditVerb, **detail: Any) -> None:
        """The services that add a rule and take it back write their own rows."""


@admin.register(BlockedDomain)
class BlockedDomainAdmin(_RulesAdmin):
    """Domains that are the organization's own, and domains never to import from."""

    kinds = BlockKind
    lines_label = "Domains, one a line"
    explanation = (
        "A domain covers its subdomains. Mail that is stored already and that these domains keep out is hidden at "
        "once, and deleted after 30 days; until then deleting the domain here shows it again."
    )
    has_note = True
    list_display = ["domain", "kind", "is_given", "note", "created_by", "created_at"]
    list_filter = ["kind"]
    list_select_related = ["created_by"]
    search_fields = ["domain", "note"]
    fields = ["domain", "kind", "is_given", "note", "created_by", "created_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Where people sign in is ours: without it the mail among them would be brought in as a customer's."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or is_operator(request) or not has_logins_at(obj))


@admin.register(Exclusion)
class ExclusionAdmin(_RulesAdmin):
    """What everyone keeps out; a person's own exclusions are listed too, and are that person's to change."""

    kinds = ExclusionKind
    lines_label = "Addresses, domains or words, one a line"
    explanation = (
        "These hold for every mailbox of the organization. Stored mail that they keep out is hidden at once, and "
        "deleted after 30 days; until then deleting the exclusion here shows it again."
    )
    list_display = ["value", "kind", "whose", "created_at"]
    list_filter = ["kind", ("user", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["value"]
    fields = ["kind", "value", "whose", "created_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_somebodys_own = obj is not None and obj.user_id is not None
        return super().has_delete_permission(request, obj) and not is_somebodys_own

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset.filter(user=None))

    @admin.display(description="Whose")
    def whose(self, exclusion: Exclusion) -> str:
        return str(exclusion.user) if exclusion.user else "Everyone's"


@admin.register(DeparturePolicy)
class DeparturePolicyAdmin(PolicyAdmin):
    """What becomes of the mail of customers who leave the CRM; what a choice would do is counted before it is saved."""

    may_add = may_change = True
    list_display = ["choice", "changed_at"]
    fieldsets = [
        (
            None,
            {
                "fields": ["organization", "choice"],
                "description": "Looked at every hour, for emails in which nobody is in the CRM any more. Hidden ones "
                "are shown again when the customer is back, or when this is set to keep; after 30 days they are "
                "deleted. Without a policy all are kept.",
            },
        )
    ]

    def consequences(self, request: HttpRequest, changed: DeparturePolicy) -> list[str]:
        effect = effect_of(changed.organization, DepartureChoice(changed.choice))
        leaving, returning = counted(len(effect.hides), "email"), counted(len(effect.shows), "email")
        told = {
            f"{leaving} with nobody of the CRM in it will be hidden, and deleted after 30 days.": effect.hides,
            f"{returning} hidden before will be shown again.": effect.shows,
        }
        return [sentence for sentence, ids in told.items() if ids]

    def save_model(self, request: HttpRequest, obj: DeparturePolicy, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        super().save_model(request, obj, form, change)
        follow_departures(organization=obj.organization, now=timezone.now())
