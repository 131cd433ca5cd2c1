"""What is told of a conversation comes from the mails that the reader may read, also where times are alike."""

import base64
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from django.test import Client

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import User
from tests.support.api_client import PREFIX, client_of
from tests.support.scenery import scene
from timeline.models import Conversation

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
HIDDEN: dict[str, Any] = {"visibility": Visibility.OWNER_ONLY, "subject": "Falcon merger"}
BARE: dict[str, Any] = {"detail": Detail.METADATA, "subject": "Falcon layoffs"}
OPEN: dict[str, Any] = {"subject": "Lunch"}


@pytest.mark.parametrize("mails", [*permutations([HIDDEN, OPEN]), *permutations([HIDDEN, BARE, OPEN])])
@pytest.mark.parametrize("stored", ["Falcon merger", "Falcon layoffs"])
def test_no_hidden_subject_is_told_where_mails_are_of_one_second(carol: User, dave: User, mails: Any, stored: str):
    globex = scene(carol)
    first = globex.mail("a", at=AT, **mails[0])
    conversation = first.conversation
    assert conversation is not None
    for fields in mails[1:]:
        globex.mail("b", at=AT, conversation=conversation, **fields)
    Conversation.objects.filter(pk=conversation.pk).update(subject=stored, first_at=AT, last_at=AT, email_count=3)
    page = Client()
    page.force_login(dave)
    told = [page.get(address).content.decode() for address in (f"/conversations/{conversation.pk}/", "/deals/")]
    told += [page.get(f"/customers/accounts/{globex.account.pk}/").content.decode()]
    paths = ["conversations/", f"conversations/{conversation.pk}/", "engagements/"]
    paths += [f"conversations/{conversation.pk}/export/?as={form}" for form in ("json", "eml", "csv")]
    told += [client_of(dave).get(f"{PREFIX}{path}").content.decode() for path in paths]
    assert [text for text in told if "Falcon" in text] == []
    assert client_of(dave).get(f"{PREFIX}conversations/").json()["results"][0]["subject"] == "Lunch"


def test_where_a_conversation_stands_in_the_list_tells_of_no_hidden_mail(carol: User, dave: User):
    globex = scene(carol)
    for days in (3, 1, 2):
        shown = globex.mail("a", at=AT, **OPEN)
        globex.mail("b", at=AT + timedelta(days=days), conversation=shown.conversation, **HIDDEN)
        shown.conversation.last_at = AT + timedelta(days=days)
        shown.conversation.save()

    page = client_of(dave).get(f"{PREFIX}conversations/?page_size=1").json()
    cursor = parse_qs(urlparse(page["next"]).query)["cursor"][0]
    rows = client_of(dave).get(f"{PREFIX}conversations/").json()["results"]

    assert b"2026-" not in base64.urlsafe_b64decode(cursor + "===")
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
