"""What walks over many rows has few of them in memory: mysqlclient takes in a whole answer before its first row."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.selectors import audit
from accounts.selectors.audit import verify_trail
from accounts.services.audit import record_event
from core.db import rotation as encryption_rotation
from jiminny_sync import metrics
from mailsync.models import Sighting
from mailsync.sync import reconciliation
from tests.support.api_client import client_of
from tests.support.factories import (
    EmailMessageFactory,
    EngagementFactory,
    MailboxFactory,
    ParticipantFactory,
    SightingFactory,
    SyncRunFactory,
)
from timeline.models import Engagement, Participant
from timeline.search import drift, refolding, writing
from timeline.selectors import affected

pytestmark = [pytest.mark.services, pytest.mark.django_db]

AT_ONCE, ROWS = 5, 23


@contextmanager
def answers():
    """How many rows each query's answer has, as the client holds them."""
    lengths: list[int] = []

    def note(execute, statement, parameters, many, context):
        result = execute(statement, parameters, many, context)
        if statement.startswith("SELECT"):
            lengths.append(context["cursor"].rowcount)
        return result

    with connection.execute_wrapper(note):
        yield lengths


@pytest.fixture
def mailbox(acme, carol):
    return MailboxFactory(organization=acme, user=carol)


@pytest.fixture
def filled(acme, alice, carol, mailbox):
    """ROWS rows of everything that is walked over, all mails in one conversation of Carol's."""
    now = timezone.now()
    first = None
    for number in range(ROWS):
        engagement = EngagementFactory(organization=acme, owner=carol)
        first = first or engagement
        Engagement.objects.filter(pk=engagement.pk).update(conversation=first.conversation_id)
        email = EmailMessageFactory(engagement=engagement, inbox_owner=carol)
        ParticipantFactory(engagement=engagement, address=f"p{number:03}@sub.globex.example")
        SightingFactory(mailbox=mailbox, email=email, received_at=now - timedelta(minutes=number))
        SyncRunFactory(mailbox=mailbox, started_at=now, ended_at=now, kept=1)
        record_event(organization=acme, actor=alice, verb="viewed")
    return first


def verified(acme, mailbox, filled):
    assert verify_trail(acme).events == AuditEvent.objects.filter(organization=acme).count()


def compared_with_the_index(acme, mailbox, filled):
    assert sum(len(rows) for _, rows in drift._months(acme, [])) == ROWS


def announced(acme, mailbox, filled):
    assert sum(len(some) for some in writing.all_announced()) == ROWS


def refolded(acme, mailbox, filled):
    assert refolding.refold_all() == ROWS


def looked_through_for_a_domain(acme, mailbox, filled):
    assert len(affected._addresses_within(acme, ["globex.example"])) == Participant.objects.count() == ROWS


def measured(acme, mailbox, filled):
    gauges = {gauge.name: gauge.samples for gauge in metrics._runs(timezone.now())}
    assert ({"outcome": "kept"}, ROWS) in gauges["email_sync_mails_last_hour"]


def marked_missing(acme, mailbox, filled):
    class Reading:
        def clock(self):
            return timezone.now()

    reading = Reading()
    reading.mailbox = mailbox  # type: ignore[attr-defined]
    now = timezone.now()
    reconciliation._mark_missing(reading, now - timedelta(days=1), now, set())  # type: ignore[arg-type]
    assert Sighting.objects.exclude(missing_since=None).count() == ROWS


def exported(acme, mailbox, filled):
    answer = client_of(mailbox.user).get(f"/api/v1/conversations/{filled.conversation_id}/export/?as=csv")
    assert answer.content.decode("utf-8-sig").count("\r\n") == ROWS + 1


@pytest.mark.parametrize(
    "walk",
    [
        verified,
        compared_with_the_index,
        announced,
        refolded,
        looked_through_for_a_domain,
        measured,
        marked_missing,
        exported,
    ],
    ids=lambda walk: walk.__name__,
)
def test_no_answer_is_longer_than_a_portion(acme, mailbox, filled, walk, monkeypatch):
    for module, name in (
        (audit, "_EVENTS_AT_ONCE"), (drift, "_AT_ONCE"), (writing, "_AT_ONCE"), (refolding, "_AT_ONCE"),
        (affected, "_AT_ONCE"), (metrics, "_RUNS_AT_ONCE"), (reconciliation, "_AT_ONCE"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, AT_ONCE)
    monkeypatch.setattr("timeline.api.conversations._MAILS_AT_ONCE", AT_ONCE)

    with answers() as lengths:
        walk(acme, mailbox, filled)

    assert max(lengths) == AT_ONCE


def test_secrets_are_encrypted_anew_in_portions(acme, mailbox, filled):
    from accounts.models import OrganizationKey
    from tests.support.factories import OrganizationFactory

    for _ in range(ROWS):
        OrganizationFactory()
    with answers() as lengths:
        tally = encryption_rotation.rotate_column(OrganizationKey, "secret", batch_size=AT_ONCE)

    assert tally.already_newest == OrganizationKey.objects.count() > ROWS
    assert max(lengths) == AT_ONCE
