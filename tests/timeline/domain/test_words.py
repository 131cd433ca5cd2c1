"""Words as search compares them."""

from unicodedata import combining, normalize
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.growth import assert_linear, repeated
from timeline.domain.words import LONGEST_WORD, MOST_TERMS, searchable, terms_of, words_of
from timeline.search.texts import search_text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Re: Verträge (Müller & Cie.)", "re vertrage muller cie"),
        ("STRASSE Straße", "strasse strasse"),
        ("Łódź Ærø naïve", "lodz aero naive"),
        ("jane.doe+x@globex.example", "jane doe x globex example"),
        ("東京都とカナ", "東 京 都 と カ ナ"),
        ("ﬁne ｗｉｄｅ ²", "fine wide 2"),
        ("snake_case %_", "snake case"),
        ("한국어 Ёлка", "한국어 елка"),
        ("🎉 — … \x00", ""),
    ],
)
def test_text_is_folded_into_words(text, words):
    assert " ".join(words_of(text)) == words


def test_quotation_marks_make_one_term_of_several_words():
    assert terms_of('price "Fixed price" jane@globex.example "open') == (
        ("price",),
        ("fixed", "price"),
        ("jane", "globex", "example"),
        ("open",),
    )


def test_a_search_has_so_many_terms_and_no_more():
    assert len(terms_of(" ".join(f"w{number}" for number in range(100)))) == MOST_TERMS


@given(st.text())
def test_folding_is_total_and_folding_again_changes_nothing(text):
    words = words_of(text)
    assert words_of(" ".join(words)) == words
    assert all(0 < len(word) <= LONGEST_WORD and " " not in word for word in words)


def _slowly(text):
    """Character by character, as the module's beginning says."""
    apart = str.maketrans({"ø": "o", "ł": "l", "æ": "ae", "þ": "th", "ı": "i", "đ": "d"})
    bare = "".join(each for each in normalize("NFKD", text.casefold()) if not combining(each))
    folded = normalize("NFKC", bare).casefold().translate(apart)
    unspaced = "".join(f" {each} " if "\u3040" <= each <= "\u9fff" else each for each in folded)
    return "".join(each if each.isalnum() else " " for each in unspaced).split()


@given(st.text(alphabet="aZ9 _-.'“”–…éÅßøŁæþıĐ™ﬁ½ΣςЁйü\u0301\u200d東とカ🎉\n", max_size=40))
def test_words_are_the_same_whichever_way_they_were_found(text):
    assert words_of(text) == _slowly(text)


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=4))
def test_the_words_of_people_are_those_of_all_of_them_together(people):
    row = search_text(UUID(int=1), UUID(int=2), subject="", people=people, body="")
    assert row["people"] == searchable(" ".join(dict.fromkeys(f"{name} {address}" for name, address in people)))


@given(st.text(min_size=1))
def test_every_text_is_found_by_itself(text):
    for words in terms_of(text):
        assert f" {' '.join(words)}" in searchable(text) or '"' in text


@pytest.mark.parametrize("piece", ["東", "e\u0301", "_", "a", "ﷺ"])
def test_hostile_characters_take_time_in_proportion_to_their_number(piece):
    assert_linear(searchable, repeated(piece), 25_000)
