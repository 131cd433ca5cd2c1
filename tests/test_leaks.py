"""Nothing changes on any page or endpoint by what the viewer may not know of: answers are compared byte by byte.

A word that is missing proves little: a count, an order, a bar of a chart or a "last heard of" would tell as well.
"""

import re
from datetime import timedelta
from difflib import unified_diff

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import User
from tests.support.api_client import PREFIX, client_of
from tests.support.console import rows_of
from tests.support.factories import AuditEventFactory, ParticipantFactory, SuppressionFactory
from tests.support.scenery import scene
from timeline.models import Conversation

pytestmark = pytest.mark.django_db

_TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=|X-CSRFToken&quot;: &quot;)"?[\w-]+')
_OFFER_TO_DELETE = re.compile(r"""<a[^>]*href="[^"]*/delete/"[^>]*>.*?</a>""", re.DOTALL)
"""Deleting is all or nothing, so whoever may not read all of a conversation is not offered it (decision 0031)."""
_SINCE_WHEN = re.compile(r"since=[\w%.:+-]+")
_BLANK_LINES = re.compile(r"\n\s+")
WORDS = "Zeppelin"


def page_addresses(globex, conversation):
    """Every page that shows engagements or counts them."""
    return [
        "/deals/", "/deals/?sort=activity", "/deals/?sort=cold", "/deals/?cold=on", f"/deals/{globex.deal.pk}/",
        f"/deals/{globex.deal.pk}/?kind=email", f"/deals/{globex.deal.pk}/?kind=call",
        "/customers/", f"/customers/accounts/{globex.account.pk}/", f"/customers/contacts/{globex.jane.pk}/",
        f"/conversations/{conversation}/", f"/search/?q={WORDS}", "/search/?q=Jane", "/search/?q=Thursday",
        "/review/", "/profile/", "/profile/integrations/",
    ]  # fmt: skip


def endpoint_addresses(globex, conversation):
    return [
        *(f"{PREFIX}{name}/" for name in ("engagements", "conversations", "accounts", "contacts", "leads", "me")),
        f"{PREFIX}opportunities/", f"{PREFIX}opportunities/{globex.deal.pk}/", f"{PREFIX}mailboxes/",
        f"{PREFIX}engagements/?account={globex.account.pk}", f"{PREFIX}engagements/?contact={globex.jane.pk}",
        f"{PREFIX}engagements/?opportunity={globex.deal.pk}", f"{PREFIX}engagements/?participant=jane@globex.example",
        f"{PREFIX}engagements/?search={WORDS}", f"{PREFIX}engagements/?search=Thursday",
        f"{PREFIX}engagements/?conversation={conversation}", f"{PREFIX}engagements/?certain=false",
        f"{PREFIX}conversations/?account={globex.account.pk}", f"{PREFIX}conversations/{conversation}/",
        *(f"{PREFIX}conversations/{conversation}/export/?as={form}" for form in ("json", "eml", "csv")),
    ]  # fmt: skip


def answers(viewer, pages, endpoints):
    """What the viewer is told, by address, without what differs between two requests anyway."""
    client, api = Client(), client_of(viewer)
    client.force_login(viewer)
    User.objects.filter(pk=viewer.pk).update(last_login=None)  # the console shows it
    told = {}
    for address in pages:
        answer = client.get(address)
        assert answer.status_code == 200, address
        told[address] = _lasting(answer.content.decode())
    for address in endpoints:
        reply = api.get(address)
        assert reply.status_code == 200, address
        told[address] = re.sub(r"={15}\d+==", "", reply.content.decode())
    return told


def _lasting(page):
    for each in (_TOKEN, _SINCE_WHEN, _OFFER_TO_DELETE):
        page = each.sub("", page)
    return _BLANK_LINES.sub("\n", page)


def differing(before, after):
    return [
        (address, *list(unified_diff(before[address].split("\n"), after[address].split("\n"), n=0, lineterm=""))[2:8])
        for address in before
        if before[address] != after[address]
    ]


@pytest.fixture
def globex(carol):
    """Yesterday's news of Globex, which everybody may read."""
    globex = scene(carol)
    globex.mail(at=timezone.now() - timedelta(days=3, hours=2))
    globex.call(at=timezone.now() - timedelta(days=4, hours=2))
    return globex


def secrets(globex, **fields):
    """News of Globex that not everybody may know of."""
    conversation = Conversation.objects.get()
    for direction in ("inbound", "outbound"):
        mail = globex.mail(
            WORDS, subject=WORDS, direction=direction, at=timezone.now() - timedelta(hours=30),
            conversation=conversation, assignment_certain=False, **fields
        )  # fmt: skip
        ParticipantFactory(
            engagement=mail, role="cc", position=3, name=WORDS, address=f"{WORDS.lower()}@globex.example"
        )
    globex.mail(WORDS, subject=WORDS, at=timezone.now() - timedelta(hours=31), **fields)
    globex.call(WORDS, subject=WORDS, at=timezone.now() - timedelta(hours=32), **fields)


@pytest.mark.parametrize(
    ("viewer", "fields"),
    [
        ("dave", {"visibility": Visibility.PARTICIPANTS_AND_MANAGERS}),
        ("bob", {"visibility": Visibility.OWNER_ONLY}),
        ("carol", {"hidden_at": True}),
    ],
)
def test_what_one_may_not_know_of_changes_nothing(request, globex, viewer, fields):
    viewer = request.getfixturevalue(viewer)
    conversation = Conversation.objects.get().pk
    addresses = page_addresses(globex, conversation), endpoint_addresses(globex, conversation)
    before = answers(viewer, *addresses)
    secrets(globex, **{name: timezone.now() if value is True else value for name, value in fields.items()})
    assert differing(before, answers(viewer, *addresses)) == []


def test_the_comparison_sees_what_may_be_seen(globex, dave):
    conversation = Conversation.objects.get().pk
    addresses = page_addresses(globex, conversation), endpoint_addresses(globex, conversation)
    before = answers(dave, *addresses)
    secrets(globex)
    changed = differing(before, answers(dave, *addresses))
    assert len(changed) > 20, changed


def test_words_one_may_not_read_stand_nowhere_and_find_nothing(globex, dave):
    conversation = Conversation.objects.get().pk
    globex.mail(f"{WORDS} in the text", subject="Plain", detail=Detail.SUBJECT, conversation=Conversation.objects.get())
    globex.call(f"{WORDS} in the notes", detail=Detail.METADATA)
    globex.mail("x", subject=f"{WORDS} in the subject", detail=Detail.METADATA)
    told = answers(dave, page_addresses(globex, conversation), endpoint_addresses(globex, conversation))
    echoed = {f"/search/?q={WORDS}"}  # the box shows what was looked for
    assert [address for address, text in told.items() if WORDS in text and address not in echoed] == []
    assert "Nothing found" in told[f"/search/?q={WORDS}"]


def console_addresses():
    names = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
    lists = [reverse(f"admin:{name}_changelist") for name in names if not name.startswith(("auth_", "django_celery"))]
    return ["/admin/", *lists, "/consent/"]


def test_another_organization_changes_nothing_in_the_console_or_anywhere(globex, acme, rival, alice, mallory):
    conversation = Conversation.objects.get().pk
    rows_of(acme, "ours")
    endpoints = [address for address in endpoint_addresses(globex, conversation) if "export" not in address]
    addresses = [*page_addresses(globex, conversation), *console_addresses()], endpoints  # exports are written down
    answers(alice, *addresses)  # what is written down of the first look is not there to be compared
    before = answers(alice, *addresses)
    secrets(scene(mallory), assignment_candidates=[str(globex.deal.pk)])
    rows_of(rival, "canary")
    AuditEventFactory.create_batch(3, organization=rival)
    SuppressionFactory.create_batch(3, organization=rival)
    assert differing(before, answers(alice, *addresses)) == []
