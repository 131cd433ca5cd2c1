"""The first thing an admin sees in the console: how the mailboxes are doing."""

from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest

from accounts.admin.scoping import scoped
from mailsync.models import Mailbox
from mailsync.selectors.fleet_health import fleet_health
from timeline.search.lag import index_lag, unread_by_index

register = template.Library()


@register.inclusion_tag("admin/sync_health.html", takes_context=True)
def sync_health(context: Any) -> dict[str, Any]:
    """The health of the visitor's mailboxes, and how far search is behind."""
    request: HttpRequest = context["request"]
    return {
        "health": fleet_health(scoped(Mailbox.objects.all(), request)),
        "search": index_lag(scoped(unread_by_index(), request)) if settings.ELASTICSEARCH_URL else None,
    }
