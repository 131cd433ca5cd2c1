"""How each mailbox is doing, why, and what mends it."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.admin.scoping import ScopedAdmin
from mailsync.domain.vocabulary import MailboxState
from mailsync.models import Mailbox
from mailsync.selectors.mailboxes import advice_of, failures_of
from mailsync.services.switch import request_sync

_RECENT = 20


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
        return advice_of(mailbox).sentence

    @admin.display(description="What to do")
    def what_to_do(self, mailbox: Mailbox) -> str:
        if mailbox.state == MailboxState.OFF:
            return ""
        return advice_of(mailbox).next_step

    @admin.display(description="The latest 20")
    def recent_runs(self, mailbox: Mailbox) -> SafeString:
        heads = ("Began", "Kind", "Complete", "Seen", "Kept", "Dropped", "Failed", "Requests", "Stopped by")
        rows = [
            (
                f"{run.started_at:%Y-%m-%d %H:%M}", run.kind, "yes" if run.is_complete else "no", run.seen, run.kept,
                ", ".join(f"{reason} {count}" for reason, count in sorted(run.dropped.items())) or "–",
                ", ".join(f"{reason} {count}" for reason, count in failures_of(run).items() if count) or "–",
                run.requests, run.ended_by or "–",
            )
            for run in mailbox.runs.order_by("-started_at", "-pk")[:_RECENT]
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
            request_sync(mailbox=mailbox, actor=request.user)  # type: ignore[arg-type] # signed in, by permission
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
