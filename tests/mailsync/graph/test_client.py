"""The client over real HTTP, against the sandbox tenant, with a token of its own MSAL sign-in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.domain.vocabulary import ConnectionState
from accounts.microsoft.session import graph_pool
from accounts.microsoft.wording import connection_state_of
from accounts.models import MicrosoftConnection, User
from core.http.errors import (
    Blocked,
    ConnectionLost,
    ConsentRevoked,
    CursorExpired,
    ForeignLink,
    ItemGone,
    ItemUnreadable,
    Misconfigured,
    OutsideError,
    ReauthenticationNeeded,
    Retryable,
    Throttled,
    Unavailable,
)
from mailsync.domain.headers import Headers
from mailsync.graph.client import ENVELOPE_SELECT, DeltaPage, GraphClient, ListPage
from mailsync.graph.errors import FolderGone, MailboxUnavailable
from mailsync.services.graph_access import graph_client_for
from sandbox.testing import SandboxProcess
from tests.support.factories import MailboxFactory
from tests.support.sign_in import JONAS, RITA, connect

EVER = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def graph(tenant: SandboxProcess, carol: User) -> GraphClient:
    connect(tenant, carol)
    return graph_client_for(MailboxFactory(user=carol))


def inbox_of(graph: GraphClient) -> str:
    return next(folder.id for folder in graph.folders() if folder.well_known == "inbox")


def test_a_server_without_a_trusted_certificate_gets_no_token(tenant, settings):
    settings.MICROSOFT_CA_BUNDLE = ""
    one = GraphClient(tenant.graph_url, lambda _: "token", graph_pool())

    with pytest.raises(Misconfigured, match="CertificateNotTrusted"):
        one.me()


def test_nothing_of_the_environment_stands_between_us_and_graph(tenant, graph, monkeypatch, tmp_path):
    (tmp_path / "empty.pem").write_text("")
    for name, value in (("HTTPS_PROXY", "http://127.0.0.1:1"), ("REQUESTS_CA_BUNDLE", str(tmp_path / "empty.pem"))):
        monkeypatch.setenv(name, value)

    assert graph.me().object_id


def whole_round(
    graph: GraphClient, folder_id: str, page_size: int = 10, since: datetime | None = None
) -> list[DeltaPage]:
    pages = [graph.message_delta(folder_id, page_size=page_size, since=since)]
    while pages[-1].next_link:
        pages.append(graph.message_delta(folder_id, link=pages[-1].next_link, page_size=page_size))
    return pages


def asked(tenant: SandboxProcess) -> list[dict[str, Any]]:
    return [entry for entry in tenant.control.log() if entry["door"] == "graph"]


def deliver(tenant: SandboxProcess, **mail: object) -> str:
    told = tenant.control.deliver(**{"from_": "jane@globex.example", "to": [RITA], "subject": "Hello", **mail})
    return next(str(copy["immutable_id"]) for copy in told["copies"] if copy["mailbox"] == RITA)


def test_it_says_whose_mailbox_it_is_with_every_alias(graph):
    assert graph.me().addresses == (RITA, "rita@acme.example", "r.lindqvist@mail.acme.example")


def test_the_folders_are_those_of_conversations_whatever_their_language(tenant, carol):
    connect(tenant, carol, as_person=JONAS)
    jonas = graph_client_for(MailboxFactory(user=carol))

    folders = jonas.folders()
    read, listed = {folder.id for folder in folders}, tenant.control.folders(JONAS)

    assert read == {row["id"] for row in listed if not row["left_out"] and row["slug"] != "msgfolderroot"}
    assert {"Posteingang", "Gesendete Elemente"} <= {folder.display_name for folder in folders}
    assert len(read) == len(folders)


def test_a_folder_below_deleted_items_is_not_read_but_a_deep_own_one_is(tenant, graph):
    trashed = tenant.control.create_folder(RITA, "Old things", "deleteditems")["id"]
    deep = tenant.control.create_folder(RITA, "Deep", tenant.control.create_folder(RITA, "Wide", "inbox")["id"])["id"]
    hidden = tenant.control.create_folder(RITA, "Hidden", "inbox", is_hidden=True)["id"]

    read = [folder.id for folder in graph.folders()]

    assert deep in read
    assert {trashed, hidden}.isdisjoint(read)


def test_more_folders_than_a_page_are_all_found(tenant, graph):
    made = {tenant.control.create_folder(RITA, f"Customer {number}", "inbox")["id"] for number in range(120)}

    assert made <= {folder.id for folder in graph.folders()}


def test_a_round_reads_every_mail_of_a_folder_once_and_ends_with_a_delta_link(tenant, graph):
    inbox = inbox_of(graph)

    pages = whole_round(graph, inbox, page_size=10)

    ids = [envelope.copy_id for page in pages for envelope in page.envelopes]
    assert sorted(ids) == sorted(item["immutable_id"] for item in tenant.control.items(RITA, inbox))
    assert len(pages) == -(-len(ids) // 10)
    assert pages[-1].delta_link


def test_a_later_round_tells_what_came_and_what_went(tenant, graph):
    inbox = inbox_of(graph)
    delivered = deliver(tenant)
    link = whole_round(graph, inbox)[-1].delta_link
    tenant.control.delete(RITA, delivered)
    fresh = deliver(tenant, subject="Newer")

    page = graph.message_delta(inbox, link=link)

    assert delivered in page.removed_ids
    assert [envelope.copy_id for envelope in page.envelopes] == [fresh]


def test_nothing_but_envelopes_is_ever_asked_of_a_folder(tenant, graph):
    since = tenant.control.log()[-1]["seq"]
    whole_round(graph, inbox_of(graph))

    rounds = [entry for entry in tenant.control.log(since) if "/messages/delta" in entry["path"]]
    first = next(entry for entry in rounds if "$select" in entry["query"])
    assert ENVELOPE_SELECT in first["query"]
    assert not any(word in first["query"] for word in ("body", "bcc", "isRead", "attachments"))
    assert all("odata.maxpagesize=" in entry["prefer"] for entry in rounds)
    assert all('IdType="ImmutableId"' in entry["prefer"] for entry in asked(tenant))
    assert {entry["method"] for entry in asked(tenant)} <= {"GET", "POST"}
    assert all(entry["path"] == "/$batch" for entry in asked(tenant) if entry["method"] == "POST")


def test_the_deltas_of_all_folders_come_in_one_request(graph):
    links = {folder.id: whole_round(graph, folder.id)[-1].delta_link for folder in graph.folders()}
    before = graph.requests

    pages = graph.delta_batch(links).folders

    assert graph.requests == before + 1
    assert all(isinstance(page, DeltaPage) and page.delta_link for page in pages.values())


def test_a_listing_goes_back_through_a_window_newest_first(tenant, graph):
    now = datetime.fromtimestamp(tenant.control.now(), UTC)
    since, before = now - timedelta(days=10), now - timedelta(days=2)
    page = graph.message_list(None, since=since, before=before, page_size=7)
    pages: list[ListPage] = [page]
    while pages[-1].next_link:
        pages.append(graph.message_list(None, link=pages[-1].next_link, page_size=7))

    received = [envelope.received_at or EVER for page in pages for envelope in page.envelopes]
    assert received == sorted(received, reverse=True)
    assert since <= received[-1] <= received[0] < before
    assert all(len(page.envelopes) <= 7 for page in pages)


def test_headers_come_first_and_bodies_as_text(tenant, graph):
    copy_id = deliver(tenant, text="Two lines\nof text", subject="Offer")

    headers = graph.fetch_headers([copy_id])[copy_id]
    body = graph.fetch_bodies([copy_id])[copy_id]

    assert headers.headers.get("subject") == "Offer"
    assert headers.thread_index
    assert headers.body == ""
    assert (body.body.replace("\r", ""), body.is_html, body.headers) == ("Two lines\nof text", False, Headers())


def test_an_envelope_is_found_by_its_id_and_by_its_message_id(tenant, graph):
    told = tenant.control.deliver(from_="jane@globex.example", to=[RITA], subject="O'Hara's offer")
    copy_id = told["copies"][0]["immutable_id"]

    by_id = graph.fetch_envelopes([copy_id])[copy_id]
    found = graph.find_by_message_id(told["internet_message_id"])

    assert by_id.subject == "O'Hara's offer"
    assert found == [by_id]
    assert graph.find_by_message_id("<nobody'sent@this.example>") == []


def test_an_id_that_is_gone_or_nonsense_fails_alone(tenant, graph):
    kept, gone = deliver(tenant), deliver(tenant)
    tenant.control.delete(RITA, gone, hard=True)

    found = graph.fetch_bodies([kept, gone, "no id at all+="])

    assert found[kept].copy_id == kept
    assert isinstance(found[gone], ItemGone)
    assert isinstance(found["no id at all+="], ItemUnreadable)


def test_a_read_flag_alone_is_no_change_and_a_partial_row_is_told_apart(tenant, graph):
    inbox = inbox_of(graph)
    copy_id = deliver(tenant)
    link = whole_round(graph, inbox)[-1].delta_link
    tenant.control.set_read(RITA, copy_id, is_read=True)

    page = graph.message_delta(inbox, link=link)

    assert copy_id not in {envelope.copy_id for envelope in page.envelopes}


FAULTS = [
    ("throttle_429", {"retry_after": 9}, Throttled),
    ("empty_503", {}, Unavailable),
    ("empty_503", {"retry_after": 5}, Unavailable),
    ("504", {}, Unavailable),
    ("truncated_json", {}, Unavailable),
    ("mailbox_not_enabled", {}, MailboxUnavailable),
    ("sync_state_gone", {}, CursorExpired),
    ("sync_state_gone", {"with_location": True}, CursorExpired),
    ("sync_state_gone", {"code": "ResyncRequired"}, CursorExpired),
    ("sync_state_gone", {"code": "SyncStateInvalid", "status": 400}, CursorExpired),
    ("claims_challenge", {"count": -1}, ReauthenticationNeeded),
    ("status", {"status": 404, "code": "ErrorSyncFolderNotFound"}, FolderGone),
    ("status", {"status": 500, "code": "UnknownError"}, Unavailable),
    ("status", {"status": 403, "code": "ErrorAccessDenied", "count": -1}, ConsentRevoked),
    ("status", {"status": 403, "message": "Access to OData is disabled: [RAOP]", "count": -1}, Blocked),
    ("status", {"status": 302, "headers": {"Location": "https://evil.example/"}}, Unavailable),
]


@pytest.mark.parametrize(("kind", "arguments", "leaf"), FAULTS)
def test_every_fault_of_graph_is_the_error_that_says_what_follows(tenant, graph, kind, arguments, leaf):
    inbox = inbox_of(graph)
    link = whole_round(graph, inbox)[-1].delta_link
    tenant.control.fault(kind, path="/messages/delta", **arguments)

    with pytest.raises(OutsideError) as raised:
        graph.message_delta(inbox, link=link)

    assert type(raised.value) is leaf
    if "retry_after" in arguments:
        assert isinstance(raised.value, Retryable)
        assert raised.value.retry_after == arguments["retry_after"]


WITHIN_A_BATCH = [fault for fault in FAULTS if fault[0] != "truncated_json"]
"""A part of a batch is not cut short by itself."""


@pytest.mark.parametrize(("kind", "arguments", "leaf"), WITHIN_A_BATCH)
def test_the_same_fault_within_a_batch_stays_with_its_folder(tenant, graph, kind, arguments, leaf):
    inbox, sent = inbox_of(graph), next(folder.id for folder in graph.folders() if folder.well_known == "sentitems")
    links = {folder: whole_round(graph, folder)[-1].delta_link for folder in (inbox, sent)}
    tenant.control.fault(kind, path=f"{inbox}.*/messages/delta", **arguments)

    pages = graph.delta_batch(links).folders

    assert type(pages[inbox]) is leaf
    assert isinstance(pages[sent], DeltaPage)


def test_a_claims_challenge_is_carried_to_the_next_sign_in(tenant, graph):
    tenant.control.fault("claims_challenge", count=-1)

    with pytest.raises(ReauthenticationNeeded) as raised:
        graph.me()

    assert raised.value.claims.startswith("{")


def test_a_next_link_to_a_foreign_host_never_gets_the_token(tenant, graph):
    inbox = inbox_of(graph)
    tenant.control.fault("foreign_next_link", path="/messages/delta")
    page = graph.message_delta(inbox, since=EVER, page_size=5)

    with pytest.raises(ForeignLink):
        graph.message_delta(inbox, link=page.next_link, page_size=5)


def test_a_dropped_connection_is_repeated_once_unnoticed_and_then_told(tenant, graph):
    tenant.control.fault("drop_connection", path=r"^/me\b(?!/)")
    assert graph.me().addresses

    tenant.control.fault("drop_connection", path=r"^/me\b(?!/)", count=-1)
    with pytest.raises(Unavailable):
        graph.me()


def test_an_expired_token_is_refreshed_without_anybody_noticing(tenant, graph):
    tenant.control.expire_access_tokens(RITA)

    assert graph.me().addresses
    assert MicrosoftConnection.objects.get().state == ConnectionState.CONNECTED


def test_a_token_may_expire_between_two_batches_and_again(tenant, graph):
    copy_id = deliver(tenant)
    for _ in range(2):
        tenant.control.expire_access_tokens(RITA)
        assert graph.fetch_headers([copy_id])[copy_id].copy_id == copy_id


@pytest.mark.parametrize(
    ("break_it", "state"),
    [
        (lambda control: control.revoke(RITA), ConnectionState.NEEDS_SIGN_IN),
        (lambda control: control.withdraw_consent(), ConnectionState.NEEDS_CONSENT),
        (lambda control: control.disable_user(RITA), ConnectionState.USER_DISABLED),
        (lambda control: control.remove_app(), ConnectionState.NEEDS_ADMIN),
    ],
    ids=["revoked", "withdrawn", "disabled", "removed"],
)
def test_what_ends_at_the_identity_platform_ends_here_with_its_state(tenant, graph, break_it, state):
    tenant.control.advance(2)
    break_it(tenant.control)
    tenant.control.expire_access_tokens(RITA)

    with pytest.raises(ConnectionLost) as raised:
        graph.me()

    assert connection_state_of(raised.value) == state
    assert MicrosoftConnection.objects.get().state == state


def test_a_mailbox_without_exchange_online_is_unavailable_from_the_first_look_at_its_folders(tenant, graph):
    tenant.control.set_mailbox(RITA, enabled=False)

    with pytest.raises(MailboxUnavailable):
        graph.folders()


def test_folders_are_not_guessed_when_one_of_their_names_cannot_be_resolved(tenant, graph):
    tenant.control.fault("batch_item", path="/mailFolders/drafts", status=503)

    with pytest.raises(Unavailable):
        graph.folders()


def test_a_folder_that_vanished_is_told_as_gone(tenant, graph):
    made = tenant.control.create_folder(RITA, "Short-lived", "inbox")["id"]
    link = whole_round(graph, made)[-1].delta_link
    tenant.control.remove_folder(RITA, made)

    with pytest.raises(FolderGone):
        graph.message_delta(made, since=EVER)
    with pytest.raises((FolderGone, CursorExpired)):
        graph.message_delta(made, link=link)


def test_a_mailbox_whose_owner_never_connected_asks_to_connect(db, carol):
    with pytest.raises(ReauthenticationNeeded, match="not_connected"):
        graph_client_for(MailboxFactory(user=carol))
