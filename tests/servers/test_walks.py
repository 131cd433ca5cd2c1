"""A walk in portions enters each by an index: among many rows it reads its own about once, however small the portion.

MariaDB counts the rows that a connection has read (`Handler_read_…`). A portion that is found by reading everything
before it, or everybody else's rows, makes that number many times the rows of the walk.
"""

from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.db import connection

from mailsync.models import Mailbox, Sighting
from mailsync.sync import reconciliation
from tests.servers.large import build_large_organization, empty_every_table
from timeline.models import Engagement, Participant
from timeline.search import drift, writing
from timeline.selectors import affected

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

ENGAGEMENTS, AT_ONCE = 10_000, 250
EVER = (datetime(1990, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC))


@pytest.fixture
def two_organizations(acme, alice, rival):
    """Every other mail is of another organization, and every sighting has its minute."""
    build_large_organization(acme, alice, ENGAGEMENTS)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE timeline_engagement SET organization_id = %s WHERE CRC32(id) MOD 2",
            [Engagement._meta.get_field("organization").get_db_prep_value(rival.pk, connection)],
        )
        cursor.execute(
            "UPDATE timeline_participant part JOIN timeline_engagement mail ON mail.id = part.engagement_id"
            " SET part.organization_id = mail.organization_id, part.address = CONCAT(part.id, '@globex.example')"
        )
        cursor.execute("UPDATE mailsync_sighting SET received_at = '2026-11-01' - INTERVAL id MINUTE")
        cursor.execute("ANALYZE TABLE timeline_engagement, timeline_participant, mailsync_sighting")
    yield acme
    empty_every_table()


@contextmanager
def rows_read():
    """How many rows the server reads for this connection meanwhile."""

    def so_far():
        with connection.cursor() as cursor:
            cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
            return sum(int(number) for _, number in cursor.fetchall())

    before, read = so_far(), SimpleNamespace(number=0)
    yield read
    read.number = so_far() - before


def test_every_walk_reads_its_own_rows_about_once(two_organizations, alice, monkeypatch):
    acme, mailbox = two_organizations, Mailbox.objects.get(user=alice)
    for module in (drift, writing, affected, reconciliation):
        monkeypatch.setattr(module, "_AT_ONCE", AT_ONCE)
    all_listed = {hash(copy_id) for copy_id in Sighting.objects.values_list("copy_id", flat=True)}
    reading = SimpleNamespace(mailbox=mailbox)
    walks = {
        "drift": (lambda: sum(len(rows) for _, rows in drift._months(acme, [])), Engagement, {"organization": acme}),
        "reindex": (lambda: sum(len(some) for some in writing.all_announced()), Engagement, {}),
        "addresses": (lambda: len(list(affected._addresses(acme))), Participant, {"organization": acme}),
        "missing": (
            lambda: reconciliation._mark_missing(reading, *EVER, all_listed),  # type: ignore[arg-type]
            Sighting,
            {"mailbox": mailbox},
        ),
    }
    for name, (walk, model, own) in walks.items():
        rows = model._default_manager.filter(**own).count()
        with rows_read() as read:
            found = walk()
        assert found in {None, rows}, name
        assert 4_000 < rows <= read.number < 1.5 * rows, name
