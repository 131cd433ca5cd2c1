"""What was deleted stays away in whatever form it comes, and keeps nothing else away."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.factories import UserAddressFactory
from tests.support.forging import (
    CAROL,
    DAVE,
    OTHER_ENVELOPES,
    OTHER_WORDS,
    SAME_ENVELOPES,
    SAME_WORDS,
    SUBJECT,
    WORDS,
    mail,
)
from tests.support.recording import BANNER, JANE, record
from timeline.domain.identity import fingerprint
from timeline.models import Conversation, EmailMessage, Engagement, Suppression
from timeline.recording.record import RecordedEmail, Suppressed
from timeline.services.deletion import delete_conversation, delete_engagement

pytestmark = pytest.mark.django_db


def deleted(organization, admin, owner, *copies):
    record(organization, owner, *copies)
    for engagement in Engagement.objects.all():
        delete_engagement(engagement=engagement, actor=admin)
    assert not EmailMessage.objects.exists()


@pytest.mark.parametrize("name", [*OTHER_WORDS, *OTHER_ENVELOPES])
def test_a_deleted_forgery_keeps_the_true_mail_not_out(acme, alice, carol, dave, jane, name):
    forged = mail(acme, OTHER_WORDS.get(name, WORDS), **(SUBJECT | OTHER_ENVELOPES.get(name, {})))
    deleted(acme, alice, carol, forged)
    true = mail(acme, **SUBJECT)
    answers = record(acme, dave, true, forged)
    assert [type(answer) for answer in answers] == [RecordedEmail, Suppressed]
    assert EmailMessage.objects.get().text == WORDS


@pytest.mark.parametrize("name", [*SAME_WORDS, *SAME_ENVELOPES, "no Message-ID", "another Message-ID"])
def test_a_deleted_mail_does_not_come_back_in_another_form(acme, alice, carol, dave, jane, name):
    UserAddressFactory(user=carol, address="carol.c@acme.example")
    true = mail(acme, **SUBJECT)
    other = mail(acme, SAME_WORDS.get(name, WORDS), **(SUBJECT | SAME_ENVELOPES.get(name, {})))
    if "Message-ID" in name:
        other = mail(acme, message_id=None if name.startswith("no") else "<relay@mx.example>", **SUBJECT)
    deleted(acme, alice, dave, true)
    assert record(acme, carol, other) == [Suppressed(is_certain=True)]
    Suppression.objects.all().delete()
    deleted(acme, alice, carol, other)
    assert record(acme, dave, true) == [Suppressed(is_certain=True)]


@pytest.mark.parametrize("empty", ["", BANNER])
def test_where_words_cannot_be_told_erasure_wins_and_that_is_counted(acme, alice, carol, dave, jane, empty):
    deleted(acme, alice, dave, mail(acme))
    assert record(acme, carol, mail(acme, empty)) == [Suppressed(is_certain=False)]
    assert isinstance(record(acme, carol, mail(acme, empty, subject="Another"))[0], RecordedEmail)
    Suppression.objects.all().delete()
    deleted(acme, alice, dave, mail(acme, empty))
    assert record(acme, carol, mail(acme)) == [Suppressed(is_certain=False)]


def test_a_cut_copy_of_what_was_deleted_stays_away(acme, alice, carol, dave, jane):
    long = " ".join(f"paragraph {number}" for number in range(4_500))
    deleted(acme, alice, dave, mail(acme, long))
    assert record(acme, carol, mail(acme, long[:45_000], is_text_cut=True)) == [Suppressed(is_certain=False)]
    assert isinstance(record(acme, carol, mail(acme, long[:300], is_text_cut=True))[0], RecordedEmail)


def test_both_that_stood_beside_one_another_stay_away_when_their_conversation_goes(acme, alice, carol, dave, jane):
    pair = [mail(acme), mail(acme, "We decline.")]
    record(acme, dave, *pair)
    delete_conversation(conversation=Conversation.objects.get(), actor=alice)
    assert record(acme, carol, *pair, mail(acme, "Something else")) == [
        Suppressed(),
        Suppressed(),
        RecordedEmail(EmailMessage.objects.get().pk, is_new=True),
    ]


def test_nobody_reads_off_what_was_deleted(acme, alice, carol, jane):
    deleted(acme, alice, carol, mail(acme))
    rows = str(list(Suppression.objects.values()))
    for word in (JANE, CAROL, DAVE, "accept", "offer", "2026-11-16T09:01"):
        assert word not in rows
    first = set(Suppression.objects.values_list("statement", flat=True))
    assert all(len(each) <= 120 for each in first)


def test_two_moments_of_one_mail_are_both_kept_out(acme, alice, carol, dave, jane):
    early, late = mail(acme), mail(acme, occurred_at=mail(acme).occurred_at + timedelta(minutes=9))
    deleted(acme, alice, carol, early, late)
    latest = mail(acme, occurred_at=late.occurred_at + timedelta(minutes=9))
    assert record(acme, dave, latest) == [Suppressed()]


def test_a_fingerprint_alone_keeps_only_the_same_words_out(acme, alice, carol, jane):
    true = mail(acme, message_id=None)
    forged = mail(acme, "We decline.", message_id=None)
    assert fingerprint(JANE, true.occurred_at, true.subject, [CAROL, DAVE]) == forged.fingerprint
    deleted(acme, alice, carol, forged)
    assert [type(answer) for answer in record(acme, carol, true, replace(forged))] == [RecordedEmail, Suppressed]
