"""However long mails are and however many, an answer ends: a page of the API at 8 MB, a person's at what is read."""

import json
import re
import tracemalloc
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from rest_framework.test import APIClient

from accounts.domain.vocabulary import Detail
from accounts.models import User
from core.api.pagination import MOST_PAGE_BYTES
from tests.support.api_client import client_of
from tests.support.factories import (
    A_MONDAY,
    ConversationFactory,
    EmailMessageFactory,
    EngagementFactory,
    ParticipantFactory,
)
from tests.support.scenery import scene
from timeline.models import Conversation, EmailMessage, Engagement
from timeline.selectors.timelines import PAGE_SIZE

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
    monkeypatch.setattr("core.api.pagination.MOST_PAGE_BYTES", 50_000)
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
    monkeypatch.setattr("core.api.pagination.MOST_PAGE_BYTES", 100_000)
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

    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined] # it is a file
    assert len(content) > size
    assert all(f"mail {number} word".encode() in content for number in (0, 124, 249))
    assert most_memory < size


def test_every_link_of_a_page_leads_to_its_own_list(carol):
    conversation = conversation_of(carol, [TEXTS["plain words"]] * 60)
    path = f"/api/v1/conversations/{conversation.pk}/"
    assert urlsplit(client_of(carol).get(path).json()["next"]).path == path


MOST_HTML = 4_000_000
"""Bytes of a page: MOST_PAGE_TEXT, where each of its characters may be escaped, and what stands around it."""

MAIL = re.compile(r'<article class="mail"\s+id="([0-9a-f-]+)"')
EARLIER = re.compile(r'href="(\?before=[^"]+)"')


def the_page(client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    assert len(answer.content) < MOST_HTML
    return str(answer.content.decode())


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["pages", "parts of a page"])
@pytest.mark.parametrize(("count", "text"), [(120, "word"), (60, TEXTS["plain words"]), (30, "&" * LONG)])
def test_a_conversation_is_shown_a_page_at_a_time_to_its_beginning(client, carol, count, text, headers):
    conversation = conversation_of(carol, [text] * count)
    client.force_login(carol)
    path, query = f"/conversations/{conversation.pk}/", ""
    found: list[str] = []
    while True:
        text = the_page(client, path + query, **(headers if query else {}))
        found = MAIL.findall(text) + found
        earlier = EARLIER.search(text)
        if not earlier:
            break
        query = unescape(earlier[1])
    wanted = Engagement.objects.order_by("occurred_at", "pk").values_list("pk", flat=True)
    assert found == [str(pk) for pk in wanted]


def test_the_newest_mail_is_shown_first_and_the_whole_counted(client, carol):
    conversation = conversation_of(carol, ["word"] * 120)
    client.force_login(carol)
    text = the_page(client, f"/conversations/{conversation.pk}/")
    assert "120 emails," in text
    assert str(Engagement.objects.latest("occurred_at").pk) in MAIL.findall(text)
    assert "Show the latest" not in text


def test_a_link_to_a_mail_leads_to_a_page_with_it_and_on_to_the_latest(client, carol):
    conversation = conversation_of(carol, ["word"] * 120)
    client.force_login(carol)
    for mail in Engagement.objects.order_by("occurred_at")[::17]:
        text = the_page(client, f"/conversations/{conversation.pk}/?mail={mail.pk}")
        assert str(mail.pk) in MAIL.findall(text)
        latest = str(Engagement.objects.latest("occurred_at").pk) in MAIL.findall(text)
        assert latest is ("Show the latest" not in text)


@pytest.mark.parametrize("query", ["?before=x", "?mail=x", "?mail=00000000-0000-7000-8000-000000000000", "?before=,"])
def test_a_broken_place_is_as_if_none_were_given(client, carol, query):
    conversation = conversation_of(carol, ["word"] * 30)
    client.force_login(carol)
    assert len(MAIL.findall(the_page(client, f"/conversations/{conversation.pk}/{query}"))) == PAGE_SIZE


def test_what_arrives_at_once_is_bounded_like_a_page(client, carol):
    conversation = conversation_of(carol, [TEXTS["plain words"]] * 60)
    client.force_login(carol)
    for address in (f"/conversations/{conversation.pk}/", "/review/"):
        Engagement.objects.update(assignment_certain=False)
        text = the_page(client, f"{address}?since=2020-01-01T00:00:00Z", **{"HX-Request": "true"})
        assert 'id="arrivals"' in text


def test_pages_with_a_timeline_stay_small_whatever_their_entries_hold(client, carol):
    globex = scene(carol)
    for _ in range(30):
        globex.call("&" * LONG, subject="&" * 1_000)
        globex.mail("&" * LONG, quoted="\n> &" * 20_000, subject="&" * 2_000)
    Engagement.objects.update(assignment_certain=False)
    for mail in Engagement.objects.all()[:10]:
        for number in range(400):
            ParticipantFactory(engagement=mail, role="to", address=f"{number}@x.example", position=number + 2)
    client.force_login(carol)
    for address in (
        f"/deals/{globex.deal.pk}/",
        f"/customers/accounts/{globex.account.pk}/",
        f"/customers/contacts/{globex.jane.pk}/",
        "/review/",
        "/search/?q=jane",
        "/deals/",
        f"/engagements/{globex.deal.engagements.first().pk}/assignment/",
    ):
        the_page(client, address)
