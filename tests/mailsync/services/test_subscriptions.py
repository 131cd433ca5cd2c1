"""Change notifications: asked for where Microsoft can reach us, believed in nothing but that something woke us."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from core.hashing import hash_of
from mailsync.domain.vocabulary import MailboxState
from mailsync.models import Mailbox, Subscription
from mailsync.selectors.mailboxes import due_for_subscription
from mailsync.services import subscriptions
from mailsync.services.subscriptions import can_be_notified, end_subscription, keep_subscription, take_notifications
from tests.support.factories import MailboxFactory
from tests.support.mailboxes import RITA
from tests.support.syncing import acme_of, switched_on

PROOF = "a secret that only Microsoft was told"


pytestmark = pytest.mark.usefixtures("queued", "at_once")


@pytest.fixture
def subscription(db):
    due_at = timezone.now() + timedelta(minutes=9)
    return Subscription.objects.create(
        mailbox=MailboxFactory(due_at=due_at),
        subscription_id="7f105c7d-2dc5-4530-97cd-4e7ae6534c07",
        client_state_hash=hash_of(PROOF),
        expires_at=timezone.now() + timedelta(days=2),
    )


def tell(client, **notification):
    body = {"value": [{"subscriptionId": "7f105c7d-2dc5-4530-97cd-4e7ae6534c07", "clientState": PROOF} | notification]}
    return client.post(reverse("microsoft-notifications"), json.dumps(body), content_type="application/json")


def test_the_handshake_is_answered_with_the_token_as_plain_text(client):
    answer = client.post(reverse("microsoft-notifications") + "?validationToken=Validation%3A+%3Cb%3E1%2F2")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.content.decode() == "Validation: <b>1/2"


def test_a_notification_wakes_the_mailbox_once(client, subscription, queued):
    assert tell(client, changeType="created").status_code == 202
    assert tell(client, changeType="created").status_code == 202
    assert queued == [("mailsync.sync_mailbox", str(subscription.mailbox_id))]


@pytest.mark.parametrize("forged", [{"clientState": "guessed"}, {"clientState": None}, {"subscriptionId": "other"}])
def test_what_does_not_prove_its_sender_wakes_nobody_and_learns_nothing(client, subscription, queued, forged):
    assert tell(client, **forged).status_code == 202
    assert queued == []


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"value": 5}', '{"value": [1, null, "x", {}]}', "{" * 5000])
def test_nonsense_is_refused_or_ignored_without_a_traceback(client, db, body):
    answer = client.post(reverse("microsoft-notifications"), body, content_type="application/json")
    assert answer.status_code in {202, 400}


@pytest.mark.parametrize("name", ["subscriptionId", "clientState"])
def test_half_a_surrogate_pair_wakes_nobody_and_breaks_nothing(client, subscription, queued, name):
    told = {"subscriptionId": subscription.subscription_id, "clientState": "proof"} | {name: "\ud800"}
    answer = client.post(reverse("microsoft-notifications"), json.dumps({"value": [told]}), "application/json")
    assert (answer.status_code, queued) == (202, [])


@pytest.mark.parametrize(("others", "woken"), [(999, 1), (1_000, 0)])
def test_a_thousand_notifications_of_one_request_are_looked_at(subscription, queued, others, woken):
    told = {"subscriptionId": subscription.subscription_id, "clientState": PROOF}
    notifications = [{"subscriptionId": "other"}] * others + [told]
    assert take_notifications(notifications, now=timezone.now()) == woken


@pytest.mark.parametrize(("hours", "is_due"), [(23, True), (25, False)])
def test_a_subscription_is_due_in_its_last_day(subscription, hours, is_due):
    now = timezone.now()
    Mailbox.objects.update(state=MailboxState.IN_SYNC)
    Subscription.objects.update(expires_at=now + timedelta(hours=hours))
    assert due_for_subscription(now).exists() is is_due


def test_only_posts_are_taken(client):
    assert client.get(reverse("microsoft-notifications")).status_code == 405


def test_a_removed_subscription_is_forgotten_and_made_anew(client, subscription, queued):
    tell(client, lifecycleEvent="subscriptionRemoved")
    assert not Subscription.objects.exists()
    assert ("mailsync.keep_subscription", str(subscription.mailbox_id)) in queued


def test_a_reauthorization_renews_and_a_missed_notification_syncs(client, subscription, queued):
    tell(client, lifecycleEvent="reauthorizationRequired")
    assert ("mailsync.keep_subscription", str(subscription.mailbox_id)) in queued
    Mailbox.objects.update(queued_at=None)
    tell(client, lifecycleEvent="missed")
    assert [name for name, _ in queued].count("mailsync.sync_mailbox") == 2


def test_a_mailbox_that_is_off_or_told_to_wait_is_not_woken(client, subscription, queued):
    Mailbox.objects.update(not_before=timezone.now() + timedelta(minutes=5))
    tell(client)
    Mailbox.objects.update(not_before=None, import_enabled=False)
    tell(client)
    assert queued == []


@pytest.mark.parametrize(
    ("url", "is_public"),
    [
        ("https://sync.example.com", True),
        ("https://sync.firm.co.uk:8443", True),
        ("http://sync.example.com", False),
        ("https://localhost:8000", False),
        ("https://sync.local", False),
        ("https://10.0.0.5", False),
        ("https://127.0.0.1", False),
        ("https://intranet", False),
    ],
)
def test_only_a_public_https_address_is_given_to_microsoft(settings, url, is_public):
    settings.BASE_URL = url
    assert can_be_notified() is is_public


@pytest.fixture
def receiver(client) -> Iterator[str]:
    """Our web process as the tenant reaches it, on loopback."""
    taken = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            taken.append(body)
            self.send_response(200 if "validationToken" in query else 202)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            self.wfile.write(query.get("validationToken", [""])[0].encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_subscription_is_made_renewed_made_anew_and_ended(tenant, db, settings, monkeypatch, receiver):
    organization = acme_of(tenant, RITA)
    mailbox = switched_on(tenant, organization.users.get(email=RITA))[0]
    settings.BASE_URL = receiver
    monkeypatch.setattr(subscriptions, "can_be_notified", lambda: True)
    now = timezone.now()
    keep_subscription(mailbox_id=mailbox.pk, now=now)
    first = Subscription.objects.get(mailbox=mailbox)
    assert first.expires_at > now + timedelta(days=2)
    keep_subscription(mailbox_id=mailbox.pk, now=now + timedelta(hours=3))
    renewed = Subscription.objects.get(mailbox=mailbox)
    assert renewed.subscription_id == first.subscription_id
    assert renewed.expires_at > first.expires_at
    tenant.control.advance(6 * 86_400)
    keep_subscription(mailbox_id=mailbox.pk, now=now + timedelta(days=6))
    assert Subscription.objects.get(mailbox=mailbox).subscription_id != first.subscription_id
    Mailbox.objects.update(import_enabled=False)
    end_subscription(mailbox_id=mailbox.pk)
    assert not Subscription.objects.exists()
