"""Single replies, played without a server."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import urllib3

from core.http.errors import (
    ConsentRevoked,
    CursorExpired,
    ForeignLink,
    ItemGone,
    ItemUnreadable,
    Misconfigured,
    ReauthenticationNeeded,
    Throttled,
    Unavailable,
)
from mailsync.domain.envelope import Content
from mailsync.graph.batch import in_batches
from mailsync.graph.client import DeltaPage, GraphClient
from mailsync.graph.errors import MailboxUnavailable
from mailsync.graph.refusals import Target
from mailsync.graph.subscriptions import Subscribed
from mailsync.graph.wire import Wire
from tests.mailsync.graph.played import BASE, PlayedGraph

DELTA = f"{BASE}/me/mailFolders('F')/messages/delta?$deltatoken=1"
EMPTY_ROUND = {"value": [], "@odata.deltaLink": DELTA}


class Tokens:
    """Gives numbered tokens and remembers how often a fresh one was wanted."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self.fresh = 0
        self._refusal = refusal

    def __call__(self, is_fresh_wanted: bool) -> str:
        if is_fresh_wanted:
            self.fresh += 1
            if self._refusal:
                raise self._refusal
        return f"token-{self.fresh}"


@pytest.fixture
def graph():
    played = PlayedGraph()
    yield played
    played.assert_all_given()


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


def client(graph: PlayedGraph, tokens: Tokens) -> GraphClient:
    return GraphClient(BASE, tokens, graph)


def play_batch(graph: PlayedGraph, *answers: dict[str, Any]) -> None:
    graph.reply("POST", f"{BASE}/$batch", json_body={"responses": list(answers)})


def test_each_request_carries_its_own_id_the_token_and_immutable_ids(graph, tokens):
    graph.reply("GET", DELTA, json_body=EMPTY_ROUND)
    one = client(graph, tokens)

    one.message_delta("F", link=DELTA, page_size=50)
    one.message_delta("F", link=DELTA, page_size=50)

    first, second = (request.headers for request in graph.sent)
    assert first["Prefer"] == 'odata.maxpagesize=50, IdType="ImmutableId"'
    assert first["Authorization"] == "Bearer token-0"
    assert first["client-request-id"] != second["client-request-id"]
    assert one.requests == 2


def test_a_refused_token_is_replaced_once_and_the_request_repeated(graph, tokens):
    graph.reply("GET", DELTA, status=401, json_body={"error": {"code": "InvalidAuthenticationToken"}})
    graph.reply("GET", DELTA, json_body=EMPTY_ROUND)

    client(graph, tokens).message_delta("F", link=DELTA)

    assert tokens.fresh == 1
    assert graph.sent[1].headers["Authorization"] == "Bearer token-1"


def test_a_fresh_token_that_is_refused_too_asks_to_sign_in(graph, tokens):
    graph.reply("GET", DELTA, status=401, json_body={"error": {"code": "InvalidAuthenticationToken"}})

    with pytest.raises(ReauthenticationNeeded, match="InvalidAuthenticationToken"):
        client(graph, tokens).message_delta("F", link=DELTA)

    assert (tokens.fresh, len(graph.sent)) == (1, 2)


def test_a_token_that_worked_may_expire_and_be_replaced_again(graph, tokens):
    for _ in range(2):
        graph.reply("GET", DELTA, status=401)
        graph.reply("GET", DELTA, json_body=EMPTY_ROUND)
    one = client(graph, tokens)

    one.message_delta("F", link=DELTA)
    one.message_delta("F", link=DELTA)

    assert tokens.fresh == 2


def test_a_forbidden_request_checks_the_scope_by_a_fresh_token(graph):
    graph.reply("GET", DELTA, status=403, json_body={"error": {"code": "ErrorAccessDenied"}})

    with pytest.raises(ConsentRevoked, match="mail_read_missing"):
        client(graph, Tokens(ConsentRevoked("mail_read_missing"))).message_delta("F", link=DELTA)


def test_many_forbidden_requests_ask_for_one_fresh_token(graph, tokens):
    graph.reply("GET", DELTA, status=403)
    one = client(graph, tokens)

    for _ in range(3):
        with pytest.raises(ConsentRevoked):
            one.message_delta("F", link=DELTA)

    assert tokens.fresh == 1


def test_a_redirect_is_never_followed(graph, tokens):
    graph.reply("GET", DELTA, status=302, headers={"Location": "https://evil.example/"})

    with pytest.raises(Unavailable, match="HTTP 302"):
        client(graph, tokens).message_delta("F", link=DELTA)

    assert len(graph.sent) == 1


def test_a_foreign_link_is_refused_before_anything_is_sent(graph, tokens):
    with pytest.raises(ForeignLink):
        client(graph, tokens).message_delta("F", link="https://evil.example/v1.0/me/messages/delta?$deltatoken=1")

    assert len(graph.sent) == 0


@pytest.mark.parametrize("body", [b'{"value":[{"id":"A","sub', b"", b"<html>", b'"text"', b"[]", b"[" * 100_000])
def test_an_answer_cut_short_with_status_200_is_tried_again_later(graph, tokens, body):
    graph.reply("GET", DELTA, body=body)

    with pytest.raises(Unavailable, match="TruncatedReply"):
        client(graph, tokens).message_delta("F", link=DELTA)


def refused(error: Exception) -> urllib3.exceptions.MaxRetryError:
    """How urllib3 tells that it gave up."""
    return urllib3.exceptions.MaxRetryError(urllib3.HTTPSConnectionPool("x"), "/", error)


@pytest.mark.parametrize(
    ("failure", "leaf"),
    [
        (urllib3.exceptions.ProtocolError("reset"), Unavailable),
        (urllib3.exceptions.ReadTimeoutError(urllib3.HTTPSConnectionPool("x"), "/", "slow"), Unavailable),
        (urllib3.exceptions.IncompleteRead(3, 5), Unavailable),
        (refused(urllib3.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED")), Misconfigured),
        (refused(urllib3.exceptions.SSLError("handshake failure")), Unavailable),
    ],
)
def test_trouble_on_the_line_becomes_an_error_of_the_tree(graph, tokens, failure, leaf):
    graph.reply("GET", DELTA, body=failure)

    with pytest.raises(leaf):
        client(graph, tokens).message_delta("F", link=DELTA)


def test_half_a_surrogate_pair_becomes_the_replacement_character_and_whole_pairs_stay(graph, tokens):
    row = {"id": "1", "subject": "a\ud83d b\udc00 \U0001f600", "toRecipients": [], "ccRecipients": []}
    row["receivedDateTime"] = "2026-11-20T10:00:00Z"
    graph.reply("GET", DELTA, body=json.dumps({"value": [row], "@odata.deltaLink": DELTA}).encode())

    page = client(graph, tokens).message_delta("F", link=DELTA)

    assert page.envelopes[0].subject == "a\ufffd b\ufffd \U0001f600"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_an_answer_in_another_unicode_is_read_all_the_same(graph, tokens, encoding):
    graph.reply("GET", DELTA, body=json.dumps(EMPTY_ROUND).encode(encoding))

    assert client(graph, tokens).message_delta("F", link=DELTA).delta_link == DELTA


def test_a_batch_holds_gets_alone_and_at_most_twenty(graph, tokens):
    graph.reply("POST", f"{BASE}/$batch", json_body={"responses": []})

    client(graph, tokens).fetch_bodies(f"id{number}" for number in range(45))

    sent = [json.loads(request.body)["requests"] for request in graph.sent]
    assert [len(requests_in) for requests_in in sent] == [20, 20, 5]
    assert {request["method"] for requests_in in sent for request in requests_in} == {"GET"}
    assert {request["url"].partition("?")[2] for requests_in in sent for request in requests_in} == {"$select=id,body"}


def test_an_oversized_batch_is_a_defect_and_not_sent(graph, tokens):
    with pytest.raises(ValueError, match="20"):
        Wire(BASE, tokens, graph).batch({str(number): "/me" for number in range(21)})


def test_an_id_asked_for_twice_is_fetched_once():
    assert list(in_batches(["A", "a", "A"])) == [["A", "a"]]


def test_answers_in_any_order_find_their_ids_and_failures_stay_with_their_item(graph, tokens):
    play_batch(
        graph,
        {"id": "3", "status": 503, "headers": {"Retry-After": "4"}},
        {"id": "1", "status": 404, "body": {"error": {"code": "ErrorItemNotFound"}}},
        {"id": "0", "status": 200, "body": {"id": "A", "body": {"contentType": "text", "content": "a"}}},
        {
            "id": "2",
            "status": 429,
            "headers": {"Retry-After": "7"},
            "body": {"error": {"code": "ApplicationThrottled"}},
        },
        {"id": "5", "status": 200, "body": "bm90IGpzb24="},
        {"id": "6", "status": 200, "body": {}},
        {"id": "7", "status": 404, "body": {"error": {"code": "MailboxNotEnabledForRESTAPI"}}},
    )

    found = client(graph, tokens).fetch_bodies(["A", "B", "C", "D", "E", "F", "G", "H"])

    assert found["A"] == Content("A", body="a")
    assert isinstance(found["B"], ItemGone)
    assert isinstance(found["C"], Throttled)
    assert found["C"].retry_after == 7.0
    assert isinstance(found["D"], Unavailable)
    assert found["D"].retry_after == 4.0
    assert isinstance(found["E"], Unavailable)  # no answer at all
    assert isinstance(found["F"], Unavailable)
    assert isinstance(found["G"], ItemUnreadable)
    assert isinstance(found["H"], MailboxUnavailable)


def test_a_batch_refused_as_a_whole_is_an_error_of_the_whole(graph, tokens):
    graph.reply("POST", f"{BASE}/$batch", status=429, headers={"Retry-After": "3"})

    with pytest.raises(Throttled):
        client(graph, tokens).fetch_headers(["A"])


def test_items_of_a_batch_whose_token_expired_are_asked_for_once_more(graph, tokens):
    play_batch(
        graph,
        {"id": "0", "status": 200, "body": {"id": "A"}},
        {"id": "1", "status": 401, "body": {"error": {"code": "InvalidAuthenticationToken"}}},
    )
    play_batch(graph, {"id": "0", "status": 200, "body": {"id": "B"}})

    found = client(graph, tokens).fetch_headers(["A", "B"])

    assert found == {"A": Content("A"), "B": Content("B")}
    assert json.loads(graph.sent[1].body)["requests"][0]["url"].startswith("/me/messages/B?")


def test_one_private_mail_that_is_forbidden_does_not_end_the_sync(graph, tokens):
    forbidden = {"status": 403, "body": {"error": {"code": "ErrorAccessDenied"}}}
    play_batch(graph, {"id": "0", "status": 200, "body": {"id": "A"}}, {"id": "1", **forbidden})
    play_batch(graph, {"id": "0", **forbidden})

    found = client(graph, tokens).fetch_headers(["A", "B"])

    assert isinstance(found["B"], ItemUnreadable)
    assert tokens.fresh == 1


def test_the_deltas_of_many_folders_travel_in_one_request_each_with_its_own_fate(graph, tokens):
    links = {name: f"{BASE}/me/mailFolders('{name}')/messages/delta?$deltatoken={name}" for name in "ABC"}
    play_batch(
        graph,
        {"id": "1", "status": 410, "body": {"error": {"code": "SyncStateNotFound"}}},
        {"id": "0", "status": 200, "body": {"value": [], "@odata.deltaLink": links["A"]}},
        {"id": "2", "status": 200, "body": {"value": [], "@odata.nextLink": links["C"]}},
    )

    pages = client(graph, tokens).delta_batch(links | {"D": "https://evil.example/v1.0/x"}).folders

    assert pages["A"] == DeltaPage((), (), (), "", links["A"])
    assert isinstance(pages["B"], CursorExpired)
    assert pages["C"] == DeltaPage((), (), (), links["C"], "")
    assert isinstance(pages["D"], ForeignLink)
    assert len(graph.sent) == 1
    sent = json.loads(graph.sent[0].body)["requests"]
    assert all("odata.maxpagesize" in request["headers"]["Prefer"] for request in sent)
    assert all(request["url"].startswith("/me/mailFolders(") for request in sent)


def test_ids_and_message_ids_are_quoted_into_addresses(graph, tokens):
    graph.reply("POST", f"{BASE}/$batch", json_body={"responses": []})
    graph.reply("GET", f"{BASE}/me/messages", json_body={"value": []})
    one = client(graph, tokens)

    one.fetch_headers(["A/+=?&#"])
    one.find_by_message_id("<o'hara&x=1@x.example>")

    assert "/me/messages/A%2F%2B%3D%3F%26%23?" in json.loads(graph.sent[0].body)["requests"][0]["url"]
    assert "%3Co%27%27hara%26x%3D1%40x.example%3E" in graph.sent[1].url


def test_an_error_of_a_request_names_what_was_asked_for_only_by_microsofts_id(graph, tokens):
    graph.reply(
        "GET", f"{BASE}/me/x", status=500, headers={"request-id": "r-9"}, json_body={"error": {"code": "UnknownError"}}
    )

    with pytest.raises(Unavailable) as refused:
        Wire(BASE, tokens, graph).get("/me/x", Target.MAILBOX)

    assert str(refused.value) == "Unavailable · UnknownError · status 500 · request r-9"


SUBSCRIPTION = {"id": "s-1", "expirationDateTime": "2026-11-21T10:00:00Z"}
EXPIRY = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def test_notifications_are_asked_for_with_both_addresses_and_a_secret(graph, tokens):
    graph.reply("POST", f"{BASE}/subscriptions", status=201, json_body=SUBSCRIPTION)

    begun = client(graph, tokens).subscriptions.begin(
        notification_url="https://sync.example/n/", lifecycle_url="https://sync.example/l/",
        client_state="secret", expires_at=EXPIRY,
    )  # fmt: skip

    assert begun == Subscribed("s-1", EXPIRY)
    sent = json.loads(graph.sent[0].body)
    assert (sent["resource"], sent["clientState"]) == ("/me/messages", "secret")
    assert (sent["notificationUrl"], sent["lifecycleNotificationUrl"]) == (
        "https://sync.example/n/",
        "https://sync.example/l/",
    )


def test_notifications_are_prolonged_and_ended(graph, tokens):
    graph.reply("PATCH", f"{BASE}/subscriptions/s-1", json_body=SUBSCRIPTION)
    graph.reply("DELETE", f"{BASE}/subscriptions/s-1", status=204)
    graph.reply("DELETE", f"{BASE}/subscriptions/s-1", status=404)
    subscriptions = client(graph, tokens).subscriptions

    assert subscriptions.prolong("s-1", expires_at=EXPIRY).expires_at == EXPIRY
    subscriptions.end("s-1")
    subscriptions.end("s-1")  # gone already


def test_a_subscription_that_is_gone_cannot_be_prolonged(graph, tokens):
    graph.reply("PATCH", f"{BASE}/subscriptions/s-1", status=404, json_body={"error": {"code": "ResourceNotFound"}})

    with pytest.raises(ItemGone):
        client(graph, tokens).subscriptions.prolong("s-1", expires_at=EXPIRY)


def test_addresses_that_graph_cannot_reach_are_tried_again_later(graph, tokens):
    graph.reply("POST", f"{BASE}/subscriptions", status=400, json_body={"error": {"code": "ValidationError"}})

    with pytest.raises(Unavailable, match="ValidationError"):
        client(graph, tokens).subscriptions.begin(
            notification_url="https://x/", lifecycle_url="https://x/", client_state="s", expires_at=EXPIRY
        )
