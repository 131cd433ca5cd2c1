"""Several workers record the same mails at once: the unique constraints decide, and nothing is lost or doubled.

Needs a server that lets several write at once: `make services-test`.
"""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, OperationalError, close_old_connections, connection, connections

from tests.factories import AccountFactory, ContactFactory, OpportunityFactory
from tests.timeline.test_recording import JANE, compose, record
from timeline.models import Conversation, EmailMessage, Engagement, Participant, ThreadReference

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
