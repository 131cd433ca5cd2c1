"""Change notifications of one mailbox (F29): asked for, prolonged, ended. They only wake the ordinary sync.

    begin ──▶ Graph shakes hands with both our addresses ──▶ Subscribed ──▶ prolong, before it expires ──▶ end

A subscription stands beside the mailbox: nothing in it changes. Mail.Read suffices, for the own mailbox.
Source: learn.microsoft.com/graph/change-notifications-delivery-webhooks, …/api/resources/subscription.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from core.http.errors import ItemGone, ItemUnreadable, Unavailable
from core.moments import utc_seconds
from mailsync.graph.parse import parse_time
from mailsync.graph.wire import Wire

WHOLE_MAILBOX = "/me/messages"
CHANGES = "created,updated,deleted"


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription that stands, and until when; Graph may have moved the time."""

    subscription_id: str
    expires_at: datetime


class Subscriptions:
    """The subscriptions of one person's mailbox. ItemGone or ItemUnreadable: none with that id."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def begin(
        self, *, notification_url: str, lifecycle_url: str, client_state: str, expires_at: datetime
    ) -> Subscribed:
        """A new subscription; both addresses must answer Graph's handshake while this request waits.

        `client_state` comes back with every notification (at most 128 characters). Raises Unavailable where Graph does
        not reach the addresses.
        """
        return _subscribed(
            self._wire.on_subscription(
                "POST",
                payload={
                    "changeType": CHANGES,
                    "notificationUrl": notification_url,
                    "lifecycleNotificationUrl": lifecycle_url,
                    "resource": WHOLE_MAILBOX,
                    "expirationDateTime": utc_seconds(expires_at),
                    "clientState": client_state,
                },
            )
        )

    def prolong(self, subscription_id: str, *, expires_at: datetime) -> Subscribed:
        """Move its end, which also answers a `reauthorizationRequired`."""
        payload = {"expirationDateTime": utc_seconds(expires_at)}
        return _subscribed(self._wire.on_subscription("PATCH", quote(subscription_id, safe=""), payload))

    def end(self, subscription_id: str) -> None:
        """No more notifications; one that is gone already is as good."""
        try:
            self._wire.on_subscription("DELETE", quote(subscription_id, safe=""))
        except (ItemGone, ItemUnreadable):
            return


def _subscribed(body: dict[str, Any]) -> Subscribed:
    subscription_id, expires_at = body.get("id"), parse_time(body.get("expirationDateTime"))
    if not isinstance(subscription_id, str) or expires_at is None:
        raise Unavailable("IncompleteReply")
    return Subscribed(subscription_id, expires_at)
