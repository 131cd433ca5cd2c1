"""Change notifications (F29): Microsoft tells us that something arrived, and the ordinary sync is woken.

    BASE_URL public https? ──no──▶ nothing: the poll alone
        │ yes
    create ─▶ renewed daily ─▶ ended when import goes off
    notification ─▶ known subscription, right clientState? ─▶ the mailbox's sync is queued
    lifecycle    reauthorizationRequired ─▶ renewed     subscriptionRemoved ─▶ made anew     missed ─▶ synced

A notification carries no mail, is believed in nothing but that it woke us, and what it misses the poll finds.
"""

import hmac
import ipaddress
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from core.hashing import hash_of
from core.http.errors import ItemGone, ItemUnreadable
from mailsync.models import Mailbox, Subscription
from mailsync.services.graph_access import graph_client_for
from mailsync.services.switch import enqueue, send_task

LIFETIME = timedelta(minutes=4_200)
"""Below the lesser of the maxima that Microsoft documents for messages (4,230 and 10,080 minutes)."""

_MOST_AT_ONCE = 1_000


def can_be_notified() -> bool:
    """Whether Microsoft can reach us: BASE_URL is https at a public name or address."""
    address = urlsplit(settings.BASE_URL)
    host = address.hostname or ""
    if address.scheme != "https" or "." not in host:
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return not host.endswith((".local", ".localhost", ".internal", ".test", ".example", ".invalid"))


def keep_subscription(*, mailbox_id: UUID, now: datetime) -> None:
    """Create or renew a mailbox's subscription; raises the error tree, and nothing depends on it."""
    mailbox = Mailbox.objects.select_related("user__microsoft_connection", "subscription").get(pk=mailbox_id)
    if not mailbox.import_enabled or not can_be_notified():
        return
    subscriptions, expires_at = graph_client_for(mailbox).subscriptions, now + LIFETIME
    held = Subscription.objects.filter(mailbox=mailbox).first()
    if held is not None:
        try:
            held.expires_at = subscriptions.prolong(held.subscription_id, expires_at=expires_at).expires_at
            held.save(update_fields=["expires_at"])
        except (ItemGone, ItemUnreadable):
            held.delete()
        else:
            return
    proof = secrets.token_urlsafe(32)
    url = settings.BASE_URL + reverse("microsoft-notifications")
    made = subscriptions.begin(notification_url=url, lifecycle_url=url, client_state=proof, expires_at=expires_at)
    Subscription.objects.update_or_create(
        mailbox=mailbox,
        defaults={
            "subscription_id": made.subscription_id,
            "client_state_hash": hash_of(proof),
            "expires_at": made.expires_at,
        },
    )


def end_subscription(*, mailbox_id: UUID) -> None:
    """Stop being told about a mailbox whose import is off."""
    held = Subscription.objects.filter(mailbox=mailbox_id, mailbox__import_enabled=False).first()
    if held is None:
        return
    held.delete()
    mailbox = Mailbox.objects.select_related("user__microsoft_connection").get(pk=mailbox_id)
    graph_client_for(mailbox).subscriptions.end(held.subscription_id)


def take_notifications(notifications: Iterable[Any], *, now: datetime) -> int:
    """Wake the mailboxes that are told of; what does not prove its sender is ignored. Says how many were woken."""
    told = [each for each in notifications if isinstance(each, Mapping)][:_MOST_AT_ONCE]
    wanted = {given for each in told if (given := str(each.get("subscriptionId"))).isascii()}
    rows = Subscription.objects.filter(subscription_id__in=wanted).select_related("mailbox")
    held = {row.subscription_id: row for row in rows}
    woken: set[UUID] = set()
    for each in told:
        row = held.get(str(each.get("subscriptionId")))
        if row is None or not hmac.compare_digest(row.client_state_hash, hash_of(str(each.get("clientState")))):
            continue
        event = each.get("lifecycleEvent")
        if event == "subscriptionRemoved":
            Subscription.objects.filter(pk=row.pk).delete()
        if event in {"subscriptionRemoved", "reauthorizationRequired"}:
            send_task("mailsync.keep_subscription", row.mailbox_id)
        woken.add(row.mailbox_id)
    return sum(_wake(row.mailbox, now) for row in held.values() if row.mailbox_id in woken)


def _wake(mailbox: Mailbox, now: datetime) -> bool:
    """Queue a mailbox's round, unless one is queued already or Microsoft asked us to wait."""
    is_waiting = mailbox.not_before is not None and mailbox.not_before > now
    if mailbox.queued_at is not None or is_waiting or not mailbox.import_enabled:
        return False
    return enqueue(mailbox, now=now)
