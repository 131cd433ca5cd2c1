"""The search page."""

import pytest

from accounts.domain.vocabulary import Detail, Visibility
from tests.support.scenery import scene
from timeline.selectors.finding import PAGE_SIZE, findings

pytestmark = pytest.mark.django_db


def search(client, viewer, text, **query):
    client.force_login(viewer)
    answer = client.get("/search/", {"q": text, **query})
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_finds_words_of_mails_and_notes_and_names_of_records(client, carol):
    globex = scene(carol)
    globex.mail("The liability clause is open.")
    globex.call("They mentioned liability.")
    text = search(client, carol, "liability")
    assert "The liability clause is open." in text
    assert "They mentioned liability." in text
    assert "Globex 2027" in search(client, carol, "globex")


def test_a_word_in_a_text_that_is_not_shared_does_not_find_it(client, carol, dave):
    globex = scene(carol)
    globex.mail("Our floor is fortythousand.", subject="Pricing", detail=Detail.SUBJECT)
    globex.mail("Falcon", subject="Falcon", visibility=Visibility.OWNER_ONLY)
    assert "Nothing found" in search(client, dave, "fortythousand")
    assert "Nothing found" in search(client, dave, "falcon")
    assert "fortythousand" in search(client, carol, "fortythousand")


def test_another_organization_finds_nothing(client, carol, mallory):
    scene(carol).mail("liability")
    assert "Nothing found" in search(client, mallory, "liability")
    assert "Nothing found" in search(client, mallory, "globex")


@pytest.mark.parametrize("text", ["", "   ", "\0", "%", "'; DROP TABLE", "x" * 5000, '"unbalanced', "(a OR", "🎉"])
def test_whatever_is_typed_is_answered(client, carol, text):
    scene(carol).mail()
    search(client, carol, text, page="99999999999999")


@pytest.mark.parametrize(("beyond", "pages"), [(0, [False]), (1, [True, False])])
def test_more_is_offered_where_there_is_more(carol, beyond, pages):
    globex = scene(carol)
    for number in range(PAGE_SIZE + beyond):
        globex.call(f"liability {number}")
    assert [findings(carol, "liability", number).has_more for number in range(1, len(pages) + 1)] == pages


def test_a_second_page_that_is_full_offers_no_third(carol):
    globex = scene(carol)
    for number in range(2 * PAGE_SIZE):
        globex.call(f"liability {number}")
    second = findings(carol, "liability", 2)
    assert (len(second.entries), second.has_more) == (PAGE_SIZE, False)
