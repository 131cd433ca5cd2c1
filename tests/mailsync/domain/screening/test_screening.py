"""Which mail is wanted: by who takes part, then by headers, then by what the text gives away."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.directory import Directory, Party
from mailsync.domain.envelope import Candidate, Discard, Envelope, MailAddress, ScreeningPolicy
from mailsync.domain.headers import Headers
from mailsync.domain.screening import (
    RULES,
    Verdict,
    explain,
    screen_envelope,
    screen_headers,
    screen_text,
)
from mailsync.domain.screening.rule import Mail
from mailsync.domain.screening.shape import has_tracking_pixel
from mailsync.domain.vocabulary import Reason
from tests.support.growth import assert_linear, repeated

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
REP = MailAddress("Rep", "rep@acme.example")
JANE = MailAddress("Jane", "jane@globex.example")
STRANGER = MailAddress("", "someone@nowhere.example")
DIRECTORY = Directory(
    people={
        "jane@globex.example": (Party(contact=UUID(int=1)),),
        "rep@acme.example": (Party(contact=UUID(int=2)),),
    },
    account_domains={"globex.example": (UUID(int=3),)},
)
POLICY = ScreeningPolicy(our_addresses=frozenset({"rep@acme.example"}), our_domains=frozenset({"acme.example"}))


def envelope(**fields):
    ordinary = Envelope("g", "inbox", "<a@globex.example>", "Renewal", NOON, NOON, JANE, None, (REP,), ())
    return ordinary._replace(**fields)


def on_envelope(policy=POLICY, **fields):
    verdict = screen_envelope(envelope(**fields), policy, DIRECTORY)
    return verdict.reason if isinstance(verdict, Discard) else None


def on_headers(headers, policy=POLICY, **fields):
    candidate = screen_envelope(envelope(**fields), policy, DIRECTORY)
    assert isinstance(candidate, Candidate)
    verdict = screen_headers(candidate, Headers(headers), policy)
    return verdict.reason if verdict else None


def on_text(text, headers=(), policy=POLICY, body="", **fields):
    candidate = screen_envelope(envelope(**fields), policy, DIRECTORY)
    assert isinstance(candidate, Candidate)
    verdict = screen_text(candidate, Headers(headers), policy, text=text, body=body)
    return verdict.reason if verdict else None


# Who takes part


def test_a_customers_mail_is_a_candidate_with_its_match():
    verdict = screen_envelope(envelope(), POLICY, DIRECTORY)
    assert isinstance(verdict, Candidate)
    assert set(verdict.match.parties) == {"jane@globex.example"}


def test_an_employee_who_stands_in_the_crm_matches_nothing():
    verdict = screen_envelope(envelope(cc=(REP,)), POLICY, DIRECTORY)
    assert isinstance(verdict, Candidate)
    assert "rep@acme.example" not in verdict.match.parties
    assert on_envelope(from_=STRANGER, to=(REP,)) is Reason.NO_CRM_MATCH


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"is_draft": True}, Reason.DRAFT),
        ({"from_": None, "sender": None}, Reason.MALFORMED),
        ({"sent_at": None, "received_at": None}, Reason.MALFORMED),
        ({"from_": MailAddress("", "bob@eu.acme.example")}, Reason.INTERNAL),
        ({"from_": STRANGER}, Reason.NO_CRM_MATCH),
        ({"item_type": "#microsoft.graph.eventMessageResponse"}, Reason.CALENDAR),
        ({"item_type": "#microsoft.graph.eventMessageRequest"}, Reason.CALENDAR),
        ({"from_": None, "sender": JANE}, None),
        ({"sent_at": None}, None),
        ({"subject": ""}, None),
        ({"from_": MailAddress("", "anybody@mail.globex.example")}, None),
        ({"from_": REP, "to": (JANE,)}, None),
        ({"from_": STRANGER, "cc": (JANE,)}, None),
    ],
)
def test_the_envelope_decides_who_takes_part(fields, reason):
    assert on_envelope(**fields) is reason


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ({"never_import_domains": frozenset({"globex.example"})}, Reason.NEVER_IMPORT),
        ({"never_import_addresses": frozenset({"jane@globex.example"})}, Reason.NEVER_IMPORT),
        ({"excluded_domains": frozenset({"globex.example"})}, Reason.EXCLUDED),
        ({"excluded_addresses": frozenset({"jane@globex.example"})}, Reason.EXCLUDED),
        ({"subject_words": frozenset({"renewal"})}, Reason.EXCLUDED),
        ({"subject_words": frozenset({"new"})}, None),
        ({"subject_words": frozenset({"  "})}, None),
        ({"since": NOON + timedelta(seconds=1)}, Reason.TOO_OLD),
        ({"since": NOON}, None),
    ],
)
def test_what_is_kept_out_by_choice(policy, reason):
    assert on_envelope(replace(POLICY, **policy)) is reason


def test_never_import_comes_before_internal_and_covers_tagged_addresses():
    policy = replace(POLICY, never_import_addresses=frozenset({"lawyer@acme.example"}))
    tagged = MailAddress("", "lawyer+case7@acme.example")
    assert on_envelope(policy, from_=tagged) is Reason.NEVER_IMPORT


def test_a_subject_word_in_a_script_without_spaces_is_found_anywhere():
    policy = replace(POLICY, subject_words=frozenset({"契約"}))
    assert on_envelope(policy, subject="新契約書について") is Reason.EXCLUDED


# Headers

FROM_OUTLOOK = (("X-Mailer", "Microsoft Outlook 16.0"), ("Thread-Index", "AdqX"), ("Accept-Language", "en-US"))
FROM_GMAIL = (
    ("Message-ID", "<CAF=x@mail.gmail.com>"),
    ("MIME-Version", "1.0"),
    ("Return-Path", "<jane@globex.example>"),
)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        FROM_OUTLOOK,
        FROM_GMAIL,
        (("In-Reply-To", "<a@acme.example>"), ("References", "<a@acme.example>")),
        (("Auto-Submitted", "no"),),
        (("Precedence", "first-class"),),
        (("X-Auto-Response-Suppress", "DR, RN, NRN"),),
        (("Sensitivity", "Normal"),),
        (("Return-Path", "<bounces+SRS=abc=xy@acme.onmicrosoft.example>"),),
        (("X-Microsoft-Antispam", "BCL:0;"), ("X-Forefront-Antispam-Report", "CIP:192.0.2.1;CAT:NONE;SFV:NSPM")),
    ],
)
@pytest.mark.parametrize("local", ["jane", "info", "team", "sales", "support", "hello", "billing"])
def test_a_customers_own_mail_is_kept_whatever_role_it_is_written_from(headers, local):
    assert on_headers(headers, from_=MailAddress("", f"{local}@globex.example")) is None


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([("List-Unsubscribe", "<mailto:x@y.example>")], Reason.BULK),
        ([("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")], Reason.BULK),
        ([("List-ID", "News <news.globex.example>")], Reason.BULK),
        ([("Precedence", "bulk")], Reason.BULK),
        ([("precedence", "List")], Reason.BULK),
        ([("X-MC-User", "abc")], Reason.BULK),
        ([("X-Mailgun-Campaign-Id", "abc")], Reason.BULK),
        ([("X-Microsoft-Antispam", "BCL:7;PCL:0")], Reason.BULK),
        ([("X-Forefront-Antispam-Report", "CIP:1;CAT:BULK;SFV:BLK")], Reason.BULK),
        ([("Feedback-ID", "1:2:ses"), ("Return-Path", "<010001-abc-000000@amazonses.com>")], Reason.BULK),
        (
            [("X-Mailer", "MailChimp Mailer 1"), ("Return-Path", "<bounce-mc.us1_1-jane=x.example@mail1.mcsv.net>")],
            Reason.BULK,
        ),
        ([("Auto-Submitted", "auto-generated")], Reason.TRANSACTIONAL),
        ([("X-GitHub-Reason", "mention")], Reason.TRANSACTIONAL),
        ([("X-JIRA-FingerPrint", "x")], Reason.TRANSACTIONAL),
        ([("X-Auto-Response-Suppress", "All"), ("X-Mailer", "PHPMailer 6.1")], Reason.TRANSACTIONAL),
        ([("Auto-Submitted", "auto-replied (vacation)")], Reason.AUTO_REPLY),
        ([("X-Autoreply", "yes")], Reason.AUTO_REPLY),
        ([("Precedence", "auto_reply")], Reason.AUTO_REPLY),
        ([("Content-Type", 'multipart/report; report-type="delivery-status"; boundary=x')], Reason.BOUNCE),
        ([("Content-Type", "multipart/report; report-type=disposition-notification")], Reason.BOUNCE),
        ([("X-Failed-Recipients", "jane@globex.example")], Reason.BOUNCE),
        ([("Content-Type", 'text/calendar; method="REPLY"')], Reason.CALENDAR),
        ([("Content-Class", "urn:content-classes:calendarmessage")], Reason.CALENDAR),
        ([("Sensitivity", "Private")], Reason.SENSITIVITY),
        ([("Sensitivity", "Company-Confidential")], Reason.SENSITIVITY),
        ([("Sensitivity", "Personal"), ("List-Id", "<x.y>")], Reason.SENSITIVITY),
    ],
)
def test_headers_tell_what_a_program_sent(headers, reason):
    assert on_headers(headers) is reason


@pytest.mark.parametrize(
    "local",
    [
        "noreply",
        "no-reply",
        "donotreply",
        "do_not_reply",
        "jira-noreply",
        "ne-pas-repondre",
        "nichtantworten",
        "no-responder",
        "naoresponda",
    ],
)
def test_an_address_that_takes_no_reply_is_no_persons(local):
    assert on_headers((), from_=MailAddress("", f"{local}@globex.example")) is Reason.TRANSACTIONAL


@pytest.mark.parametrize("local", ["noreen.playfair", "robot.smith", "arnoreply", "mailer.jones", "updike", "norepeat"])
def test_a_name_that_only_looks_like_a_programs_is_a_persons(local):
    assert on_headers(FROM_OUTLOOK, from_=MailAddress("", f"{local}@globex.example")) is None


SUBJECTS_OF_ABSENCE = """
Automatic reply: Renewal
Automatische Antwort: Angebot
Réponse automatique : Offre
Respuesta automática: Oferta
Resposta automática: Oferta
Risposta automatica: Offerta
Automatisch antwoord: Offerte
Automatyczna odpowiedź: Oferta
Autosvar: Tilbud
Automatiskt svar: Offert
Automaattinen vastaus: Tarjous
Automatická odpověď: Nabídka
Автоматичен отговор: Оферта
Автоматический ответ: Предложение
自動応答: 見積
自动答复: 报价
Out of Office: Renewal
Abwesenheitsnotiz: Angebot
Absence du bureau : offre
Fuera de la oficina: oferta
""".strip().split("\n")


@pytest.mark.parametrize("subject", SUBJECTS_OF_ABSENCE)
def test_an_absence_subject_counts_with_evidence_and_not_alone(subject):
    assert on_headers([("Auto-Submitted", "auto-generated")], subject=subject) is Reason.AUTO_REPLY
    assert (
        on_headers([("X-Auto-Response-Suppress", "All"), ("Return-Path", "<>")], subject=subject) is Reason.AUTO_REPLY
    )
    assert on_headers(FROM_OUTLOOK, subject=subject) is None
    assert on_headers(FROM_OUTLOOK, subject=f"Re: {subject}") is None


SUBJECTS_OF_BOUNCES = """
Undeliverable: Renewal
Undelivered Mail Returned to Sender
Delivery Status Notification (Failure)
failure notice
Mail delivery failed: returning message to sender
Returned mail: see transcript for details
Unzustellbar: Angebot
Non remis : Offre
No se puede entregar: Oferta
Não é possível entregar: Oferta
Non recapitabile: Offerta
Onbestelbaar: Offerte
Nie można dostarczyć: Oferta
Olevererbart: Offert
Kan ikke leveres: Tilbud
Ei voi toimittaa: Tarjous
Nedoručitelné: Nabídka
Недоставлено: Предложение
配信不能: 見積
无法送达: 报价
""".strip().split("\n")


@pytest.mark.parametrize("subject", SUBJECTS_OF_BOUNCES)
def test_a_bounce_subject_counts_with_evidence_and_not_alone(subject):
    daemon = MailAddress("Mail Delivery System", "MAILER-DAEMON@globex.example".lower())
    assert on_headers((), subject=subject, from_=daemon) is Reason.BOUNCE
    assert on_headers([("Return-Path", "<>")], subject=subject) is Reason.BOUNCE
    assert on_headers(FROM_OUTLOOK, subject=subject) is None
    assert on_headers((("In-Reply-To", "<x@y>"), *FROM_OUTLOOK), subject=f"RE: {subject}") is None


OUTLOOKS_OWN = (
    ("In-Reply-To", "<a@acme.example>"),
    ("References", "<a@acme.example>"),
    ("Thread-Index", "AdqX"),
    ("X-MS-Has-Attach", ""),
    ("x-originating-ip", "[192.0.2.1]"),
)


def test_what_exchange_answers_by_itself_is_recognized_although_it_looks_like_outlook():
    absent = [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All"), *OUTLOOKS_OWN]
    assert on_headers(absent, subject="Automatic reply: Renewal") is Reason.AUTO_REPLY
    postmaster = MailAddress("Microsoft Outlook", "postmaster@globex.example")
    failed = [("Auto-Submitted", "auto-replied"), ("Return-Path", "<>"), *OUTLOOKS_OWN]
    assert on_headers(failed, subject="Undeliverable: Renewal", from_=postmaster) is Reason.BOUNCE


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("AUTO: Jane Doe is out of the office (returning 12/07/2026)", "I am out of the office until 12/07/2026."),
        ("Automatic reply: Renewal", "Thank you for your email. I have limited access to email."),
        ("Auto-Reply: Renewal", "We have received your request."),
        ("Abwesenheitsnotiz: Angebot", "Ich bin bis zum 7.12. nicht im Büro."),
    ],
)
def test_an_automatic_reply_without_any_header_shows_by_subject_and_text(subject, text):
    assert on_text(text, [("X-Mailer", "Lotus Notes Release 8.5")], subject=subject) is Reason.AUTO_REPLY


BULK_HEADERS = [
    ("List-Unsubscribe", "<x>"),
    ("Precedence", "bulk"),
    ("Feedback-ID", "x"),
    ("Auto-Submitted", "auto-generated"),
]


def test_our_own_mail_and_a_two_way_conversation_are_never_bulk():
    assert on_headers(BULK_HEADERS, from_=REP, to=(JANE,)) is None
    known = replace(POLICY, correspondents=frozenset({"jane@globex.example"}))
    assert on_headers(BULK_HEADERS, known) is None
    assert on_headers(BULK_HEADERS, known, from_=MailAddress("", "jane+x@globex.example")) is None
    assert on_headers(BULK_HEADERS) is Reason.BULK


def test_our_companys_newsletter_to_a_customer_is_bulk():
    assert on_headers(BULK_HEADERS, from_=MailAddress("", "newsletter@acme.example"), to=(JANE,)) is Reason.BULK


def test_a_customers_mail_to_a_group_of_ours_is_kept():
    headers = [
        ("List-ID", "<sales.acme.example>"),
        ("Precedence", "list"),
        ("List-Unsubscribe", "<mailto:x@acme.example>"),
    ]
    assert on_headers((*headers, *FROM_GMAIL)) is None
    assert on_headers([("List-ID", "<sales.globex.example>"), ("Precedence", "list")]) is Reason.BULK


# Text

NEWSLETTER = """Our autumn news

Special offers await you, order now and save 20 % off.

You are receiving this email because you signed up at globex.example.
To unsubscribe, click here: https://globex.example/u
© 2026 Globex. All rights reserved."""


def test_a_newsletter_without_any_header_shows_by_its_footer():
    assert on_text(NEWSLETTER, [("MIME-Version", "1.0")]) is Reason.BULK


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Hi,\n\nplease unsubscribe Bob from the weekly report, he has left.\n\nJane", None),
        ("Hi,\n\ncould you remove me from the invoice list? Click here is broken.\n\nJane\njane@globex.example", None),
        ("Hi,\n\nwe still want to receive the seats this week.\n\nJane", None),
        ("Hi,\n\nyour mail to bob@globex.example was not delivered, he has a full mailbox. Jane", None),
        ("I am out of the office next week, can we meet on Tuesday instead?\n\nJane", None),
        ("The meeting: when suits you?\n\nJane", None),
        ("As discussed our newsletter will mention you in issue 12.\n\nJane", None),
        ("BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR", Reason.CALENDAR),
        ("When: Monday 10:00\nWhere: Room 1\n\n*~*~*~*~*~*~*~*~*~*\n\n", Reason.CALENDAR),
        ("Reporting-MTA: dns; x\nFinal-Recipient: rfc822; jane@globex.example\nAction: failed", Reason.BOUNCE),
    ],
)
@pytest.mark.parametrize("headers", [FROM_OUTLOOK, FROM_GMAIL])
def test_content_decides_only_where_it_is_plain(text, reason, headers):
    assert on_text(text, headers) is reason


# All rules


def test_the_rules_speak_in_the_order_of_the_reasons():
    order = [rule.reason for rule in RULES]
    on_envelope, on_headers = order[: order.index(Reason.SENSITIVITY)], order[order.index(Reason.SENSITIVITY) :]
    assert on_envelope == sorted(on_envelope, key=list(Reason).index)
    assert on_headers == sorted(on_headers, key=list(Reason).index)


def test_an_explanation_replays_the_real_rules():
    steps = explain(envelope(), Headers([("List-Id", "<x.y.example>")]), POLICY, DIRECTORY)
    assert [step.rule for step in steps] == [rule.name for rule in RULES]
    dropped = [step for step in steps if step.verdict is Verdict.DROPPED]
    assert [step.rule for step in dropped] == ["List and marketing mail"]
    assert "mailing list" in dropped[0].sentence
    assert steps[-1].verdict is Verdict.NOT_REACHED


def test_an_explanation_without_headers_stops_at_the_envelope():
    steps = explain(envelope(), None, POLICY, DIRECTORY)
    assert {step.verdict for step in steps[-6:]} == {Verdict.NOT_REACHED}
    assert steps[0].verdict is Verdict.PASSED
    internal = explain(envelope(from_=REP), None, POLICY, DIRECTORY)
    assert "your organization" in next(step.sentence for step in internal if step.verdict is Verdict.DROPPED)


people = st.none() | st.builds(
    MailAddress,
    st.text(max_size=10),
    st.sampled_from(
        ["jane@globex.example", "rep@acme.example", "mailer-daemon@x.example", "noreply@globex.example", "a@b"]
    ),
)
names = st.sampled_from(
    [
        "List-Id",
        "Precedence",
        "Auto-Submitted",
        "Return-Path",
        "Content-Type",
        "X-Mailer",
        "Received",
        "Sensitivity",
        "X-" + "a" * 40,
    ]
)
envelopes = st.builds(
    Envelope,
    copy_id=st.just("g"),
    folder_id=st.just("f"),
    internet_message_id=st.none() | st.text(max_size=20),
    subject=st.text(max_size=60) | st.sampled_from(SUBJECTS_OF_BOUNCES + SUBJECTS_OF_ABSENCE),
    sent_at=st.none() | st.just(NOON),
    received_at=st.none() | st.just(NOON),
    from_=people,
    sender=people,
    to=st.lists(people.filter(bool), max_size=3).map(tuple),
    cc=st.lists(people.filter(bool), max_size=2).map(tuple),
    is_draft=st.booleans(),
    item_type=st.sampled_from(["", "#microsoft.graph.eventMessage"]),
)


@given(envelopes, st.lists(st.tuples(names, st.text(max_size=60)), max_size=8), st.text(max_size=200))
def test_the_rules_are_total_deterministic_and_agree_with_their_explanation(mail, headers, text):
    verdict = screen_envelope(mail, POLICY, DIRECTORY)
    assert screen_envelope(mail, POLICY, DIRECTORY) == verdict
    steps = explain(mail, Headers(headers), POLICY, DIRECTORY)
    dropped = next((step.rule for step in steps if step.verdict is Verdict.DROPPED), None)
    reason = next((rule.reason for rule in RULES if rule.name == dropped), None)
    if isinstance(verdict, Discard):
        assert verdict.reason is reason
        return
    on_headers_too = screen_headers(verdict, Headers(headers), POLICY)
    assert (on_headers_too.reason if on_headers_too else None) is reason
    if on_headers_too is None:
        screen_text(verdict, Headers(headers), POLICY, text=text, body=text)


@pytest.mark.parametrize(
    ("image", "is_pixel"),
    [
        ('<IMG src="p.gif" width="1" height=1>', True),
        ("<img height='0' alt=x width='0'/>", True),
        ('<img style="width:1px;height: 1px">', True),
        ('<img width="10" height="1">', False),
        ('<img width="1"><img height="1">', False),
    ],
)
def test_an_image_of_one_pixel_is_known_by_both_its_sides(image, is_pixel):
    assert has_tracking_pixel(mail_with(image)) is is_pixel


def test_images_that_never_end_are_looked_at_once():
    assert not has_tracking_pixel(mail_with("<img width=1 " * 15_000))
    assert_linear(lambda html: has_tracking_pixel(mail_with(html)), repeated("<img width=1 "), 50_000)


def mail_with(html):
    candidate = screen_envelope(envelope(), POLICY, DIRECTORY)
    assert isinstance(candidate, Candidate)
    return Mail(candidate.envelope, POLICY, candidate.match, body=html)
