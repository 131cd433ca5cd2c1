"""A relay of Outlook replaces the Message-ID and keeps the old one in a field: one mail, where both say the same."""

from dataclasses import replace

import pytest

from tests.support.recording import compose, record
from timeline.domain.identity import message_key, normalize_message_id
from timeline.models import Conversation, EmailMessage

FIRST, REWRITTEN = "<1@globex.example>", "<rewritten@outlook.example>"


def relayed(organization, **changes):
    """The copy of mail 1 as `compose_email` makes it of what came through the relay."""
    return replace(compose(organization, 1, **changes), references=(REWRITTEN,))


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2), (2, 0, 3, 1)])
def test_copies_under_both_ids_are_one_mail_and_answers_to_either_join(acme, carol, dave, jane, order):
    mails = [
        (carol, relayed(acme)),
        (dave, compose(acme, 1)),
        (carol, compose(acme, 2, subject="Re: Renewal", text="Fine", new_text="Fine", references=(FIRST,))),
        (dave, compose(acme, 3, subject="Re: Renewal", text="No", new_text="No", references=(REWRITTEN,))),
    ]
    for number in order:
        record(acme, *mails[number])
    assert EmailMessage.objects.count() == 3
    assert Conversation.objects.filter(email_count__gt=0).count() == 1


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize(
    "forged",
    [
        {"text": "We decline.", "new_text": "We decline."},
        {"sender": "mallory@evil.example"},
        {"subject": "Termination"},
        {"to": ("dave@acme.example",)},
    ],
)
def test_who_claims_anothers_id_in_the_relays_field_makes_a_mail_of_their_own(
    acme, carol, dave, jane, forged, is_first
):
    true, claim = (carol, compose(acme, 1)), (dave, relayed(acme, **forged))
    for owner, mail in (claim, true) if is_first else (true, claim):
        record(acme, owner, mail)
    assert EmailMessage.objects.count() == 2
    assert EmailMessage.objects.filter(new_text="Shall we talk?", engagement__subject="Renewal").exists()


def test_an_id_written_as_an_encoded_word_is_the_id():
    written = "=?utf-8?q?=3C1=40globex=2Eexample=3E?="
    assert normalize_message_id(written) == FIRST
    assert message_key(normalize_message_id(written), "") == message_key(FIRST, "")
