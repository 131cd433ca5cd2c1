"""Change notifications: create with a handshake, renew, delete; deliveries and lifecycle events to the client's URL."""

import asyncio
import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from sandbox.changes import ChangeKind
from sandbox.clock import epoch_of, iso
from sandbox.graph import errors
from sandbox.graph.exchange import GraphRequest, GraphResponse, json_response
from sandbox.identifiers import guid
from sandbox.mail import Item
from sandbox.mailbox import Mailbox
from sandbox.people import CLIENT_ID, TENANT_ID
from sandbox.tenant import Tenant

HANDSHAKE_SECONDS = 10
_SHORTEST_MINUTES = 45
_MAX_CLIENT_STATE = 128
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_CHANGE_TYPES = {ChangeKind.CREATED: "created", ChangeKind.REMOVED: "deleted"}


@dataclass(slots=True)
class Subscription:
    """One client's wish to hear of changes in one mailbox."""

    id: str
    owner: str
    resource: str
    change_types: frozenset[str]
    notification_url: str
    lifecycle_url: str
    client_state: str
    expires_at: float

    def describe(self) -> dict[str, Any]:
        """As Graph shows it; the client's secret stays out."""
        return {
            "id": self.id,
            "resource": self.resource,
            "applicationId": CLIENT_ID,
            "changeType": ",".join(sorted(self.change_types)),
            "notificationUrl": self.notification_url,
            "lifecycleNotificationUrl": self.lifecycle_url or None,
            "expirationDateTime": iso(self.expires_at),
            "clientState": None,
        }


@dataclass(slots=True)
class Subscriptions:
    """All of them, and the post going out."""

    tenant: Tenant
    held: dict[str, Subscription] = field(default_factory=dict)
    _serial: int = 0
    _outgoing: set[asyncio.Task[None]] = field(default_factory=set)

    async def answer(self, call: GraphRequest) -> GraphResponse:
        """Every verb on `/subscriptions`."""
        if "Mail.Read" not in call.scopes:
            return errors.access_denied().response
        try:
            return await self._route(call)
        except errors.GraphFailure as failed:
            return failed.response
        except (ValueError, KeyError) as wrong:
            return errors.failure(400, "InvalidRequest", f"Bad subscription request: {wrong}").response

    async def _route(self, call: GraphRequest) -> GraphResponse:
        subscription_id = call.path[len("/subscriptions") :].strip("/").partition("/")[0]
        if not subscription_id:
            if call.method == "POST":
                return await self._create(call)
            mine = [held.describe() for held in self.held.values() if held.owner == call.mailbox.person.email]
            return json_response({"value": mine})
        held = self.held.get(subscription_id)
        if held is None or held.owner != call.mailbox.person.email or held.expires_at <= self.tenant.clock.now():
            raise errors.failure(404, "ResourceNotFound", "The object was not found.")
        if call.method == "DELETE":
            del self.held[subscription_id]
            return GraphResponse(204)
        if call.method in ("PATCH", "POST"):
            wanted = call.json_body().get("expirationDateTime")
            held.expires_at = self._expiry(str(wanted)) if wanted else held.expires_at
        return json_response(held.describe())

    async def _create(self, call: GraphRequest) -> GraphResponse:
        body = call.json_body()
        if len(str(body.get("clientState") or "")) > _MAX_CLIENT_STATE:
            raise ValueError("clientState is longer than 128 characters")
        expires_at = self._expiry(str(body["expirationDateTime"]))
        urls = [str(body["notificationUrl"]), str(body.get("lifecycleNotificationUrl") or "")]
        for url in filter(None, urls):
            await self._shake_hands(url)
        self._serial += 1
        held = Subscription(
            id=guid("subscription", call.mailbox.person.oid, self._serial),
            owner=call.mailbox.person.email,
            resource=str(body["resource"]),
            change_types=frozenset(str(body["changeType"]).split(",")),
            notification_url=urls[0],
            lifecycle_url=urls[1],
            client_state=str(body.get("clientState") or ""),
            expires_at=expires_at,
        )
        self.held[held.id] = held
        return json_response(held.describe(), 201)

    def _expiry(self, text: str) -> float:
        now = self.tenant.clock.now()
        wanted = epoch_of(text.partition(".")[0])
        if wanted > now + self.tenant.switches.subscription_max_minutes * 60 + 60:
            raise ValueError("expirationDateTime lies too far ahead")
        return max(float(wanted), now + _SHORTEST_MINUTES * 60)

    async def _shake_hands(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError("notificationUrl must be https")
        token = f"Validation: Testing client application reachability for subscription Request-Id: {guid(url)}"
        separator = "&" if parts.query else "?"
        status, text = await asyncio.to_thread(
            self._post, f"{url}{separator}validationToken={quote(token)}", b"", "text/plain"
        )
        if status != 200 or text != token:  # noqa: PLR2004 - OK
            reason = f"Subscription validation request failed. HTTP status code is '{status}'."
            raise errors.failure(400, "ValidationError", reason)

    def _post(self, url: str, body: bytes, content_type: str) -> tuple[int, str]:
        request = urllib.request.Request(url, body, {"Content-Type": content_type}, method="POST")  # noqa: S310 - checked
        context = ssl.create_default_context(cafile=str(self.tenant.state.ca_path))
        try:
            with urllib.request.urlopen(request, timeout=HANDSHAKE_SECONDS, context=context) as reply:  # noqa: S310
                return reply.status, reply.read(65_536).decode("utf-8", "replace")
        except urllib.error.HTTPError as refused:
            return refused.code, ""
        except OSError:
            return 0, ""

    def on_change(self, mailbox: Mailbox, kind: ChangeKind, item: Item) -> None:
        """Called by a mailbox at every change."""
        change = _CHANGE_TYPES.get(kind, "updated")
        for held in list(self.held.values()):
            if held.owner == mailbox.person.email and change in held.change_types and _covers(held, mailbox, item):
                self._announce(held, change, item)

    def _announce(self, held: Subscription, change: str, item: Item) -> None:
        if held.expires_at <= self.tenant.clock.now():
            return
        resource = f"Users/{held.owner}/Messages/{item.mutable_id}"
        content = {
            "@odata.type": "#Microsoft.Graph.Message",
            "@odata.id": resource,
            "@odata.etag": f'W/"{item.change_key}"',
            "id": item.mutable_id,
        }
        self._send(held.notification_url, held, {"changeType": change, "resource": resource, "resourceData": content})

    def lifecycle(self, owner: str, event: str) -> int:
        """Sends a lifecycle event to a person's subscriptions; `subscriptionRemoved` also ends them."""
        told = 0
        for held in [held for held in self.held.values() if held.owner == owner]:
            if held.lifecycle_url:
                self._send(held.lifecycle_url, held, {"lifecycleEvent": event, "resource": held.resource})
                told += 1
            if event == "subscriptionRemoved":
                del self.held[held.id]
        return told

    def _send(self, url: str, held: Subscription, facts: dict[str, Any]) -> None:
        entry = {
            "subscriptionId": held.id,
            "subscriptionExpirationDateTime": iso(held.expires_at),
            "clientState": held.client_state,
            "tenantId": TENANT_ID,
            **facts,
        }
        body = json.dumps({"value": [entry]}).encode()

        async def send() -> None:
            await asyncio.to_thread(self._post, url, body, "application/json")

        try:
            task = asyncio.get_running_loop().create_task(send())
        except RuntimeError:
            return
        self._outgoing.add(task)
        task.add_done_callback(self._outgoing.discard)


def _covers(held: Subscription, mailbox: Mailbox, item: Item) -> bool:
    resource = held.resource.lower()
    if "mailfolders" not in resource:
        return True
    folder = mailbox.folders[item.folder_id]
    return folder.id.lower() in resource or bool(folder.well_known and f"'{folder.well_known}'" in resource)
