"""However long mails are and however many, an answer ends: a page of the API at 8 MB, a person's at what is read."""

import json
import tracemalloc
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from rest_framework.test import APIClient

from accounts.api.pagination import MOST_PAGE_BYTES
from accounts.domain.vocabulary import Detail
from accounts.models import User
from tests.api_client import client_of
from tests.factories import A_MONDAY, ConversationFactory, EmailMessageFactory, EngagementFactory, ParticipantFactory
from timeline.models import Conversation, EmailMessage, Engagement

pytestmark = pytest.mark.django_db

URL = "/api/v1/engagements/"
LONG = 100_000
TEXTS = {
    "plain words": "word " * (LONG // 5),
    "letters of four bytes": "\U0001f389" * LONG,
    "what JSON escapes": '"' * LONG,
    "line ends": "\n" * LONG,
    "controls": "\x01" * LONG,
}


def conversation_of(owner: User, texts: list[str], **fields: object) -> Conversation:
    """A conversation of `owner`, a mail an hour."""
    conversation: Conversation = ConversationFactory(
        organization=owner.organization, first_at=A_MONDAY, last_at=A_MONDAY + timedelta(hours=len(texts) - 1)
    )
    for number, text in enumerate(texts):
        engagement = EngagementFactory(
            organization=owner.organization,
            conversation=conversation,
            owner=owner,
            occurred_at=A_MONDAY + timedelta(hours=number),
            **fields,
        )
        EmailMessageFactory(engagement=engagement, text=text, new_text=text)
        ParticipantFactory(engagement=engagement, role="from", address="jane@globex.example", name="Jane")
    return conversation


def walked(user: User, address: str, rows: str = "results") -> list[list[str]]:
    """The ids of every page from `address` on, by `next`; each within its bound."""
    pages = []
    client = client_of(user)
    while address:
        answer = client.get(address)
        assert len(answer.content) <= MOST_PAGE_BYTES
        body = answer.json()
        pages.append([row["id"] for row in body[rows]])
        address = body["next"] or ""
    return pages


@pytest.mark.parametrize("kind", TEXTS)
def test_a_page_ends_at_its_bytes_and_next_goes_on_without_a_gap(carol, kind):
    conversation_of(carol, [TEXTS[kind]] * 60)
    wanted = [str(pk) for pk in Engagement.objects.values_list("pk", flat=True)]

    pages = walked(carol, f"{URL}?page_size=500")

    assert [pk for page in pages for pk in page] == wanted
    assert len(pages) > 1
    per_row = len(json.dumps(TEXTS[kind], ensure_ascii=False).encode()) * 2
    assert len(pages[0]) + 1 >= MOST_PAGE_BYTES // (per_row + 2_000) - 1, "as many as fit"


def test_the_way_back_shows_the_same_rows(carol):
    conversation_of(carol, [TEXTS["plain words"]] * 60)
    pages, client = walked(carol, f"{URL}?page_size=500"), client_of(carol)
    address, first = f"{URL}?page_size=500", None
    while address:
        body = client.get(address).json()
        address, last = body["next"], body

    back = [[row["id"] for row in last["results"]]]
    while last["previous"]:
        answer = client.get(last["previous"])
        assert len(answer.content) <= MOST_PAGE_BYTES
        last = answer.json()
        back.insert(0, [row["id"] for row in last["results"]])

    assert first is None
    assert [pk for page in back for pk in page] == [pk for page in pages for pk in page]


def test_a_page_that_fits_is_as_long_as_was_asked(carol):
    conversation_of(carol, ["word " * 200] * 120)
    assert [len(page) for page in walked(carol, f"{URL}?page_size=100")] == [100, 20]


def test_a_row_larger_than_a_page_is_a_page_of_its_own(carol, monkeypatch):
    monkeypatch.setattr("accounts.api.pagination.MOST_PAGE_BYTES", 50_000)
    conversation_of(carol, ["a", "b" * 60_000, "c"])
    client, address, lengths = client_of(carol), f"{URL}?page_size=500", []
    while address:
        body = client.get(address).json()
        lengths.append(len(body["results"]))
        address = body["next"]
    assert lengths == [1, 1, 1]


def test_five_hundred_long_mails_are_not_read_for_a_page_of_a_few(carol):
    conversation_of(carol, [TEXTS["plain words"]] * 300)
    client = client_of(carol)
    client.get(f"{URL}?page_size=1")

    tracemalloc.start()
    client.get(f"{URL}?page_size=500")
    _, most_memory = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most_memory < 10 * MOST_PAGE_BYTES


def test_where_a_page_ends_tells_nothing_of_words_that_are_not_shown(carol, dave):
    conversation_of(carol, [TEXTS["plain words"]] * 60, detail=Detail.METADATA)
    assert [len(page) for page in walked(dave, f"{URL}?page_size=500")] == [60]


def test_a_mail_to_very_many_counts_with_its_people(carol, monkeypatch):
    monkeypatch.setattr("accounts.api.pagination.MOST_PAGE_BYTES", 100_000)
    conversation_of(carol, ["Hello"] * 10)
    for engagement in Engagement.objects.all():
        for number in range(100):
            ParticipantFactory(engagement=engagement, role="to", address=f"{number}@x.example", position=number + 1)
    assert all(len(page) <= 5 for page in walked(carol, f"{URL}?page_size=500"))


def test_a_conversation_of_many_long_mails_comes_in_pages(carol):
    conversation = conversation_of(carol, [TEXTS["plain words"]] * 60)
    wanted = [str(pk) for pk in Engagement.objects.order_by("occurred_at").values_list("pk", flat=True)]

    pages = walked(carol, f"/api/v1/conversations/{conversation.pk}/", "engagements")

    assert [pk for page in pages for pk in page] == wanted
    assert len(pages) > 1


@pytest.mark.parametrize("form", ["json", "eml", "csv"])
def test_a_conversation_larger_than_memory_is_exported_whole(carol, form):
    conversation = conversation_of(carol, [f"mail {number} " + TEXTS["plain words"] for number in range(250)])
    client = APIClient()
    client.force_authenticate(carol)
    size = sum(len(text) for text in EmailMessage.objects.values_list("text", flat=True))

    tracemalloc.start()
    answer = client.get(f"/api/v1/conversations/{conversation.pk}/export/?as={form}")
    _, most_memory = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    content = b"".join(answer.streaming_content)
    assert len(content) > size
    assert all(f"mail {number} word".encode() in content for number in (0, 124, 249))
    assert most_memory < size


def test_every_link_of_a_page_leads_to_its_own_list(carol):
    conversation = conversation_of(carol, [TEXTS["plain words"]] * 60)
    path = f"/api/v1/conversations/{conversation.pk}/"
    assert urlsplit(client_of(carol).get(path).json()["next"]).path == path
