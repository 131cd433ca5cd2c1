"""What an author wrote stays the author's, whatever rules, bars, arrows and dashes stand in it."""

import pytest

from benchmarks.quality.made import CLASSES, LANGUAGES, MadeMail
from mailsync.domain.replies import split_reply
from mailsync.domain.text import body_text
from tests.mailsync.domain.composing import composed

RULES = ("_" * 20, "_" * 40, "—", "–", "--", "- -", "– –")


def new_text(text, **known):
    return split_reply(text, **known).new_text


def wrong(mail: MadeMail) -> str:
    text = body_text(mail.text, is_html=mail.is_html).text
    said = new_text(text, is_forwarding=mail.is_forwarding, author=mail.author)
    lost = [line for line in mail.own if line not in said]
    surplus = [line for line in mail.others if line in said]
    return f"{mail.name}: lost {lost}, surplus {surplus}" if lost or surplus else ""


@pytest.mark.parametrize("kind", CLASSES)
def test_every_mail_made_by_rules_is_split_right(kind):
    found = [told for mail in CLASSES[kind]() if (told := wrong(mail))]
    assert len(list(CLASSES[kind]())) >= len(LANGUAGES)
    # One in a hundred may be a signature that stays; no word of an author may go.
    assert len(found) <= (1 if kind == "signatures folded" else 0), found[:5]
    assert not any("lost ['" in told for told in found)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "below",
    [
        "Yes.\n\nMary Poole",
        "We will take the larger plan then\n\nMary",
        "Could you call me?\nMary Poole\n+49 30 123456",
        "Please send it to office@globex.example by Friday.",
        "P.S. The invoice is wrong.",
        "好的，没问题",
    ],
)
def test_what_says_something_below_a_rule_stays(rule, below):
    assert below in new_text(f"Dear Rita, see below\n{rule}\n{below}")


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("warning", [said.warning for said in LANGUAGES.values()], ids=LANGUAGES)
def test_a_name_alone_below_a_warning_is_the_message(rule, warning):
    assert new_text(f"{warning}\n{rule}\nAgreed\n\nMary Poole\n+49 30 123456").endswith("+49 30 123456")


@pytest.mark.parametrize(
    "text",
    [
        "Please sign here:\n____________________\nMary Poole\n+49 30 123456",
        "Basic\n--\n10 seats\nPremium\n--\n20 seats",
        "Agenda:\n\n- Budget\n\n- Berlin",
        "In order of arrival\n\n1. Hamburg\n\n- Bremen",
        "The discount is intended for the individual plan.\n\nThe samples were checked for 3 viruses.",
        "Open points\n\nLegal: our lawyers agree.\n\nConfidentiality: open.",
        "My list\n____________________\n\nPlease unsubscribe Bob from the training.",
        "Compare\n|  A | 1 |\n|  B | 2 |",
        "Steps:\n> one\n> two\n\nDone.",
        "For the new form:\n\nFrom: the sender's name\nTo: the recipient's name\nSent: day\nSubject: topic\n\nThanks",
        "Für das Formular:\n\nVon: Name\nGesendet: Tag\nAn: Name\nBetreff: Thema\n\nDanke",
    ],
)
def test_what_only_resembles_a_signature_or_a_quote_stays(text):
    assert new_text(text) == text


@pytest.mark.parametrize("sign_off", ["- Mary", "– Mary Poole", "— M. P.", "-- Mary", "- Mary van Poole"])
def test_a_sign_off_goes_where_it_can_be_the_authors(sign_off):
    assert new_text(f"It works\n\n{sign_off}") == "It works"
    assert new_text(f"It works\n\n{sign_off}", author="Mary Poole mary@globex.example") == "It works"
    assert new_text(f"It works\n\n{sign_off}\n\nSent from my iPhone") == "It works"


def test_a_name_that_is_not_the_authors_is_no_sign_off():
    text = "Next stop\n\n- Hamburg"
    assert new_text(text, author="Mary Poole mary@globex.example") == text


def test_one_sign_off_goes_and_no_second_line():
    assert new_text("It works\n\nBest\n\n- Mary") == "It works\n\nBest"
    assert new_text("It works\n\n- Anna\n\n- Mary") == "It works\n\n- Anna\n\n- Mary"


def test_a_signature_above_what_is_forwarded_is_folded_and_the_forward_whole():
    text = "See below.\n\n--\nMary Poole\nGlobex\n\n---------- Forwarded message ---------\nHi\n--\nBob"
    reply = split_reply(text)
    assert reply.new_text == "See below.\n\n---------- Forwarded message ---------\nHi\n--\nBob"
    assert "Mary Poole" in reply.signature


TYPED = "To renew\n\n> open the portal\n> click renew\n\nThat is all."
PASTED = (
    "Here is what Bob sent us.\n\nFrom: Bob <bob@initech.example>\nSent: 16 November 2026 10:02\nTo: Mary\n"
    "Subject: Goods\n\nThe goods are missing.\n--\nBob Stone"
)


@pytest.mark.parametrize("text", [TYPED, PASTED])
def test_a_mail_that_answers_nothing_is_its_authors_throughout(text):
    assert composed(subject="Renewal", body=text).new_text == text
    assert composed(subject="[Project] Renewal  2026", body=text).new_text == text


@pytest.mark.parametrize(
    "answer",
    [
        {"subject": "Re: Renewal"},
        {"subject": "[EXTERNAL] AW: Renewal"},
        {"subject": "Renewal", "headers": [("In-Reply-To", "<a@acme.example>")]},
        {"subject": "Renewal", "headers": [("References", "<a@acme.example>")]},
        {"subject": "Renewal", "headers": [("Thread-Index", "AdqXAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]},
    ],
    ids=["subject", "tagged subject", "In-Reply-To", "References", "index"],
)
def test_in_an_answer_the_same_is_quoted(answer):
    assert composed(body=TYPED, **answer).new_text == "To renew\n\nThat is all."
    assert composed(body=PASTED, **answer).new_text == "Here is what Bob sent us."
