"""Programs whose headers tell nothing are known by their sender and words; people who write of the same are kept."""

from dataclasses import replace
from itertools import islice

import pytest

from benchmarks.quality.measures import made_letters
from benchmarks.quality.programs import CLASSES
from mailsync.domain.vocabulary import Reason
from tests.mailsync.domain.screening.whole_mails import ANSWER, GMAIL, JANE, OUTLOOK, POLICY, UNKNOWN, became

WRITTEN_WITH = replace(POLICY, correspondents=frozenset({JANE}))


@pytest.mark.parametrize("is_held_back", [False, True], ids=["made", "held back"])
@pytest.mark.parametrize("kind", CLASSES)
def test_of_what_is_made_in_each_language_programs_are_dropped_and_people_kept(kind, is_held_back):
    make, is_kept, aim = CLASSES[kind]
    tally = made_letters(islice(make(is_held_back=is_held_back), 0, None, 3), is_kept=is_kept)
    assert tally.total > 100
    assert 100 * tally.right >= (100 if is_kept else aim - 1) * tally.total, tally.wrong[:20]


@pytest.mark.parametrize("policy", [POLICY, WRITTEN_WITH], ids=["stranger", "written with"])
@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Automatic reply: Offer", "Ring our switchboard."),
        ("Automatic reply from Jane Doe", "Ring our switchboard."),
        ("Jane Doe is out of the office.", "I will be back on 3 May."),
        ("Out of Office: Offer", "I am out of the office until 3 May. Please contact bob.miller@globex.example."),
        ("Abwesend: Angebot", "Ich bin bis 3.5.2027 abwesend. Bitte wenden Sie sich an Bob Miller, +49 (30) 55-01."),
        ("Izvan ureda: Ponuda", "Izvan ureda sam do 3.5. Za hitne slučajeve kontaktirajte Bob Miller."),
        ("부재 중 자동 회신: 제안", "휴가 중입니다."),
    ],
)
def test_an_automatic_reply_shows_by_its_subject_and_words(subject, text, policy):
    assert became(subject, text, name="Jane Doe", policy=policy) is Reason.AUTO_REPLY


@pytest.mark.parametrize("policy", [POLICY, WRITTEN_WITH], ids=["stranger", "written with"])
@pytest.mark.parametrize("headers", [UNKNOWN, OUTLOOK, GMAIL], ids=["unknown", "outlook", "gmail"])
@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Automatic replies in your product", "Please switch them off for our account.\n\nJane"),
        ("Automatic reply feature", "It is missing in the offer.\n\nJane"),
        ("Out of office message for the portal", "Please add this to the offer.\n\nJane"),
        ("Abwesenheitsnotiz im Portal einrichten", "Bitte richten Sie das für unser Team ein.\n\nJane"),
        ("Out of office: contract", "I'm out of the office until Monday. We accept your offer.\n\nJane"),
        ("Out of office until Monday", "I am out of the office until Monday. The signed contract is with Bob.\n\nJane"),
        ("Away: signature", "I'm away until 3 May, Bob signs. Contact him on 555."),
        ("Vacation", "I am on vacation until 3 May. The purchase order is on its way to you.\n\nJane"),
        ("Annual leave", "I'm on annual leave until Tuesday, then we can sign.\n\nJane"),
        ("Abwesend am Montag", "Ich bin am Montag abwesend; der Anruf ist am Dienstag um 15 Uhr."),
        ("Urlaub", "Ich habe Urlaub bis 4.5., danach unterschreiben wir.\n\nJane"),
        ("Congés", "Je suis en congés jusqu'au 4 mai, nous signerons ensuite.\n\nJane"),
        ("Ferie", "Sono in ferie fino al 4, poi firmiamo il contratto.\n\nJane"),
        ("Отпуск", "Я в отпуске до 4 мая, договор подпишем потом.\n\nJane"),
        ("休暇", "5月4日まで休暇です。契約書は郵送しました。\n\nJane"),
        ("Absence", "Sorry for my absence yesterday. Here is the signed contract.\n\nJane"),
    ],
)
def test_what_people_say_of_an_absence_or_of_automatic_replies_is_theirs(subject, text, headers, policy):
    assert became(subject, text, headers, policy=policy) is None


SHIPPED = "Your order has been shipped and should reach you on 3 May."
ORDERS = "orders@globex.example"


@pytest.mark.parametrize(
    ("author", "name"),
    [
        (ORDERS, "Globex Orders"),
        (ORDERS, ""),
        ("flight-bookings@globex.example", "Globex Air"),
        ("bestellservice@globex.example", "Globex"),
        ("expense-approvals@globex.example", "Globex ERP"),
        ("waitlist2@globex.example", "The Globex Team"),
    ],
)
def test_a_notice_shows_by_its_sender_and_its_words(author, name):
    assert became("Your order 4711", SHIPPED, author=author, name=name) is Reason.TRANSACTIONAL
    assert became("Hello", SHIPPED, author=author, name=name) is None
    assert became("Your order 4711", SHIPPED, author=author, name=name, policy=replace(
        POLICY, correspondents=frozenset({author})
    )) is None  # fmt: skip


def test_an_address_that_people_have_as_well_takes_more():
    listed = f"{SHIPPED}\nOrder: 4711\nTotal: $ 99"
    assert became("Your order 4711", SHIPPED, author="sales@globex.example", name="Globex") is None
    assert became("Your order 4711", listed, author="sales@globex.example", name="Globex") is Reason.TRANSACTIONAL
    assert became("Your order 4711", listed, author="sales@globex.example", name="Bob Miller") is None
    assert became("Your order 4711", listed, name="Jane Doe") is None


@pytest.mark.parametrize(
    "end",
    [
        "\n\nKind regards\nBob Miller",
        "\n\nKind regards,\n\nB. Miller\nGlobex",
        " Kind regards, Bob",
        "\n\nthanks, bob",
        "\n\nBob Miller\nHead of Orders\nGlobex",
        "\n\nMit freundlichen Grüßen\nBrandt",
        "\n\nよろしくお願いいたします\n佐藤",
        "\nI'll ring you then.",
        "\nCall me if a box is missing.",
        "\nWir möchten noch 20 Stück.",
        "\nCan your warehouse take it in before noon?",
        "\nOur delivery note is attached.",
    ],
)
def test_any_sign_of_a_person_makes_it_theirs(end):
    assert became("Your order 4711", f"Hello Rita,\n\n{SHIPPED}{end}", author=ORDERS, name="Globex Orders") is None


def test_an_answer_or_a_mail_client_at_a_desk_is_a_persons():
    for headers in (OUTLOOK, GMAIL, (*UNKNOWN, *ANSWER)):
        assert became("Your order 4711", SHIPPED, headers, author=ORDERS, name="Globex Orders") is None


@pytest.mark.parametrize("header", [("X-Mailer", "PHPMailer 6.8"), ("X-Auto-Response-Suppress", "All")])
def test_a_programs_hand_in_the_headers_weighs_with_the_words(header):
    role = "customerservice@globex.example"
    assert became("Your order 4711", SHIPPED, author=role, name="Globex") is None
    assert became("Your order 4711", SHIPPED, (*UNKNOWN, header), author=role, name="Globex") is Reason.TRANSACTIONAL
    signed = f"{SHIPPED}\n\nKind regards\nBob Miller"
    assert became("Your order 4711", signed, (*UNKNOWN, header), author=role, name="Globex") is None
