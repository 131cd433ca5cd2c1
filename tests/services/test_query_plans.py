"""On 200,000 engagements every page and list finds its rows by an index, in as many queries as on a handful."""

import os
import time
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.services.large import build_large_organization, empty_every_table

ENGAGEMENTS = int(os.environ.get("ENGAGEMENTS", "200000"))
FEW_ROWS = 5_000
"""What may be read row by row: the customers of one organization, never its mail."""

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]


@pytest.fixture(autouse=True)
def emptied(transactional_db):
    yield
    empty_every_table()


@dataclass(frozen=True, slots=True)
class Seen:
    seconds: float
    statements: tuple[str, ...]


def look(client, address):
    began = time.monotonic()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.content[:500])
    return Seen(time.monotonic() - began, tuple(query["sql"] for query in captured.captured_queries))


def scans(statement):
    """The tables that the statement reads from end to end, and how many rows the server expects there."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        names = [column[0] for column in cursor.description]
        steps = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [
        (step["table"], step["type"], step["rows"])
        for step in steps
        if step["type"] in ("ALL", "index")
        and int(step["rows"] or 0) > FEW_ROWS
        and not str(step["table"]).startswith("<")
    ]


def addresses(large):
    """Every page and list, plain and narrowed in each way that the API offers."""
    filters = {
        "account": large.account.pk,
        "contact": large.contact.pk,
        "conversation": large.conversation.pk,
        "kind": "email",
        "direction": "inbound",
        "opportunity": large.opportunity.pk,
        "owner": large.viewer.pk,
        "participant": "person7@customer.example",
        "occurred_after": "2026-11-01T00:00:00Z",
        "occurred_before": "2026-11-01T00:00:00Z",
    }
    lists = ["engagements", "conversations", "accounts", "contacts", "leads", "opportunities", "mailboxes"]
    return [
        "/deals/",
        f"/deals/{large.opportunity.pk}/",
        "/customers/",
        f"/customers/accounts/{large.account.pk}/",
        f"/customers/contacts/{large.contact.pk}/",
        f"/conversations/{large.conversation.pk}/",
        "/search/?q=renewal",
        *(f"/api/v1/{name}/" for name in lists),
        *(f"/api/v1/engagements/?{name}={value}" for name, value in filters.items()),
        *(f"/api/v1/conversations/?{name}={filters[name]}" for name in ("account", "opportunity", "participant")),
        f"/api/v1/engagements/{large.engagement.pk}/",
        f"/api/v1/conversations/{large.conversation.pk}/",
    ]


def test_every_page_and_list_reads_by_an_index(client, acme, alice, carol, record_property):
    large = build_large_organization(acme, alice, ENGAGEMENTS)
    found = []
    for viewer in (alice, carol):
        client.force_login(viewer)
        for address in addresses(large):
            seen = look(client, address)
            record_property(f"{viewer.name} {address}", f"{seen.seconds:.2f} s, {len(seen.statements)} queries")
            for statement in seen.statements:
                if statement.lstrip("(").startswith("SELECT"):
                    found += [(address, *scan, statement[:300]) for scan in scans(statement)]
    assert found == []


def test_a_longer_list_asks_no_more_queries(client, acme, alice):
    build_large_organization(acme, alice, 2_000)
    client.force_login(alice)

    for name in ("engagements", "conversations", "accounts", "contacts", "opportunities"):
        counts = {size: len(look(client, f"/api/v1/{name}/?page_size={size}").statements) for size in (5, 50)}
        assert len(set(counts.values())) == 1, (name, counts)
