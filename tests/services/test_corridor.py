"""The same sandbox tenant synced twice: on MariaDB, Redis and Elasticsearch by a worker, and on the embedded defaults.

sandbox ─▶ worker over Redis ─▶ MariaDB, Elasticsearch ─▶ rows ─┐
sandbox ─▶ sync_mailboxes ────▶ SQLite ──────────────────▶ rows ─┴─▶ equal
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.person import Person
from tests.processes.test_promises import World
from tools.servers.elasticsearch import Elasticsearch
from tools.servers.life import Server
from tools.servers.mariadb import MariaDb
from tools.servers.redis import Redis
from tools.stack import Stack

pytestmark = [pytest.mark.services, pytest.mark.processes, pytest.mark.timeout(900)]

PREFIX = "corridor"
EMBEDDED = {"DATABASE_URL": "", "CELERY_BROKER_URL": "filesystem://", "ELASTICSEARCH_URL": ""}
PATIENCE = 400
ROWS = """
from timeline.models import Association, Engagement
from mailsync.models import Sighting
print(json.dumps(sorted(
    [e.email.message_key, e.email.internet_message_id, e.email.text, e.email.new_text, e.subject, str(e.occurred_at),
     e.direction, e.owner and e.owner.email, e.account and e.account.name, e.opportunity and e.opportunity.name,
     e.visibility, e.email.inbox_owner.email, e.conversation.subject, e.conversation.email_count,
     sorted([p.role, p.position, p.name, p.address] for p in e.participants.all()),
     sorted(str(a.account or a.contact or a.lead) for a in Association.objects.filter(engagement=e)),
     sorted(Sighting.objects.filter(email=e.email).values_list("mailbox__user__email", "graph_id", "gone_at"))]
    for e in Engagement.objects.all())))
"""
SETTLED = """
from mailsync.models import Mailbox
from timeline.models import IndexOutbox
behind = [*Mailbox.objects.exclude(state="in_sync"), *Mailbox.objects.filter(last_synced_at=None)]
print(json.dumps([len(behind), IndexOutbox.objects.count()]))
"""


@dataclass(frozen=True, slots=True)
class Both:
    """The product on servers and on the embedded defaults."""

    on_servers: World
    embedded: World


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("corridor")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with ExitStack() as running:
        servers: list[Server] = [kind(folder, 0) for kind in (MariaDb, Redis, Elasticsearch)]
        for server in servers:
            running.callback(server.kill)
            server.start()
        variables = {server.variable: server.url() for server in servers} | {"ELASTICSEARCH_INDEX_PREFIX": PREFIX}
        first = running.enter_context(_product(folder / "servers", now, variables))
        first.stack.start_worker()
        first.stack.start_beat()
        _switch_everybody_on(first)
        second = running.enter_context(_product(folder / "embedded", now, EMBEDDED))
        _switch_everybody_on(second)
        second.sync()
        _wait_until_settled(first)
        yield Both(first, second)


@contextmanager
def _product(folder: Path, now: str, variables: dict[str, str]) -> Iterator[World]:
    stack = Stack(folder, variables=variables)
    try:
        stack.start_sandbox("--mails", "240", "--days", "30", "--now", now)
        stack.load()
        stack.start_web()
        yield World(stack, {})
    finally:
        stack.close()


def _switch_everybody_on(product: World) -> None:
    for person in product.stack.people:
        Person(f"http://localhost:{product.stack.port}", person["email"]).sign_in().connect().switch(on=True)


def _wait_until_settled(product: World) -> None:
    deadline = time.monotonic() + PATIENCE
    while (left := product.query(SETTLED)) != [0, 0]:
        assert time.monotonic() < deadline, f"mailboxes not in sync and changes not in the index: {left}"
        time.sleep(1)


def test_the_worker_leaves_the_same_rows_in_mariadb_as_the_command_does_in_sqlite(both):
    rows = both.on_servers.query(ROWS)
    assert len(rows) > 50
    assert rows == both.embedded.query(ROWS)
