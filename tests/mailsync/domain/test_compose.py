"""What the timeline records of a kept copy."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsync.domain.compose import compose_email, conversation_guid, explain_content
from mailsync.domain.envelope import Candidate, Content, Discard, KeptCopy, MailAddress
from mailsync.domain.headers import Headers
from mailsync.domain.message_ids import parents
from mailsync.domain.screening import Verdict
from mailsync.domain.vocabulary import Reason
from tests.mailsync.domain.composing import JANE, MATCH, NOON, NOW, ORDINARY, POLICY, REP, composed
from tests.support.growth import assert_linear, repeated
from timeline.domain.vocabulary import Direction

BOB = MailAddress("Bob", "bob@acme.example")
GUID = bytes(range(1, 17))


def test_a_mail_is_recorded_as_it_was_sent():
    email = composed(
        [("References", "<r@x>\r\n\t<s@x>"), ("in-reply-to", "<s@x>")],
        "Yes.\n\nOn Mon, 2 Nov 2026 at 10:00, Rep <rep@acme.example> wrote:\n> Tuesday?\n",
    )
    assert email.subject == "Re: Renewal"
    assert email.internet_message_id == "<a@globex.example>"
    assert email.references == ("<r@x>", "<s@x>")
    assert email.in_reply_to == "<s@x>"
    assert email.occurred_at == NOON
    assert email.direction is Direction.INBOUND
    assert email.new_text == "Yes."
    assert "> Tuesday?" in email.text
    assert not email.is_text_cut
    assert email.match == MATCH


@pytest.mark.parametrize(
    ("sent", "received", "occurred"),
    [
        (NOON + timedelta(microseconds=7), NOON + timedelta(hours=1), NOON),
        (None, NOON, NOON),
        (datetime(1970, 1, 1, tzinfo=UTC), NOON, NOON),
        (NOW + timedelta(days=2), NOON, NOON),
        (NOW + timedelta(hours=23), NOON, NOW + timedelta(hours=23)),
        (NOON.astimezone(timezone(timedelta(hours=9))), NOW, NOON),
        (None, None, NOW),
    ],
)
def test_it_occurred_when_it_was_sent_unless_that_is_absurd(sent, received, occurred):
    email = composed(sent_at=sent, received_at=received)
    assert email.occurred_at == occurred
    assert email.occurred_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("author", "sender", "direction"),
    [
        (JANE, None, Direction.INBOUND),
        (REP, None, Direction.OUTBOUND),
        (MailAddress("", "rep+crm@acme.example"), None, Direction.OUTBOUND),
        (MailAddress("", "someone@eu.acme.example"), None, Direction.OUTBOUND),
        (JANE, REP, Direction.INBOUND),
        (None, REP, Direction.OUTBOUND),
    ],
)
def test_it_is_outbound_where_from_is_one_of_ours(author, sender, direction):
    assert composed(from_=author, sender=sender, to=(JANE,)).direction is direction


def test_each_participant_is_named_once_a_role_and_the_sender_only_where_it_differs():
    nameless = MailAddress("", "jane@globex.example")
    email = composed(from_=BOB, sender=REP, to=(nameless, JANE, JANE), cc=(JANE, BOB))
    assert [(person.role, person.address) for person in email.participants] == [
        ("from", "bob@acme.example"),
        ("sender", "rep@acme.example"),
        ("to", "jane@globex.example"),
        ("cc", "jane@globex.example"),
        ("cc", "bob@acme.example"),
    ]
    assert email.participants[2].name == "Jane"
    assert [person.role for person in composed(sender=JANE).participants] == ["from", "to"]


def test_names_and_subjects_are_one_line_and_bounded():
    email = composed(from_=MailAddress("J\r\nBcc: x" + "a" * 400, "jane@globex.example"), subject="A\r\nB\x00C")
    assert email.participants[0].name.startswith("J Bcc: x")
    assert len(email.participants[0].name) == 255
    assert email.subject == "A B C"


def test_a_mail_without_a_message_id_is_keyed_by_its_fingerprint():
    email = composed(internet_message_id=None)
    assert email.internet_message_id is None
    assert email.message_key == composed(internet_message_id="").message_key
    assert email.message_key != composed(internet_message_id=None, subject="Else").message_key
    assert composed(internet_message_id="<A@X>").message_key == composed(internet_message_id="A@x").message_key


@pytest.mark.parametrize(
    ("headers", "references", "nearest"),
    [
        ([], (), None),
        ([("References", "<a@x> <b@x> <a@x>")], ("<a@x>", "<b@x>"), "<b@x>"),
        ([("In-Reply-To", "<c@x>"), ("References", "<a@x> <b@x>")], ("<a@x>", "<b@x>", "<c@x>"), "<c@x>"),
        ([("In-Reply-To", 'Your message of "Monday" <c@x> from jane <j@x>')], ("<c@x>",), "<c@x>"),
        ([("References", "<a@x><b@x>")], ("<a@x>", "<b@x>"), "<b@x>"),
        ([("References", "a@x b@x")], ("<a@x>", "<b@x>"), "<b@x>"),
        ([("References", "garbage"), ("In-Reply-To", "<>")], (), None),
        ([("References", "<own@x> <a@x>"), ("In-Reply-To", "<own@x>")], ("<a@x>",), "<a@x>"),
        ([("REFERENCES", "<a@x>\r\n <b@x>\r\n\t<c@x>")], ("<a@x>", "<b@x>", "<c@x>"), "<c@x>"),
        ([("References", "=?utf-8?q?=3Ca=40x=3E?=")], ("<a@x>",), "<a@x>"),
        ([("References", "=?utf-8?q?=3Ca=40x=3E_=3Cb=40x=3E?=")], ("<a@x>", "<b@x>"), "<b@x>"),
        (
            [("References", "<a@x>\r\n =?us-ascii?Q?=3Clong=2Epart?=\r\n =?us-ascii?Q?=40x=3E?=")],
            ("<a@x>", "<long.part@x>"),
            "<long.part@x>",
        ),
        ([("In-Reply-To", "=?UTF-8?B?PGFAeD4=?=")], ("<a@x>",), "<a@x>"),
        ([("In-Reply-To", "=?UTF-8?Q?<a@x>?=")], ("<a@x>",), "<a@x>"),
        ([("In-Reply-To", "=?iso-8859-1*en?q?=3Ca=40x=3E?=")], ("<a@x>",), "<a@x>"),
        ([("In-Reply-To", "=?no-such-charset?q?=3Ca=40x=3E?=")], (), None),
    ],
)
def test_parents_are_read_from_headers_however_they_are_written(headers, references, nearest):
    assert parents(Headers(headers), "<own@x>") == (references, nearest)


def test_a_thousand_references_keep_the_root_and_the_nearest():
    many = " ".join(f"<{number}@x>" for number in range(1_000))
    references, nearest = parents(Headers([("References", many)]))
    assert len(references) == 500
    assert references[0] == "<0@x>"
    assert nearest == references[-1] == "<999@x>"


def test_the_conversation_index_gives_its_guid():
    index = base64.b64encode(b"\x01" + b"\x00" * 5 + GUID + b"\x05" * 10).decode()
    assert conversation_guid(index) == GUID.hex()
    assert composed(thread_index=index).thread_index == GUID.hex()
    assert composed([("Thread-Index", index)]).thread_index == GUID.hex()


@pytest.mark.parametrize("index", ["", "AdqX", "not base64!", base64.b64encode(bytes(22)).decode(), "é"])
def test_a_broken_conversation_index_gives_nothing(index):
    assert conversation_guid(index) == ""


def test_a_forward_by_its_subject_keeps_what_is_forwarded():
    body = "FYI\n\nFrom: Bob\nSent: 2 November 2026 10:00\nTo: Jane\nSubject: Deal\n\nTuesday?"
    assert composed(subject="WG: Deal", body=body).new_text == body
    assert composed(subject="AW: Deal", body=body).new_text == "FYI"


def test_vs_begins_a_danish_forward_and_a_finnish_answer():
    danish = "Til info\n\nFra: Bob\nSendt: 2. november 2026 10:00\nTil: Jane\nEmne: Deal\n\nTirsdag?"
    assert composed(subject="VS: Deal", body=danish).new_text == danish
    fields = "Lähettäjä: Bob\nLähetetty: maanantai 2. marraskuuta 2026 10.00\nVastaanottaja: Jane\nAihe: Deal"
    assert composed(subject="VS: Deal", body=f"Sopii.\n\n{fields}\n\nTiistai?").new_text == "Sopii."


def test_html_becomes_text_and_a_long_body_says_that_it_was_cut():
    email = composed(body="<p>Hello&nbsp;<b>you</b></p>", is_html=True)
    assert email.text == email.new_text == "Hello you"
    assert composed(body="word " * 100_000).is_text_cut


def test_the_text_may_still_show_a_newsletter():
    body = "News\n\nYou are receiving this email because you subscribed.\nTo unsubscribe click https://x.example/u"
    candidate = Candidate(ORDINARY, MATCH)
    content = Content("g", Headers([("MIME-Version", "1.0")]), body)
    assert compose_email(candidate, content, POLICY, now=NOW) == Discard(Reason.BULK)
    told = explain_content(candidate, content, POLICY)
    assert told.verdict is Verdict.DROPPED
    assert "unsubscribe" in told.sentence
    quoted = replace(content, body="See below.\n\n" + "\n".join(f"> {line}" for line in body.split("\n")))
    assert isinstance(compose_email(candidate, quoted, POLICY, now=NOW), KeptCopy)
    assert explain_content(candidate, quoted, POLICY).verdict is Verdict.PASSED


@given(st.text(max_size=200), st.text(max_size=60), st.booleans())
def test_composing_never_fails_and_lists_everybody(body, text, is_html):
    made = compose_email(
        Candidate(ORDINARY._replace(subject=text, internet_message_id=text), MATCH),
        Content("g", Headers([("References", text), ("In-Reply-To", text)]), body, is_html, text),
        POLICY,
        now=NOW,
    )
    if isinstance(made, KeptCopy):
        assert [each.address for each in made.email.participants] == [JANE.address, REP.address]
        assert made.email.new_text in made.email.text


@pytest.mark.parametrize(
    "piece", ["On On ", "> ", "<div>", "unsubscribe ", "click ", "if you ", "From: a@b.c\n", "a@b.example "]
)
@pytest.mark.parametrize("is_html", [False, True])
def test_a_huge_body_is_composed_in_time_in_proportion_to_its_length(piece, is_html):
    def compose(body):
        compose_email(Candidate(ORDINARY, MATCH), Content("g", Headers(), body, is_html), POLICY, now=NOW)

    assert_linear(compose, repeated(piece, ending=""), 100_000)


@pytest.mark.parametrize("given", ["<rewritten@outlook.example>", "=?utf-8?q?=3Crewritten=40outlook=2Eexample=3E?="])
def test_a_relays_id_and_the_one_it_replaced_are_both_the_mails(given):
    headers = [("X-Microsoft-Original-Message-ID", "<first@globex.example>"), ("References", "<a@x>")]
    email = composed(headers=headers, internet_message_id=given)
    assert email.message_key == composed(internet_message_id="<first@globex.example>").message_key
    assert email.references == ("<rewritten@outlook.example>", "<a@x>")
    assert email.in_reply_to == "<a@x>"


@pytest.mark.parametrize("field", ["", "<>", "garbage", "<1@globex.example>"])
def test_a_relays_field_that_names_nothing_new_changes_nothing(field):
    email = composed(headers=[("X-Microsoft-Original-Message-ID", field)], internet_message_id="<1@globex.example>")
    assert email == composed(internet_message_id="<1@globex.example>")
