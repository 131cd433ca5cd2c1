"""A tag that a gateway puts in front of a subject is none of it, in every language; any other bracket is."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import timeline.domain.subjects
from timeline.domain.subjects import base_subject, subject_core

ROWS = (Path(timeline.domain.subjects.__file__).parent / "gateway_tags.txt").read_text(encoding="utf-8").splitlines()
WORDS = {kind: words.split() for row in ROWS if not row.startswith("#") for kind, _, words in [row.partition(": ")]}
FORMS = (
    "[{}] ", "[{}]", "[ {} ] ", "[[{}]] ", "({}) ", "{{{}}} ", "<{}> ", "**{}** ", "*** {} *** ", "[{}]: ", "[{}!] ",
    "[{} E-Mail] ", "[E-mail {}] ", "[Caution: {}] ", "[{}_SENDER] ", "{}: ", "{} mail: ",
)  # fmt: skip
OURS = (
    "[PO-1001]", "[sales-list]", "[Globex]", "[External-1001]", "[External audit]", "(mail)", "[Sender]", "[E]",
    "Spam:", "External audit:", "Order", "Purchase", "<b>", "**", "[]", "[external", "external]",
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_tag_is_no_part_of_a_subject_in_any_language(form):
    left = {}
    for word, subject in product(WORDS["outside"], ("{}Renewal", "Re: {}Renewal", "{}Re: Renewal", "{}AW: {}Renewal")):
        for spelled in (word, word.upper(), word.capitalize()):
            tagged = subject.format(*[form.format(spelled)] * 2)
            if subject_core(tagged) != "renewal":
                left[tagged] = subject_core(tagged)
    assert left == {}


@pytest.mark.parametrize("tag", ["[SPAM]", "*** SPAM? ***", "[Possible Spam?]", "[suspected spam]"])
def test_so_is_what_a_filter_suspected(tag):
    assert subject_core(f"{tag} Renewal") == "renewal"


@pytest.mark.parametrize("bracket", OURS)
def test_what_an_author_put_in_front_is_the_subjects(bracket):
    assert subject_core(f"{bracket} Renewal") == f"{bracket} Renewal".casefold() != subject_core("Renewal")


def test_a_tag_alone_is_a_subject():
    assert subject_core("[EXTERNAL]") == "[external]"
    assert base_subject("[EXTERNAL] Re: Renewal") == "[EXTERNAL] Re: Renewal"


@given(st.lists(st.sampled_from([*FORMS, "Re: ", "x", "[", "]", " "]), max_size=12).map("".join))
def test_what_is_left_has_nothing_more_to_come_off(text):
    text = text.replace("{}", "extern")
    assert subject_core(subject_core(text)) == subject_core(text)
