"""What recurs at the edges of kept mail is folded, and no word of an author is."""

from typing import Any

import pytest

from tests.support.learning import SAID, Kept, split, taught_by
from timeline.domain.learning import FEWEST_BANNERED, FEWEST_MAILS

BANNER = "CAUTION: this email came from outside Acme.\nDo not open attachments unless you know the sender."
FOOTER = "Scanned for viruses by the mail gateway of Acme AB."
SIGNATURE = "Jane Doe\nHead of Purchasing\nGlobex GmbH\n+49 30 123456"
DISCLAIMER = (
    "This message belongs to whom it is addressed to. Whoever gets it by mistake is asked to tell us, to delete it and"
    " to keep to themselves what it says."
)
PEOPLE = (
    ("Jane Doe", "jane@globex.example"),
    ("Ola Berg", "ola@initech.example"),
    ("Kim Roe", "kim@umbrella.example"),
)


def letter(said, *, head="", foot="", **whose):
    return Kept("\n\n".join(part for part in (head, f"Hi Rita,\n\n{said}", foot) if part), **whose)


def of_many(said=SAID, **around):
    return [
        letter(each, name=PEOPLE[number % 3][0], address=PEOPLE[number % 3][1], **around)
        for number, each in enumerate(said)
    ]


def test_a_banner_is_folded_in_the_next_mail_of_anybody():
    learned = taught_by(of_many(head=BANNER, foot=FOOTER))
    reply = split(letter("Ring me today.", head=BANNER, foot=FOOTER, name="New", address="new@sirius.example"), learned)
    assert reply.new_text == "Hi Rita,\n\nRing me today."
    assert BANNER in reply.signature
    assert FOOTER in reply.signature


@pytest.mark.parametrize("mails", [of_many(SAID[: FEWEST_BANNERED - 1], head=BANNER)])
def test_fewer_than_five_mails_teach_no_banner(mails):
    assert not taught_by(mails).by_scope


def test_two_domains_teach_no_banner():
    mails = [letter(said, head=BANNER, address=f"jane@{'ab'[number % 2]}.example") for number, said in enumerate(SAID)]
    assert not taught_by(mails).by_scope


def test_the_same_mail_again_and_again_teaches_nothing():
    mails = of_many(SAID[:1] * 9, head=BANNER, foot=SIGNATURE)
    assert not taught_by(mails).by_scope


def test_what_goes_out_has_no_banner():
    learned = taught_by(of_many(head=BANNER))
    ours = letter("We agree to your terms.", head=BANNER, name="Rita", address="rita@acme.example", is_inbound=False)
    assert BANNER in split(ours, learned).new_text


def test_a_signature_is_folded_in_the_next_mail_of_its_sender_alone():
    learned = taught_by([letter(said, foot=SIGNATURE) for said in SAID[:FEWEST_MAILS]])
    assert split(letter("Ring me today.", foot=SIGNATURE), learned).new_text == "Hi Rita,\n\nRing me today."
    other = letter("Ring me today.", foot=SIGNATURE, address="jane@initech.example")
    assert SIGNATURE in split(other, learned).new_text


def test_three_mails_teach_no_signature():
    assert not taught_by([letter(said, foot=SIGNATURE) for said in SAID[: FEWEST_MAILS - 1]]).by_scope


def test_a_companys_disclaimer_is_learned_of_two_of_its_people():
    foots = [f"{name}\n\n{DISCLAIMER}" for name in ("Jane Doe", "Max Roe")]
    mails = [
        letter(said, foot=foots[number % 2], name=foots[number % 2][:8], address=f"{number % 2}@globex.example")
        for number, said in enumerate(SAID[:4])
    ]
    learned = taught_by(mails)
    third = letter("Ring me today.", foot=f"Eve Poe\n\n{DISCLAIMER}", name="Eve Poe", address="eve@globex.example")
    assert split(third, learned).new_text == "Hi Rita,\n\nRing me today.\n\nEve Poe"
    elsewhere = letter("Ring me today.", foot=DISCLAIMER, name="Eve Poe", address="eve@initech.example")
    assert DISCLAIMER in split(elsewhere, learned).new_text


def test_who_shares_a_mail_provider_shares_no_company():
    mails = [letter(said, foot=DISCLAIMER, address=f"{number}@gmail.com") for number, said in enumerate(SAID)]
    assert not taught_by(mails).by_scope


@pytest.mark.parametrize(
    "recurring",
    [
        "See attached offer.",
        "Please see the attached offer and let me know.",
        "Looking forward to hearing from you soon.",
        "Payment terms: 30 days net",
        "Total: 12,000 EUR",
        "- Signed NDA\n- Payment terms",
    ],
)
def test_a_reps_own_words_above_the_name_stay_however_often_they_recur(recurring):
    whose: dict[str, Any] = {"name": "Rita Lindqvist", "address": "rita@acme.example", "is_inbound": False}
    foot = f"{recurring}\n\nBest regards,\nRita Lindqvist\nAcme AB\n+46 8 123456"
    mails = [letter(said, foot=foot, **whose) for said in SAID]
    learned = taught_by(mails)
    assert recurring in split(letter("Ring me today.", foot=foot, **whose), learned).new_text
    alone = Kept(foot, **whose)
    assert recurring in split(alone, learned).new_text


def test_a_postscript_that_recurs_now_and_then_stays():
    mails = [letter(said, foot=SIGNATURE) for said in SAID * 3]
    mails = [
        Kept(f"{mail.text} {number}" if number % 4 else f"{mail.text}\nPS: see the attached offer as well.")
        for number, mail in enumerate(mails)
    ]
    assert "attached offer" in split(mails[0], taught_by(mails)).new_text


@pytest.mark.parametrize("asked", ["Shall we talk on Monday about the price?", "お電話してもよろしいでしょうか？"])
def test_a_question_is_never_learned(asked):
    learned = taught_by([*of_many(head=asked), *of_many(foot=f"Jane Doe\n{asked}")])
    for mail in (letter("Ring me today.", head=asked), letter("Ring me today.", foot=f"Jane Doe\n{asked}")):
        assert asked in split(mail, learned).new_text


def test_a_mails_only_words_stay():
    learned = taught_by(of_many(head=BANNER, foot=SIGNATURE))
    for text in (BANNER, SIGNATURE):
        assert split(Kept(text), learned).new_text == text
    assert split(Kept(f"{BANNER}\n\n{SIGNATURE}"), learned).new_text.endswith(SIGNATURE)


def test_greetings_that_everybody_begins_with_stay():
    learned = taught_by(of_many(head=BANNER))
    assert split(letter("Ring me.", head=BANNER), learned).new_text.startswith("Hi Rita,")


def test_a_phrase_that_people_begin_with_now_and_then_stays():
    phrase = "I hope that this email finds you well."
    mails = [
        letter(f"{said} {number}", head=phrase if number % 3 == 0 else "", address=f"p{number}@c{number % 9}.example")
        for number, said in enumerate(SAID * 6)
    ]
    assert phrase in split(letter("Ring me.", head=phrase), taught_by(mails)).new_text
