"""How long engagements are kept, what a hold keeps, and whom we have erased."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from accounts.admin.previewing import PolicyAdmin
from accounts.admin.scoping import ScopedAdmin, ScopedForm, is_operator, own_organization
from accounts.domain.audit import AuditVerb
from accounts.models import Organization
from timeline.domain.refusals import OnHold
from timeline.domain.vocabulary import HoldScope
from timeline.models import ActivitySource, KnownAddition, LegalHold, RetentionPolicy, Suppression
from timeline.selectors.retention import due
from timeline.services.additions import know_addition, read_addition
from timeline.services.erasure import ErasurePreview, erase_person, preview_erasure
from timeline.services.legal_holds import check_hold, place_hold, release_hold


@admin.register(RetentionPolicy)
class RetentionPolicyAdmin(PolicyAdmin):
    """One policy an organization; what a change would purge is counted before it is saved."""

    may_add = may_change = may_delete = True
    list_display = ["months", "keep_open_opportunities", "falls_due", "changed_at"]
    fieldsets = [
        (
            None,
            {
                "fields": ["organization", "months", "keep_open_opportunities"],
                "description": "Emails, calls and meetings older than this are deleted every night. What a legal hold "
                "covers is kept. Without a policy nothing is deleted for its age.",
            },
        )
    ]

    def consequences(self, request: HttpRequest, changed: RetentionPolicy) -> list[str]:
        count = _due(changed)
        return [f"{count} engagements are older than that: they will be deleted the next night."] if count else []

    @admin.display(description="Falls due now")
    def falls_due(self, policy: RetentionPolicy) -> int:
        return _due(policy)


class HoldForm(ScopedForm):
    """Exactly what the scope names is chosen."""

    class Meta:
        model = LegalHold
        fields = ["organization", "scope", "account", "opportunity", "contact", "conversation", "reason"]
        widgets = {"conversation": forms.TextInput(attrs={"size": 40})}
        help_texts = {"conversation": "The conversation's id: the last part of its address."}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "scope" in cleaned:
            targets = {name: cleaned.get(name) for name in HoldScope if name in self.fields}
            check_hold(LegalHold(scope=cleaned["scope"], **targets))
        return cleaned


@admin.register(LegalHold)
class LegalHoldAdmin(ScopedAdmin):
    """What must not be deleted: placed with a reason, released here, never removed."""

    may_add = True
    form = HoldForm
    list_display = ["reason", "scope", "target", "placed_by", "placed_at", "released_at"]
    list_filter = ["scope", ("released_at", admin.EmptyFieldListFilter)]
    list_select_related = ["account", "opportunity", "contact", "conversation", "placed_by"]
    autocomplete_fields = ["account", "opportunity", "contact"]
    actions = ["release"]
    fieldsets = [
        (
            None,
            {
                "fields": ["organization", "scope", "account", "opportunity", "contact", "conversation", "reason"],
                "description": "While a hold stands, nothing that it covers is purged, deleted or erased: by no page, "
                "no program and no retention policy. Import goes on.",
            },
        )
    ]

    def save_model(self, request: HttpRequest, obj: LegalHold, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        place_hold(hold=obj, actor=request.user)  # type: ignore[arg-type] # signed in, by permission

    def audit(self, request: HttpRequest, obj: Any, verb: AuditVerb, **detail: Any) -> None:
        """The services that place and release a hold write their own rows."""

    @admin.display(description="Covers")
    def target(self, hold: LegalHold) -> str:
        return str(hold.account or hold.opportunity or hold.contact or hold.conversation or "everything")

    @admin.action(description="Release the selected holds", permissions=["view"])
    def release(self, request: HttpRequest, queryset: Any) -> None:
        """Let go what the selected holds kept."""
        now = timezone.now()
        released = sum(release_hold(hold=hold, actor=request.user, now=now) for hold in queryset)  # type: ignore[arg-type]
        self.message_user(request, f"{released} holds were released.")


class AdditionForm(ScopedForm):
    """The text is pasted and read, and not kept."""

    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 8, "cols": 80}),
        help_text="Exactly as it stands in the mail, the whole of it and nothing else. Line breaks do not count.",
    )

    class Meta:
        model = KnownAddition
        fields = ["organization", "name"]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        read_addition(text)
        return text


@admin.register(KnownAddition)
class KnownAdditionAdmin(ScopedAdmin):
    """The organization's own banners, disclaimers and signatures, by the hash of their words."""

    may_add = may_delete = True
    form = AdditionForm
    list_display = ["name", "word_count", "added_by", "added_at"]
    list_display_links = None
    list_select_related = ["added_by"]
    fieldsets = [
        (
            None,
            {
                "fields": ["organization", "name", "text"],
                "description": "Servers put banners, disclaimers and signatures into mail on its way, so that one "
                "email looks different in each mailbox and stands here twice. What you paste here is nobody's words "
                "from then on: emails that only it told apart become one. Well-known gateways' need no pasting.",
            },
        )
    ]

    def save_model(self, request: HttpRequest, obj: KnownAddition, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        actor: Any = request.user
        text = form.cleaned_data["text"]
        known = know_addition(organization=obj.organization, name=obj.name, text=text, actor=actor)
        obj.pk = known.pk


class EraseForm(forms.Form):
    """Whose data is to be erased."""

    organization = forms.ModelChoiceField(Organization.objects.all())
    address = forms.CharField(max_length=320, label="Email address", widget=forms.TextInput(attrs={"size": 60}))


@admin.register(Suppression)
class SuppressionAdmin(ScopedAdmin):
    """What was deleted or erased and does not come back, as keyed hashes that nobody can read off."""

    list_display = ["kind", "keyed_hash", "created_at"]
    list_display_links = None
    list_filter = ["kind", "created_at"]
    change_list_template = "admin/suppressions.html"

    def get_urls(self) -> Any:
        erase = path("erase/", self.admin_site.admin_view(self.erase), name="timeline_suppression_erase")
        return [erase, *super().get_urls()]

    def erase(self, request: HttpRequest) -> HttpResponse:
        """Erase a person: counted first, then done."""
        if not self.has_module_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        form = self._form(request)
        preview = None
        if request.method == "POST" and form.is_valid():
            organization = form.cleaned_data.get("organization") or own_organization(request)
            try:
                preview = preview_erasure(organization, form.cleaned_data["address"])
                if self._is_confirmed(request, preview):
                    return self._erase(request, organization, preview.address)
            except ValidationError as error:
                form.add_error("address", error)
            except OnHold as error:
                self.message_user(request, str(error), messages.ERROR)
        return self._page(request, form, preview)

    def _is_confirmed(self, request: HttpRequest, preview: ErasurePreview) -> bool:
        is_asked = "_confirmed" in request.POST
        was_shown = request.POST.get("_shown") == preview.fingerprint
        if is_asked and not was_shown:
            self.message_user(request, "Nothing was erased: this is not what was counted.", messages.WARNING)
        return is_asked and was_shown

    def _form(self, request: HttpRequest) -> EraseForm:
        form = EraseForm(request.POST or None)
        if not is_operator(request):
            del form.fields["organization"]
        return form

    def _erase(self, request: HttpRequest, organization: Organization, address: str) -> HttpResponse:
        done = erase_person(organization=organization, raw_address=address, actor=request.user)  # type: ignore[arg-type] # signed in, by permission
        sentence = f"Erased: {done.engagements} engagements and {done.records} CRM addresses."
        self.message_user(request, f"{sentence} Erase the person in the CRM too, or they stay known there.")
        return HttpResponseRedirect(reverse("admin:timeline_suppression_changelist"))

    def _page(self, request: HttpRequest, form: EraseForm, preview: ErasurePreview | None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Erase a person",
            "form": form,
            "preview": preview,
        }
        return TemplateResponse(request, "admin/erase_person.html", context)


def _due(policy: RetentionPolicy) -> int:
    rows = due(
        policy.organization,
        timezone.now(),
        months=policy.months,
        keep_open_opportunities=policy.keep_open_opportunities,
    )
    return rows.count()


@admin.register(ActivitySource)
class ActivitySourceAdmin(ScopedAdmin):
    """Who reports calls and meetings under which name; handed over where the person has left, or took it wrongly."""

    may_change = True
    list_display = ["name", "user", "claimed_at"]
    list_select_related = ["user"]
    search_fields = ["name"]
    fields = ["name", "user", "claimed_at"]
    readonly_fields = ["name", "claimed_at"]
