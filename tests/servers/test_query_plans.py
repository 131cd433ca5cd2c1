"""On 200,000 engagements every page and list finds its rows by an index, in as many queries as on a handful."""

import os
from collections import Counter
from dataclasses import dataclass

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mailsync.models import Mailbox
from tests.servers.large import build_large_organization, empty_every_table
from tests.support.api_client import description, resource
from tests.support.routes import filled, pages

ENGAGEMENTS = int(os.environ.get("ENGAGEMENTS", "200000"))
SHOWN_OR_NOT_TO_BE_READ = {200, 302, 403, 404, 405}
"""Beside what is shown: redirects, pages and rows for others alone, addresses that only take something."""
REGISTERED = [
    model for model in admin.site._registry if model._meta.app_label in {"accounts", "crm", "timeline", "mailsync"}
]
FEW_ROWS = 5_000
"""What may be read row by row: the customers of one organization, never its mail."""

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def emptied(transactional_db):
    yield
    empty_every_table()


@dataclass(frozen=True, slots=True)
class Seen:
    status: int
    statements: tuple[str, ...]


def look(client, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(address)
    assert answer.status_code in SHOWN_OR_NOT_TO_BE_READ, (address, answer.status_code, answer.content[:500])
    statements = tuple(query["sql"] for query in captured.captured_queries)
    return Seen(answer.status_code, statements)


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
    """Every page, list and row that the resolver and the API's description name, narrowed in each described way."""
    return [*_pages(large), *_console(), *_lists(large)]


def _pages(large):
    ids = {
        "deal": large.opportunity.pk,
        "account": large.account.pk,
        "contact": large.contact.pk,
        "lead": large.lead.pk,
        "conversation": large.conversation.pk,
        "delete-conversation": large.conversation.pk,
        "engagement": large.engagement.pk,
        "exclusion": 0,
    }
    return [
        f"{filled(path, ids, name)}?q=renewal"
        for name, path in pages()
        if name
        not in {
            "logout",
            "microsoft-login",
            "connect-microsoft",
            "microsoft-callback",
            "consent-callback",
            "grant-consent",
        }
    ]


def _console():
    return [
        "/admin/",
        *(reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist") for model in REGISTERED),
    ]


def _lists(large):
    ids = {
        "accounts": large.account.pk,
        "contacts": large.contact.pk,
        "conversations": large.conversation.pk,
        "engagements": large.engagement.pk,
        "leads": large.lead.pk,
        "mailboxes": Mailbox.objects.get(user=large.viewer).pk,
        "opportunities": large.opportunity.pk,
    }
    for path, operations in description()["paths"].items():
        if "get" not in operations:
            continue
        address = path.replace("{id}", str(ids.get(resource(path))))
        yield address
        names = {each["name"] for each in operations["get"].get("parameters", []) if each["in"] == "query"}
        yield from (f"{address}?{name}={value}" for name, value in _narrowing(large).items() if name in names)
        unknown = names - set(_narrowing(large)) - {"cursor", "page_size"}
        assert not unknown, f"{path} can be narrowed by {unknown}: say here with which value"


def _narrowing(large):
    return {
        "account": large.account.pk,
        "address": "person7@customer.example",
        "as": "csv",
        "certain": "false",
        "contact": large.contact.pk,
        "conversation": large.conversation.pk,
        "direction": "inbound",
        "domain": "customer.example",
        "is_closed": "false",
        "is_converted": "false",
        "kind": "email",
        "lead": large.lead.pk,
        "name": "Customer 7",
        "occurred_after": "2026-11-01T00:00:00Z",
        "occurred_before": "2026-11-01T00:00:00Z",
        "opportunity": large.opportunity.pk,
        "owner": large.viewer.pk,
        "participant": "person7@customer.example",
        "search": "renewal",
        "state": "in_sync",
        "user": large.viewer.pk,
    }


def test_every_page_and_list_reads_by_an_index(client, acme, alice, carol, record_property):
    large = build_large_organization(acme, alice, ENGAGEMENTS)
    found = []
    shown: Counter[int] = Counter()
    for viewer in (alice, carol):
        client.force_login(viewer)
        for address in addresses(large):
            seen = look(client, address)
            shown[seen.status] += 1
            record_property(f"{viewer.name} {address}", f"{len(seen.statements)} queries")
            for statement in seen.statements:
                if statement.lstrip("(").startswith("SELECT"):
                    found += [(address, *scan, statement[:300]) for scan in scans(statement)]
    assert not found, "\n".join(map(str, found))
    assert shown[200] > 100, shown


def test_a_longer_list_asks_no_more_queries(client, acme, alice):
    build_large_organization(acme, alice, 2_000)
    client.force_login(alice)
    client.get("/api/v1/me/")  # a session's first use in a minute is noted

    for name in ("engagements", "conversations", "accounts", "contacts", "opportunities"):
        counts = {size: len(look(client, f"/api/v1/{name}/?page_size={size}").statements) for size in (5, 50)}
        assert len(set(counts.values())) == 1, (name, counts)
