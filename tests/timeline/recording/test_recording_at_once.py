"""Several workers record the same mails at once: the unique constraints decide, and nothing is lost or doubled.

Needs a server that lets several write at once: `make services-test`.
"""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, OperationalError, close_old_connections, connection, connections

from tests.support.factories import AccountFactory, ContactFactory, OpportunityFactory
from tests.support.recording import JANE, compose, record
from timeline.models import Conversation, EmailMessage, Engagement, Participant, ThreadReference
from timeline.services.deletion import delete_conversation, delete_engagement

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time"),
    pytest.mark.django_db(transaction=True),
]

_DEADLOCK_OR_WAIT = {1213, 1205, 1020}
_MOST_ATTEMPTS = 30


def record_patiently(organization, owner, page):
    """As the corridor does: the whole unit of work again where another worker was first."""
    for _ in range(_MOST_ATTEMPTS):
        try:
            record(organization, owner, *page)
        except IntegrityError:
            continue
        except OperationalError as error:
            if error.args[0] not in _DEADLOCK_OR_WAIT:
                raise
        else:
            return
    pytest.fail("a page was not recorded after many attempts")


def work(organization, owner, pages):
    close_old_connections()
    try:
        for page in pages:
            record_patiently(organization, owner, page)
    finally:
        connections.close_all()


def test_four_mailboxes_with_the_same_mails_at_once(acme, alice, bob, carol, dave):
    globex = AccountFactory(organization=acme)
    ContactFactory(organization=acme, account=globex, address=JANE)
    OpportunityFactory(organization=acme, account=globex, owner=dave)
    threads = 12
    mails = [
        compose(
            acme,
            number,
            to=("alice@acme.example", "bob@acme.example"),
            cc=("carol@acme.example", "dave@acme.example"),
            references=(f"<{number - threads}@globex.example>",) if number >= threads else (),
        )
        for number in range(120)
    ]

    def pages_for(seed):
        order = random.Random(seed).sample(mails, len(mails))
        return [order[start : start + 15] for start in range(0, len(order), 15)]

    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(work, acme, owner, pages_for(seed)) for seed, owner in enumerate((alice, bob, carol, dave))]
        for run in runs:
            run.result()

    assert EmailMessage.objects.count() == Engagement.objects.count() == len(mails)
    assert Participant.objects.count() == 5 * len(mails)
    assert Conversation.objects.count() == threads
    assert set(Conversation.objects.values_list("email_count", flat=True)) == {len(mails) // threads}
    assert ThreadReference.objects.count() == len(mails)
    assert set(EmailMessage.objects.values_list("inbox_owner", flat=True)) == {alice.pk}
    assert set(Engagement.objects.values_list("owner", flat=True)) == {dave.pk}


def delete_one(admin, dice):
    """Delete an email, or now and then its conversation, as a person does at the page."""
    some = list(Engagement.objects.select_related("conversation")[:40])
    if not some:
        return
    engagement = dice.choice(some)
    if engagement.conversation and dice.random() < 0.3:
        delete_conversation(conversation=engagement.conversation, actor=admin)
    else:
        delete_engagement(engagement=engagement, actor=admin)


def test_no_deadlock_reaches_a_person_who_deletes_while_mail_is_recorded(acme, alice, carol, dave):
    globex = AccountFactory(organization=acme)
    ContactFactory(organization=acme, account=globex, address=JANE)
    threads = 8
    mails = [
        compose(
            acme,
            number,
            to=("carol@acme.example", "dave@acme.example"),
            references=(f"<{number - threads}@globex.example>",) if number >= threads else (),
        )
        for number in range(160)
    ]
    is_over = threading.Event()

    def delete_until_over(seed):
        dice, times = random.Random(seed), 0
        try:
            while not is_over.is_set():
                delete_one(alice, dice)
                times += 1
        finally:
            connections.close_all()
        return times

    with ThreadPoolExecutor(4) as pool:
        people = [pool.submit(delete_until_over, seed) for seed in (7, 8)]
        runs = [
            pool.submit(work, acme, owner, [mails[start : start + 10] for start in range(0, len(mails), 10)])
            for owner in (carol, dave)
        ]
        try:
            for run in runs:
                run.result()
        finally:
            is_over.set()
        assert all(person.result() > 0 for person in people)

    counted = {row.pk: row.engagements.count() for row in Conversation.objects.all()}
    assert counted == dict(Conversation.objects.values_list("pk", "email_count"))
