from datetime import UTC, datetime

import pytest

from core.http.errors import Unavailable
from mailsync.domain.envelope import MailAddress
from mailsync.domain.headers import Headers
from mailsync.graph import parse
from mailsync.graph.parse import (
    parse_body,
    parse_delta_page,
    parse_envelope,
    parse_headers,
    parse_list_page,
    parse_person,
    parse_time,
)
from mailsync.graph.schema import InternetMessageHeader

LINK = "https://graph.microsoft.com/v1.0/me/messages/delta?$deltatoken=x"


def message(**changes):
    whole = {
        "@odata.type": "#microsoft.graph.message",
        "id": "AAkALgA=",
        "internetMessageId": "<1@x.example>",
        "subject": "Hello",
        "from": {"emailAddress": {"name": "Jane", "address": "Jane@X.example"}},
        "sender": {"emailAddress": {"name": "Jane", "address": "jane@x.example"}},
        "toRecipients": [{"emailAddress": {"name": "Rita", "address": "rita@acme.example"}}],
        "ccRecipients": [],
        "receivedDateTime": "2026-11-20T10:00:05Z",
        "sentDateTime": "2026-11-20T10:00:00Z",
        "parentFolderId": "F1",
        "isDraft": False,
    }
    return {name: value for name, value in (whole | changes).items() if value is not ...}


def delta(*rows):
    return parse_delta_page({"value": list(rows), "@odata.deltaLink": LINK})


def test_an_envelope_is_read_with_its_addresses_in_their_normal_form():
    envelope = delta(message()).envelopes[0]

    assert envelope.from_ == MailAddress("Jane", "jane@x.example")
    assert envelope.to == (MailAddress("Rita", "rita@acme.example"),)
    assert envelope.received_at == datetime(2026, 11, 20, 10, 0, 5, tzinfo=UTC)
    assert (envelope.copy_id, envelope.folder_id, envelope.item_type) == ("AAkALgA=", "F1", "")


def test_ids_that_differ_in_case_alone_are_two_mails():
    page = delta(message(id="AAkA"), message(id="AAka"))

    assert [envelope.copy_id for envelope in page.envelopes] == ["AAkA", "AAka"]


def test_a_row_with_only_a_changed_flag_is_partial_and_no_envelope():
    page = delta({"id": "A", "isRead": True, "parentFolderId": "F1"})

    assert (page.envelopes, page.partial_ids) == ((), ("A",))


@pytest.mark.parametrize("reason", ["deleted", "changed"])
def test_a_removed_row_is_neither_envelope_nor_partial(reason):
    page = delta({"id": "A", "@removed": {"reason": reason}})

    assert (page.envelopes, page.partial_ids, page.removed_ids) == ((), (), ("A",))


def test_null_is_not_missing():
    envelope = delta(message(subject=None, internetMessageId=None, sentDateTime=None, isDraft=None)).envelopes[0]

    assert (envelope.subject, envelope.internet_message_id, envelope.sent_at, envelope.is_draft) == (
        "",
        None,
        None,
        False,
    )


def test_a_mail_without_a_from_is_still_a_mail():
    envelope = delta(message(**{"from": ..., "sender": ...})).envelopes[0]

    assert envelope.from_ is None
    assert envelope.sender is None


@pytest.mark.parametrize(
    "recipient",
    [None, {}, {"emailAddress": None}, {"emailAddress": {"name": "Team"}}, {"emailAddress": {"address": "/O=EX/CN=X"}}],
)
def test_a_recipient_without_an_address_is_left_out(recipient):
    assert delta(message(toRecipients=[recipient])).envelopes[0].to == ()


EXCHANGE_NAME = "/O=ACME/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=0A1B-CAROL"


def named(address):
    return {"emailAddress": {"name": "Carol", "address": address}}


def test_exchange_names_in_to_and_cc_are_counted_once_each():
    rita, carol, dave = named("rita@acme.example"), named(EXCHANGE_NAME), named("/o=acme/cn=dave")
    read = parse_envelope(message(toRecipients=[rita, carol, named("nonsense"), None], ccRecipients=[dave, carol]))
    assert (len(read.to), read.cc, read.exchange_names) == (1, (), 2)
    assert parse_envelope(message()).exchange_names == 0


@pytest.mark.parametrize(
    ("author", "sender", "expected"),
    [
        (EXCHANGE_NAME, EXCHANGE_NAME.lower(), True),
        (EXCHANGE_NAME, None, True),
        (EXCHANGE_NAME, "bob@acme.example", False),
        (EXCHANGE_NAME, "/O=ACME/CN=BOB", False),
        ("jane@x.example", EXCHANGE_NAME, False),
        ("nonsense", "nonsense", False),
    ],
)
def test_a_from_that_is_an_exchange_name_is_told_where_nobody_else_sent_it(author, sender, expected):
    read = parse_envelope(message(**{"from": named(author), "sender": named(sender) if sender else None}))
    assert read.is_from_exchange_name is expected
    assert not expected or (read.from_, read.sender) == (None, None)


def test_a_meeting_answer_keeps_its_type():
    kind = "#microsoft.graph.eventMessageResponse"

    assert delta(message(**{"@odata.type": kind})).envelopes[0].item_type == kind


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"value": []},
        {"value": None, "@odata.deltaLink": LINK},
        {"value": [], "@odata.deltaLink": LINK, "@odata.nextLink": LINK},
        {"value": [{"error": {"code": "ErrorInvalidIdMalformed"}}], "@odata.deltaLink": LINK},
        {"value": ["text"], "@odata.deltaLink": LINK},
        {"value": [{"id": None}], "@odata.deltaLink": LINK},
    ],
)
def test_a_page_that_is_not_whole_is_asked_for_again_and_not_half_believed(page):
    with pytest.raises(Unavailable):
        parse_delta_page(page)


def test_a_listing_ends_where_no_link_follows():
    assert parse_list_page({"value": [message()]}).next_link == ""
    assert parse_list_page({"value": [], "@odata.nextLink": LINK}).next_link == LINK


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2018-09-09T03:15:08Z", datetime(2018, 9, 9, 3, 15, 8, tzinfo=UTC)),
        ("2018-09-09T03:15:08.1234567Z", datetime(2018, 9, 9, 3, 15, 8, 123456, tzinfo=UTC)),
        ("2018-09-09T05:15:08+02:00", datetime(2018, 9, 9, 3, 15, 8, tzinfo=UTC)),
        ("2018-09-09T03:15:08", datetime(2018, 9, 9, 3, 15, 8, tzinfo=UTC)),
        ("0001-01-01T00:00:00+02:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_utc_and_nonsense_is_none(text, moment):
    assert parse_time(text) == moment


def test_sent_mail_has_no_headers_and_that_is_fine():
    content = parse_headers({"id": "A", "conversationIndex": "AdX="})

    assert (content.headers, content.thread_index) == (Headers(), "AdX=")


def test_headers_keep_their_order_and_repetitions():
    raw: list[InternetMessageHeader] = [
        {"name": "Received", "value": "a"},
        {"name": "Received", "value": "b"},
        {"name": "X"},
    ]

    headers = parse_headers({"id": "A", "internetMessageHeaders": raw}).headers

    assert (headers.all("received"), headers.all("x")) == (("a", "b"), ("",))


@pytest.mark.parametrize(
    ("body", "text", "is_html"),
    [
        ({"contentType": "text", "content": "Hi"}, "Hi", False),
        ({"contentType": "HTML", "content": "<p>Hi"}, "<p>Hi", True),
        ({"contentType": "text", "content": None}, "", False),
        (None, "", False),
    ],
)
def test_a_body_says_what_it_is(body, text, is_html):
    content = parse_body({"id": "A", "body": body})

    assert (content.body, content.is_html) == (text, is_html)


def test_an_envelope_fetched_alone_takes_what_there_is():
    assert parse_envelope({"id": "A"}).subject == ""


def test_the_primary_address_comes_first_and_no_address_twice():
    person = parse_person(
        {
            "id": "o",
            "mail": "Rita.L@acme.example",
            "userPrincipalName": "rita@acme.onmicrosoft.example",
            "proxyAddresses": ["smtp:r@acme.example", "SMTP:rita.l@acme.example", "x500:/o=x", "smtp:r@old.example"],
        }
    )

    assert person.addresses == (
        "rita.l@acme.example",
        "r@acme.example",
        "r@old.example",
        "rita@acme.onmicrosoft.example",
    )


def test_an_address_that_stands_in_mail_alone_is_nobodys_own():
    person = parse_person({"id": "o", "mail": "ceo@acme.example", "userPrincipalName": "m@evil.example"})

    assert person.addresses == ("m@evil.example",)


def test_a_person_with_an_endless_name_is_read_and_not_remembered():
    known = parse._remembered.cache_info().currsize
    name = "Jane " * 1_000

    author = {"emailAddress": {"name": name, "address": "jane@globex.example"}}
    read = parse_envelope(message(**{"from": author}, sender=author, toRecipients=[]))

    assert read.from_ == MailAddress(name, "jane@globex.example")
    assert parse._remembered.cache_info().currsize == known
