"""A copy that names somebody by an Exchange name alone, or has no words, is no way into another's mail."""

import itertools
from datetime import timedelta

import pytest

from accounts.domain.vocabulary import Visibility
from crm.models import Contact
from tests.support.factories import (
    LegalHoldFactory,
    OpportunityFactory,
    UserAddressFactory,
    UserFactory,
)
from tests.support.forging import (
    CAROL,
    DAVE,
    MOMENT,
    WORDS,
    in_every_order,
    mail,
    may_delete,
    readable,
    stored,
)
from tests.support.recording import BANNER, JANE, record
from timeline.models import Conversation, EmailMessage

pytestmark = pytest.mark.django_db


def test_an_exchange_name_stands_for_a_user_whom_another_copy_names(acme, alice, bob, carol, dave, jane):
    UserAddressFactory(user=carol, address="carol.c@acme.example")
    migrated = mail(acme, to=(), cc=(DAVE,), exchange_names=1)
    outcomes = in_every_order(acme, (dave, migrated), (carol, mail(acme, to=("carol.c@acme.example",))))
    for texts, [people], readers in outcomes:
        assert texts == [WORDS]
        assert {address for _, address in people} == {JANE, DAVE, "carol.c@acme.example"}
        assert (readers[CAROL], readers[DAVE], readers["bob@acme.example"]) == ([WORDS], [WORDS], [])
    record(acme, bob, mail(acme, cc=(DAVE, "bob@acme.example")))
    assert EmailMessage.objects.count() == 2, "the name was Carol's, and no room for another is left"


def test_copies_that_name_one_person_each_are_one_mail_in_one_page_and_in_two(acme, carol, dave, jane):
    each = [mail(acme, to=(CAROL,), cc=(), exchange_names=1), mail(acme, to=(DAVE,), cc=(), exchange_names=1)]
    for pages in ([each], [each[::-1]], [each[:1], each[1:]]):
        Conversation.objects.all().delete()
        for page in pages:
            record(acme, carol, *page)
        [row] = stored()
        assert {address for _, address in row[5]} == {JANE, CAROL, DAVE}
        assert EmailMessage.objects.get().exchange_names == 0


@pytest.mark.parametrize(
    "other",
    [
        {"text": "We decline.", "to": (CAROL,)},
        {"text": "", "to": (CAROL,)},
        {"to": ("mallory@globex.example",)},
        {"to": (CAROL, "bob@acme.example")},
        {"sender": "jane@globex.example.evil.example", "to": (CAROL,)},
    ],
    ids=["other words", "no words", "a stranger", "more people than names", "another author"],
)
def test_an_exchange_name_is_no_way_into_a_mail(acme, bob, carol, dave, jane, other):
    migrated = mail(acme, to=(), cc=(DAVE,), exchange_names=1)
    text = other.pop("text", WORDS)
    for texts, _, readers in in_every_order(acme, (dave, migrated), (bob, mail(acme, text, **other))):
        assert len(texts) == 2
        assert readers[CAROL] == ([text] if CAROL in other["to"] else [])


def test_a_stranger_who_invents_exchange_names_shows_nobody_a_mail(acme, bob, carol, dave, jane):
    true, forged = mail(acme, to=(DAVE,), cc=()), mail(acme, to=(DAVE,), cc=(), exchange_names=9)
    for texts, _, readers in in_every_order(acme, (dave, true), (dave, forged)):
        assert texts == [WORDS]
        assert (readers[CAROL], readers["bob@acme.example"]) == ([], [])
    assert EmailMessage.objects.get().exchange_names == 0


def test_a_hold_freezes_whom_an_exchange_name_stands_for(acme, bob, carol, dave, jane):
    record(acme, dave, mail(acme, to=(), cc=(DAVE,), exchange_names=1), visibility=Visibility.OWNER_ONLY)
    LegalHoldFactory(organization=acme, scope="organization", contact=None)
    before = stored()
    record(acme, bob, mail(acme))
    assert stored() == before
    assert (readable(carol), EmailMessage.objects.get().exchange_names) == (set(), 1)


# --- a copy without words


@pytest.mark.parametrize("people", [{}, {"to": (), "cc": ()}], ids=["the same people", "nobody named"])
@pytest.mark.parametrize("empty", ["", " \u200b\n", BANNER], ids=["empty", "invisible", "a banner"])
def test_a_copy_without_words_shows_its_holder_none(acme, alice, bob, carol, dave, jane, empty, people):
    OpportunityFactory(organization=acme, account=Contact.objects.get().account, owner=dave)
    erin = UserFactory(organization=acme, email="erin@acme.example")
    true, hollow = mail(acme), mail(acme, empty, **people, authentication="failed")
    for order in itertools.permutations([(carol, true, Visibility.OWNER_ONLY), (erin, hollow, Visibility.EVERYONE)]):
        Conversation.objects.all().delete()
        for owner, copy, visibility in order:
            record(acme, owner, copy, visibility=visibility)
        row = EmailMessage.objects.get()
        assert (row.text, row.authentication, row.inbox_owner) == (WORDS, "", carol)
        readers = [person.email for person in (alice, bob, carol, dave, erin) if readable(person)]
        assert readers == [CAROL, DAVE]
        assert row.engagement.visibility == Visibility.OWNER_ONLY
        assert not may_delete(erin)
        record(acme, erin, true, visibility=Visibility.OWNER_ONLY)
        assert readable(erin), "whose mailbox has the words holds them"


def test_who_holds_a_mail_that_says_nothing_reads_that(acme, carol, dave, jane):
    erin = UserFactory(organization=acme, email="erin@acme.example")
    record(acme, erin, mail(acme, ""), visibility=Visibility.OWNER_ONLY)
    assert readable(erin)
    assert EmailMessage.objects.get().inbox_owner == erin


def test_a_copy_without_words_names_nobody_to_a_mail_that_names_nobody(acme, carol, dave, jane):
    erin = UserFactory(organization=acme, email="erin@acme.example")
    true, hollow = mail(acme, to=(), cc=()), mail(acme, "", to=("erin@acme.example",), cc=())
    for texts, _, readers in in_every_order(acme, (carol, true), (dave, hollow)):
        assert texts == ["", WORDS]
        assert readers[erin.email] == [""]


def test_a_mail_without_words_that_turns_out_to_be_another_shows_its_holder_none(acme, carol, dave, jane):
    erin = UserFactory(organization=acme, email="erin@acme.example")
    early, between = (mail(acme, "", occurred_at=MOMENT + timedelta(minutes=minutes)) for minutes in (0, 9))
    late = mail(acme, occurred_at=MOMENT + timedelta(minutes=18))
    for order in itertools.permutations(
        [(erin, early, "everyone"), (dave, between, "everyone"), (carol, late, "owner_only")]
    ):
        Conversation.objects.all().delete()
        for owner, copy, visibility in order:
            record(acme, owner, copy, visibility=visibility)
        row = EmailMessage.objects.get()
        assert (row.text, row.inbox_owner, row.engagement.visibility) == (WORDS, carol, "owner_only")
        assert not readable(erin)
