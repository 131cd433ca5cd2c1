"""Phrases are found as one regular expression of all of them would find them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsync.domain.phrases import Phrases, alternatives, entries, fold
from mailsync.domain.phrases.plain import ways

FILES = (
    "absence",
    "company_footer",
    "delivery_failure",
    "list_footer",
    "newsletter",
    "no_answer",
    "offer",
    "online_version",
    "unsubscribe",
    "why_received",
)


@pytest.mark.parametrize("name", FILES)
def test_phrases_find_what_all_their_patterns_together_find(name: str) -> None:
    flags = re.IGNORECASE | re.MULTILINE
    phrases, together = Phrases(entries(name), flags), re.compile(alternatives(name), flags)

    @settings(max_examples=40)
    @given(st.data())
    def holds(drawn: st.DataObject) -> None:
        around = st.text(alphabet="aeinors .,:\n", max_size=20)
        pattern = re.compile(drawn.draw(st.sampled_from(entries(name))), flags)
        phrase: str = drawn.draw(st.from_regex(pattern, fullmatch=True))
        text = f"{drawn.draw(around)}{phrase}{drawn.draw(around)}"
        assert phrases.stand_in(text, fold(text)) == bool(together.search(text))

    holds()


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("abonelikten", "ABONELİKTEN çık"),
        ("abonelikten", "ABONELIKTEN ÇIK"),
        ("subscribe", "ſubſcribe"),
        ("kündigen", "KÜNDIGEN"),
        ("schließen", "bitte schließen"),
        ("σας", "ΣΑΣ"),
        ("k", "\u212a"),
    ],
)
def test_letters_that_count_as_one_without_case_are_one(pattern: str, text: str) -> None:
    assert re.search(pattern, text, re.IGNORECASE)
    assert Phrases((pattern,)).stand_in(text, fold(text))


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("(?:buy|shop) (?:now|today)", [("buy", "shop"), ("now", "today"), (" ",)]),
        ("free (?:trial|shipping)", [("shipping", "trial"), ("free ",)]),
        ("(unsubscribe|subscribe)", [("subscribe",)]),
        (r"(?:https?://)?\d+", [("",)]),
        ("(?:news)?", [("",)]),
        ("(?:news){1,2}(?:letter)?", [("news",)]),
        ("[:：]", [(":", "：")]),
    ],
)
def test_the_plain_parts_of_a_pattern_are_those_that_it_cannot_do_without(
    pattern: str, parts: list[tuple[str, ...]]
) -> None:
    [(first, *others)] = ways(pattern)
    assert [first, *(row for row in others if "" not in row)] == parts


def test_each_alternative_of_a_pattern_has_parts_of_its_own() -> None:
    firsts = [first for first, *_ in ways(r"order now|(?:risk|trouble)-free|55\d")]
    assert firsts == [("order now",), ("-free",), ("55",)]
    phrases = Phrases(("(?:i|we) will not return|our office is closed",))
    assert phrases._likely("we will return to our offices") == []
    assert len(phrases._likely("i will not return")) == len(phrases._likely("our office is closed")) == 1


def test_a_mark_that_a_pattern_cannot_do_without_rules_texts_out() -> None:
    phrases = Phrases((r"(?:out|away)[^:]{0,20}:\s*re:",))
    assert phrases._likely("out and away, in there") == []
    assert len(phrases._likely("away: re: renewal")) == 1


def test_a_pattern_is_compiled_when_it_is_first_tried() -> None:
    phrases = Phrases(("free trial", "order now"))
    assert not phrases.stand_in("a trial", "a trial")
    assert phrases._compiled == {}
    assert phrases.stand_in("order now", "order now")
    assert [pattern.pattern for pattern in phrases._compiled.values()] == ["order now"]
    assert [pattern.pattern for pattern in phrases.patterns()] == ["free trial", "order now"]


def test_a_pattern_is_not_tried_where_one_of_its_words_is_missing() -> None:
    phrases = Phrases(("(?:update|change) your (?:settings|preferences)",))
    assert phrases._likely("please change your plans") == []
    assert phrases._likely("settings of yours that i change") == []
    assert len(phrases._likely("change your way; her settings")) == 1


def test_matches_are_told_from_the_beginning_on_and_do_not_overlap() -> None:
    phrases = Phrases(("free trial", "risk-free", "order now"))
    text = "Order now: a risk-free trial, then a free trial."
    assert phrases.found_in(text, fold(text)) == ["Order now", "risk-free", "free trial"]


def test_parts_of_every_length_are_found_at_the_very_beginning_and_end_of_a_text() -> None:
    for part in ("a", "ab", "abc", "abcd", "abcde", "退订"):
        for text in (part, f"{part} ...", f"... {part}", f"{'. ' * 20_000}{part}"):
            assert Phrases((part,)).stand_in(text, fold(text))
            assert Phrases(("no such part", part)).found_in(text, fold(text)) == [part]
