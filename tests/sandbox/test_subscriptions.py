import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.testing import SandboxProcess
from tests.sandbox.graph_session import GraphSession
from tests.support.waiting import PATIENCE

RITA = "rita.lindqvist@acme.example"
EXPIRES = "2026-11-23T12:00:00.0000000Z"


class Listener:
    """A client's notification URL; what arrives is queued."""

    def __init__(self) -> None:
        self.received: Queue[dict[str, Any]] = Queue()
        self.is_honest = True
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                token = parse_qs(urlsplit(self.path).query).get("validationToken")
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                if not token:
                    outer.received.put(json.loads(body)["value"][0])
                answer = (token[0] if outer.is_honest else "something else").encode() if token else b""
                self.send_response(200)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments: object) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/notify"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


def subscribe(rita: GraphSession, listener: Listener, **changes: str) -> Any:
    body = {
        "changeType": "created,updated",
        "notificationUrl": listener.url,
        "lifecycleNotificationUrl": listener.url,
        "resource": "/me/mailfolders('inbox')/messages",
        "expirationDateTime": EXPIRES,
        "clientState": "only-we-know",
        **changes,
    }
    return rita.request("POST", "/subscriptions", json=body)


def deliver(sandbox: SandboxProcess, folder: str = "inbox") -> dict[str, str]:
    mail = sandbox.control.deliver(from_="jane@brightwater.example", to=[RITA], subject="S", text="T", folder=folder)
    copy: dict[str, str] = mail["copies"][0]
    return copy


def test_a_delivery_is_announced_with_the_clients_secret(
    sandbox: SandboxProcess, rita: GraphSession, listener: Listener
):
    made = subscribe(rita, listener)
    copy = deliver(sandbox)
    note = listener.received.get(timeout=PATIENCE)

    assert made.status_code == 201
    assert made.json()["clientState"] is None
    assert note["subscriptionId"] == made.json()["id"]
    assert (note["clientState"], note["changeType"]) == ("only-we-know", "created")
    assert note["resourceData"]["id"] == copy["id"]


def test_other_folders_stay_quiet_and_a_deleted_subscription_as_well(
    sandbox: SandboxProcess, rita: GraphSession, listener: Listener
):
    made = subscribe(rita, listener).json()
    deliver(sandbox, "archive")
    assert rita.request("DELETE", f"/subscriptions/{made['id']}").status_code == 204
    deliver(sandbox)

    again = subscribe(rita, listener).json()
    deliver(sandbox)
    assert listener.received.get(timeout=PATIENCE)["subscriptionId"] == again["id"]
    assert listener.received.empty()


def test_a_listener_that_does_not_echo_the_token_gets_no_subscription(rita: GraphSession, listener: Listener):
    listener.is_honest = False

    assert subscribe(rita, listener).json()["error"]["code"] == "ValidationError"


@pytest.mark.parametrize(
    "changes",
    [
        {"notificationUrl": "http://far-away.example/notify"},
        {"expirationDateTime": "2027-11-20T12:00:00Z"},
        {"expirationDateTime": "soon"},
        {"clientState": "x" * 129},
    ],
)
def test_an_impossible_subscription_is_refused(rita: GraphSession, listener: Listener, changes: dict[str, str]):
    assert subscribe(rita, listener, **changes).status_code == 400


def test_a_subscription_is_renewed_and_ends(sandbox: SandboxProcess, rita: GraphSession, listener: Listener):
    path = f"/subscriptions/{subscribe(rita, listener).json()['id']}"
    renewed = rita.request("PATCH", path, json={"expirationDateTime": "2026-11-25T12:00:00Z"})
    assert renewed.json()["expirationDateTime"] == "2026-11-25T12:00:00Z"

    sandbox.control.advance(6 * 86_400)
    with GraphSession(sandbox, RITA) as later:
        assert later.get(path).status_code == 404


def test_lifecycle_events_reach_their_own_url(sandbox: SandboxProcess, rita: GraphSession, listener: Listener):
    made = subscribe(rita, listener).json()
    sandbox.control.post("lifecycle", {"user": RITA, "event": "subscriptionRemoved"})

    assert listener.received.get(timeout=PATIENCE)["lifecycleEvent"] == "subscriptionRemoved"
    assert rita.get(f"/subscriptions/{made['id']}").status_code == 404
