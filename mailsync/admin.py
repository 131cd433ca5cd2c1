"""What is kept out of the import, and how each mailbox is doing."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.admin.previewing import PreviewedAdmin
from accounts.admin.scoping import ScopedAdmin, is_operator, own_organization
from accounts.domain.audit import AuditVerb
from accounts.domain.phrasing import counted
from accounts.models import Organization
from accounts.services.audit import record_event
from mailsync.domain.mailbox_state import advice
from mailsync.domain.vocabulary import BlockKind, DepartureChoice, ExclusionKind, MailboxState
from mailsync.models import BlockedDomain, DeparturePolicy, Exclusion, Mailbox
from mailsync.services.departures import effect_of, follow_departures
from mailsync.services.organization_rules import Preview, add_rules, preview_rules, remove_rule
from mailsync.services.switch import request_sync

_MOST_LINES = 500
_RECENT = 20


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
    kinds: list[tuple[str, str]]
    lines_label: str
    explanation: str
    has_note = False

    def kind_of(self, word: str) -> BlockKind | ExclusionKind:
        raise NotImplementedError

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        form = self._form(request)
        preview: Preview | None = None
        if request.method == "POST" and form.is_valid():
            organization = form.cleaned_data.get("organization") or own_organization(request)
            preview = preview_rules(organization, self.kind_of(form.cleaned_data["kind"]), form.cleaned_data["lines"])
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
        form = RulesForm(request.POST or None, initial={"kind": self.kinds[0][0]})
        form.fields["kind"].choices = self.kinds  # type: ignore[attr-defined]
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

    kinds = [
        (BlockKind.INTERNAL.value, "Internal: people there are ours, and mail among ours alone is not imported"),
        (BlockKind.NEVER_IMPORT.value, "Never import: no mail in which anybody from there takes part"),
    ]
    lines_label = "Domains, one a line"
    explanation = (
        "A domain covers its subdomains. Mail that is stored already and that these domains keep out is hidden at "
        "once, and deleted after 30 days; until then deleting the domain here shows it again."
    )
    has_note = True
    list_display = ["domain", "kind", "note", "created_by", "created_at"]
    list_filter = ["kind"]
    list_select_related = ["created_by"]
    search_fields = ["domain", "note"]
    fields = ["domain", "kind", "note", "created_by", "created_at"]

    def kind_of(self, word: str) -> BlockKind | ExclusionKind:
        return BlockKind(word)


@admin.register(Exclusion)
class ExclusionAdmin(_RulesAdmin):
    """What everyone keeps out; a person's own exclusions are listed too, and are that person's to change."""

    kinds = [
        (ExclusionKind.ADDRESS.value, "Addresses: no mail in which one of them takes part"),
        (ExclusionKind.DOMAIN.value, "Domains: no mail in which anybody from there takes part"),
        (ExclusionKind.SUBJECT_WORD.value, "Words: no mail with one of them in its subject"),
    ]
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

    def kind_of(self, word: str) -> BlockKind | ExclusionKind:
        return ExclusionKind(word)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_somebodys_own = obj is not None and obj.user_id is not None
        return super().has_delete_permission(request, obj) and not is_somebodys_own

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset.filter(user=None))

    @admin.display(description="Whose")
    def whose(self, exclusion: Exclusion) -> str:
        return str(exclusion.user) if exclusion.user else "Everyone's"


@admin.register(DeparturePolicy)
class DeparturePolicyAdmin(PreviewedAdmin):
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        has_one = not is_operator(request) and self.get_queryset(request).exists()
        return super().has_add_permission(request) and not has_one

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


@admin.register(Mailbox)
class MailboxAdmin(ScopedAdmin):
    """How each mailbox is doing, why, and what mends it."""

    list_display = ["user", "state", "import_enabled", "last_synced_at", "progress", "what_to_do"]
    list_filter = ["state", "import_enabled"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name"]
    actions = ["sync_now"]
    fieldsets = [
        (None, {"fields": ["user", "organization", "import_enabled", "visibility"]}),
        (
            "State",
            {
                "fields": [
                    "state",
                    "meaning",
                    "what_to_do",
                    "state_reason",
                    "state_changed_at",
                    "not_before",
                    "failures",
                ]
            },
        ),
        ("Progress", {"fields": ["lookback_from", "progress", "last_synced_at", "due_at", "claimed_until"]}),
        (
            "Comparison with the mailbox",
            {
                "fields": ["last_reconciled_at", "reconciliation_gap"],
                "description": "Once in a while a closed window of the mailbox is compared with what is stored.",
            },
        ),
        ("Runs", {"fields": ["recent_runs"]}),
        ("Changes of state", {"fields": ["recent_transitions"]}),
    ]

    @admin.display(description="Progress")
    def progress(self, mailbox: Mailbox) -> str:
        return f"{mailbox.progress_done} of {mailbox.progress_total}"

    @admin.display(description="What it means")
    def meaning(self, mailbox: Mailbox) -> str:
        return advice(mailbox.state, mailbox.state_reason, mailbox.not_before).sentence

    @admin.display(description="What to do")
    def what_to_do(self, mailbox: Mailbox) -> str:
        if mailbox.state == MailboxState.OFF:
            return ""
        return advice(mailbox.state, mailbox.state_reason, mailbox.not_before).next_step

    @admin.display(description="The latest 20")
    def recent_runs(self, mailbox: Mailbox) -> SafeString:
        heads = ("Began", "Kind", "Complete", "Seen", "Kept", "Dropped", "Failed", "Requests", "Stopped by")
        rows = [
            (
                f"{run.started_at:%Y-%m-%d %H:%M}", run.kind, "yes" if run.is_complete else "no", run.seen, run.kept,
                ", ".join(f"{reason} {count}" for reason, count in sorted(run.dropped.items())) or "–", run.failed,
                run.requests, run.ended_by or "–",
            )
            for run in mailbox.runs.order_by("-started_at")[:_RECENT]
        ]  # fmt: skip
        return _table(heads, rows)

    @admin.display(description="The latest 20")
    def recent_transitions(self, mailbox: Mailbox) -> SafeString:
        rows = [
            (f"{move.at:%Y-%m-%d %H:%M}", move.before, move.after, move.cause or "–")
            for move in mailbox.transitions.order_by("-id")[:_RECENT]
        ]
        return _table(("When", "From", "To", "Why"), rows)

    @admin.action(description="Sync now", permissions=["view"])
    def sync_now(self, request: HttpRequest, queryset: Any) -> None:
        """Ask for a round of each selected mailbox whose switch is on."""
        mailboxes = list(queryset.filter(import_enabled=True).select_related("organization"))
        for mailbox in mailboxes:
            request_sync(mailbox=mailbox)
            record_event(
                organization=mailbox.organization,
                actor=request.user,  # type: ignore[arg-type] # signed in, by permission
                verb=AuditVerb.REQUESTED_SYNC,
                subject=mailbox,
            )
        off = queryset.count() - len(mailboxes)
        sentence = f"Asked to sync: {len(mailboxes)}. It begins as soon as a worker is free."
        level = messages.WARNING if off else messages.SUCCESS
        self.message_user(request, f"{sentence} Switched off: {off}." if off else sentence, level)


def _table(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> SafeString:
    if not rows:
        return format_html("{}", "None yet.")
    head = format_html_join("", "<th scope='col'>{}</th>", ((each,) for each in heads))
    body = format_html_join(
        "", "<tr>{}</tr>", ((format_html_join("", "<td>{}</td>", ((each,) for each in row)),) for row in rows)
    )
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)
