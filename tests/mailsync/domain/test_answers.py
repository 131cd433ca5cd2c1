"""What a quoted block holds beyond the quoted mail's words is its author's: above, between and below, in any client."""

import textwrap

import pytest

from benchmarks.quality.made import LANGUAGES
from mailsync.domain.replies import split_reply
from tests.support.growth import MOST_GROWTH, growth, repeated
from timeline.domain.quoting import ParentWords, beside

PARENT = (
    "Hello Mary,\n\nCan you deliver the twelve pumps to Hamburg in the second week of May as we discussed?\n\n"
    "What about the price of the spare parts?\n\nIs Jane in?\n\nBest regards\nRita"
)
FIELDS = "From: Rita <rita@acme.example>\nSent: Monday, 2 November 2026 10:00\nTo: Mary\nSubject: Pumps"
INTRODUCTION = "On Mon, 2 Nov 2026 at 10:00, Rita <rita@acme.example> wrote:"
ANSWERS = ("Yes, by the twelfth.", "No", "She is on leave, Bob stands in for her until June.")


def new_text(text, parent=PARENT):
    return split_reply(text, is_answer=True, parent=ParentWords(parent)).new_text


def answered(quote, mark="", answers=ANSWERS):
    """The parent quoted, an answer below each of its questions."""
    left = iter(answers)
    lines = []
    for paragraph in quote.split("\n\n"):
        lines += [f"{mark}{line}" for line in paragraph.split("\n")]
        lines += [f"{mark}{next(left)}"] if "?" in paragraph else []
        lines += [mark.strip()]
    return "\n".join(lines)


@pytest.mark.parametrize("mark", ["", "> ", ">"])
@pytest.mark.parametrize(
    "heading", [INTRODUCTION, FIELDS, f"{'_' * 32}\n{FIELDS}", "-----Original Message-----\n" + FIELDS]
)
@pytest.mark.parametrize("width", [0, 72, 40])
def test_answers_between_are_the_authors_whatever_the_client(mark, heading, width):
    quote = PARENT
    if width:
        quote = (
            "\n\n".join("\n".join(textwrap.wrap(each, width)) for each in PARENT.split("\n\n")[:-1])
            + "\n\nBest regards\nRita"
        )
    text = f"See below.\n\n{heading}\n\n{answered(quote, mark)}"
    assert new_text(text).split("\n\n") == ["See below.", *ANSWERS]


@pytest.mark.parametrize("said", LANGUAGES.values(), ids=LANGUAGES)
def test_in_every_language(said):
    parent = f"{said.question}\n\n{said.head}\n{said.items[0]}\n{said.items[1]}"
    answered = parent.replace(said.question, f"{said.question}\n{said.message}")
    text = f"{FIELDS}\n\n{answered}\n\n{said.items[2]}"
    assert new_text(text, parent).split("\n\n") == [said.message, said.items[2]]


def test_an_answer_above_and_below_the_quote_is_kept():
    text = f"{FIELDS}\n\nTop answer here.\n\n{PARENT}\n\nAnd one below it."
    assert new_text(text) == "Top answer here.\n\nAnd one below it."


def test_a_quote_without_answers_stays_one():
    for heading in (INTRODUCTION, FIELDS):
        assert new_text(f"Fine.\n\n{heading}\n\n{PARENT}") == "Fine."
        assert new_text(f"Fine.\n\n{heading}\n" + "\n".join(f"> {line}" for line in PARENT.split("\n"))) == "Fine."


def test_a_second_yes_is_an_answer():
    parent = "Do you agree to the first?\nYes\nDo you agree to the second one?"
    assert new_text(f"{FIELDS}\n\n{parent}\nYes", parent) == "Yes"


def test_what_the_parent_did_not_quote_is_nobodys_answer():
    older = "From: Bob <bob@x.example>\nSent: 1 November 2026 09:00\nTo: Rita\nSubject: Pumps\n\nWords of Bob."
    assert new_text(f"Fine.\n\n{FIELDS}\n\n{PARENT}\n\n{older}") == "Fine."
    deeper = "\n".join(f"> {line}" for line in PARENT.split("\n"))
    assert new_text(f"Fine.\n\n{INTRODUCTION}\n{deeper}\n> > Words of Bob.\n> > More of them.") == "Fine."


def test_a_quote_of_another_mail_changes_nothing():
    assert new_text(f"Fine.\n\n{FIELDS}\n\nQuite other words that stand nowhere.\n\nAnd more.") == "Fine."


@pytest.mark.parametrize(
    "piece", ["Can you deliver ", "Yes\n", "> a b c d\n", "a ", f"{FIELDS}\n\n", "On Mon, 2 Nov x@y.z wrote:\n"]
)
def test_telling_answers_apart_takes_linear_work(piece):
    parent = ParentWords(piece * 2_000)

    def run(text):
        split_reply(text, is_answer=True, parent=parent)
        ParentWords(text).known(text.split("\n"))

    works = growth(run, repeated(piece, lead=f"{FIELDS}\n\n{PARENT}\n"), 3_000)
    assert works[2] < works[0] * MOST_GROWTH


def test_beside_the_authors_words_stands_the_rest():
    assert beside("Yes.\n--\nMary\n> Old\n> No.\nYes.", "Yes.\nNo.") == ["--", "Mary", "> Old", "Yes."]
