"""The first thing an admin sees in the console: how the mailboxes are doing."""

from typing import Any

from django import template
from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest

from accounts.admin.scoping import scoped
from mailsync.domain.mailbox_state import STOPPED, advice
from mailsync.models import Mailbox
from timeline.models import IndexOutbox
from timeline.search.lag import index_lag

register = template.Library()
_MOST = 20


@register.inclusion_tag("admin/sync_health.html", takes_context=True)
def sync_health(context: Any) -> dict[str, Any]:
    """Mailboxes by state, those that somebody must mend, the one synced longest ago, and how far search is behind."""
    request: HttpRequest = context["request"]
    mailboxes = scoped(Mailbox.objects.all(), request)
    switched_on = mailboxes.filter(import_enabled=True)
    stopped = switched_on.filter(state__in=STOPPED).select_related("user").order_by("state_changed_at")
    return {
        "states": [
            (row["state"], advice(row["state"]).title, row["count"])
            for row in mailboxes.order_by("state").values("state").annotate(count=Count("pk"))
        ],
        "switched_on": switched_on.count(),
        "stopped_count": stopped.count(),
        "stopped": [
            (mailbox, advice(mailbox.state, mailbox.state_reason, mailbox.not_before)) for mailbox in stopped[:_MOST]
        ],
        "oldest": switched_on.aggregate(oldest=Min("last_synced_at"))["oldest"],
        "never_synced": switched_on.filter(last_synced_at=None).count(),
        "search": index_lag(scoped(IndexOutbox.objects.all(), request)) if settings.ELASTICSEARCH_URL else None,
    }
