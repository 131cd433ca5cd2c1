"""Copies that stood apart become one mail once it is known what told them apart."""

import pytest
from django.core.management import call_command

from accounts.domain.audit import AuditVerb
from accounts.domain.vocabulary import Visibility
from accounts.models import AuditEvent
from tests.support.factories import LegalHoldFactory
from tests.support.forging import DAVE, WORDS, mail
from tests.support.recording import JANE, record
from timeline.models import Conversation, EmailMessage, Engagement, KnownAddition, MailboxCopy, Suppression
from timeline.recording.join import join_all
from timeline.services.additions import know_addition

pytestmark = pytest.mark.django_db

DISCLAIMER = "Acme Fieldwork Ltd, 1 Example Street. This message is confidential and for its addressee alone."


@pytest.fixture
def apart(acme, carol, dave, jane):
    """What Dave sent as it lies in Sent Items, and Carol's copy with the disclaimer that a server put under it."""
    sent = mail(acme, WORDS, sender=DAVE, to=(JANE,), cc=("carol@acme.example",))
    received = mail(acme, f"{WORDS}\n\n{DISCLAIMER}", sender=DAVE, to=(JANE,), cc=("carol@acme.example",),
                    references=("<first@globex.example>",))  # fmt: skip
    record(acme, dave, sent, visibility=Visibility.OWNER_ONLY)
    record(acme, carol, received, visibility=Visibility.PARTICIPANTS_AND_MANAGERS)
    assert EmailMessage.objects.count() == 2
    assert Conversation.objects.get().email_count == 2


@pytest.mark.usefixtures("apart")
def test_once_the_disclaimer_is_known_they_are_one_on_the_trail(acme, alice, carol, dave):
    know_addition(organization=acme, name="Disclaimer", text=DISCLAIMER, actor=alice)
    first, second = EmailMessage.objects.order_by("place").values_list("pk", flat=True)
    call_command("join_copies")
    row = EmailMessage.objects.select_related("engagement").get()
    assert (row.pk, row.text, row.references) == (first, WORDS, ["<first@globex.example>"])
    assert row.engagement.visibility == Visibility.PARTICIPANTS_AND_MANAGERS
    assert set(MailboxCopy.objects.values_list("engagement", "user")) == {(first, carol.pk), (first, dave.pk)}
    assert Conversation.objects.get().email_count == 1
    event = AuditEvent.objects.get(verb=AuditVerb.JOINED)
    assert (event.subject_id, event.detail) == (str(first), {"joined": str(second)})
    assert not Suppression.objects.exists()
    assert join_all(organization=acme) == 0


def test_what_is_joined_is_the_nearests_of_all_who_hold_it(acme, alice, carol, dave, jane):
    """The recipient's copy came first; the author holds the other."""
    fields = {"sender": DAVE, "to": (JANE,), "cc": ("carol@acme.example",)}
    record(acme, carol, mail(acme, f"{WORDS}\n\n{DISCLAIMER}", **fields))
    record(acme, dave, mail(acme, WORDS, **fields))
    know_addition(organization=acme, name="Disclaimer", text=DISCLAIMER, actor=alice)
    assert join_all(organization=acme) == 1
    assert (Engagement.objects.get().owner, EmailMessage.objects.get().inbox_owner) == (dave, dave)


@pytest.mark.usefixtures("apart")
def test_what_is_held_stands_apart_until_the_hold_is_released(acme, alice):
    know_addition(organization=acme, name="Disclaimer", text=DISCLAIMER, actor=alice)
    hold = LegalHoldFactory(organization=acme, scope="organization")
    assert join_all(organization=acme) == 0
    hold.released_at = "2026-11-20T00:00:00Z"
    hold.save()
    assert join_all(organization=acme) == 1


def test_what_is_not_known_is_not_joined_and_another_organization_is_not_concerned(acme, rival, alice, mallory, apart):
    know_addition(organization=rival, name="Disclaimer", text=DISCLAIMER, actor=mallory)
    know_addition(organization=acme, name="Disclaimer", text=f"{DISCLAIMER} Twice.", actor=alice)
    assert join_all(organization=acme) == join_all(organization=rival) == 0
    assert EmailMessage.objects.count() == 2


def test_an_admin_pastes_a_disclaimer_and_the_text_is_not_kept(client, acme, alice, apart):
    client.force_login(alice)
    address = "/admin/timeline/knownaddition/add/"
    answer = client.post(address, {"name": "Short", "text": "We accept"})
    assert "fewer than 4 words" in answer.content.decode()
    assert client.post(address, {"name": "Disclaimer", "text": DISCLAIMER}).status_code == 302
    assert client.post(address, {"name": "Again", "text": DISCLAIMER.replace(". ", ".\n")}).status_code == 302
    row = KnownAddition.objects.get()
    assert (row.organization, row.name, row.added_by) == (acme, "Disclaimer", alice)
    assert "confidential" not in str(KnownAddition.objects.values())
    assert AuditEvent.objects.filter(verb=AuditVerb.ADDED, subject_type="knownaddition").exists()
    assert "Disclaimer" in client.get("/admin/timeline/knownaddition/").content.decode()
    join_all(organization=acme)
    assert Engagement.objects.count() == 1
