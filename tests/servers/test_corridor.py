"""The same sandbox tenant synced twice: on MariaDB, Redis and Elasticsearch by a worker, and on the embedded defaults.

sandbox ─▶ worker over Redis ─▶ MariaDB ─▶ Elasticsearch ─▶ page and API ─┐
sandbox ─▶ sync_mailboxes ────▶ SQLite ───────────────────▶ page and API ─┴─▶ equal
                                   │
the servers' files ◀───────────────┘  ─▶ the mail that was kept, and no trace of any other
"""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
import requests

from tests.support.leaks import files_below, forbidden, found_in
from tests.support.person import Person
from tests.support.promised_rules import ADMIN, RITA
from tests.support.promises import PARENTS, World, truth_of
from tests.support.scheduling import assert_built_once
from tests.support.waiting import PATIENCE, wait_until
from tools.servers.elasticsearch import Elasticsearch
from tools.servers.life import Server
from tools.servers.mariadb import MariaDb
from tools.servers.redis import Redis
from tools.stack import Stack

pytestmark = [pytest.mark.services, pytest.mark.processes]

PREFIX = "corridor"
EMBEDDED = {"DATABASE_URL": "", "CELERY_BROKER_URL": "filesystem://", "ELASTICSEARCH_URL": ""}
PATHS = ("/deals/", "/customers/", "/search/?q=renewal")
LISTS = ("engagements/", "conversations/", "opportunities/", "accounts/")
QUERIES = ("renewal", '"the contract"', "globex", "meeting", "vertrag", "@", "re:", "thanks")
KEPT = "canary-kept-5ca1ab1e0c0d"
"""Stands in one mail that belongs here: what finds nothing else in a server's files finds this."""

ROWS = """
from timeline.models import Association, Engagement
from mailsync.models import Sighting
print(json.dumps(sorted(
    [e.email.message_key, e.email.internet_message_id, e.email.text, e.email.new_text, e.subject, str(e.occurred_at),
     e.direction, e.owner and e.owner.email, e.account and e.account.name, e.opportunity and e.opportunity.name,
     e.visibility, e.email.inbox_owner.email, e.conversation.subject, e.conversation.email_count,
     sorted([p.role, p.position, p.name, p.address] for p in e.participants.all()),
     sorted(str(a.account or a.contact or a.lead) for a in Association.objects.filter(engagement=e)),
     sorted(Sighting.objects.filter(email=e.email).values_list("mailbox__user__email", "copy_id", "gone_at"))]
    for e in Engagement.objects.all())))
"""
UNSETTLED = """
SELECT COUNT(*) FROM mailsync_mailbox WHERE state <> 'in_sync' OR last_synced_at IS NULL
UNION ALL SELECT COUNT(*) FROM timeline_change WHERE position IS NULL
    OR position > (SELECT COALESCE(MAX(position), 0) FROM timeline_changecursor WHERE name = 'index')
"""

# In a queue that no worker reads. Its text stands in the message's body alone, which is base64.
WAITING_TASK = """
from celery import current_app
current_app.send_task("corridor.waits", args=["{}"], argsrepr="", queue="corridor")
print(json.dumps(None))
"""


@dataclass(frozen=True, slots=True)
class Both:
    """The product on servers and on the embedded defaults, and the servers."""

    on_servers: World
    embedded: World
    mariadb: MariaDb
    redis: Server
    elasticsearch: Elasticsearch


class LoggingMariaDb(MariaDb):
    """Writes a binary log, as one does that is copied to another or restored to a moment."""

    def command(self, port: int) -> Sequence[str]:
        return [*super().command(port), "--log-bin=binlog"]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    assert_built_once(tmp_path_factory, "corridor")
    folder = tmp_path_factory.mktemp("corridor")
    now = datetime.now(UTC)
    mariadb, broker, elasticsearch = LoggingMariaDb(folder, 0), Redis(folder, 0), Elasticsearch(folder, 0)
    servers: list[Server] = [mariadb, broker, elasticsearch]
    with ExitStack() as running:
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
        _wait_until_settled(mariadb)
        yield Both(first, second, mariadb, broker, elasticsearch)


@contextmanager
def _product(folder: Path, now: datetime, variables: dict[str, str]) -> Iterator[World]:
    stack = Stack(folder, variables=variables)
    try:
        stack.start_sandbox("--mails", "240", "--days", "30", "--now", now.isoformat(timespec="seconds"))
        stack.load()
        stack.start_web()
        product = World(stack, {})
        _deliver_a_mail_to_keep(product, now - timedelta(days=2))
        yield product
    finally:
        stack.close()


def _deliver_a_mail_to_keep(product: World, at: datetime) -> None:
    with (product.stack.crm / "contacts.csv").open(encoding="utf-8", newline="") as rows:
        customer = next(row["Email"].split(";")[0] for row in csv.DictReader(rows) if row["OwnerEmail"] == RITA)
    told = {"subject": f"Renewal {KEPT}", "text": f"We agree to {KEPT}.", "message_id": f"<{KEPT}@customer.example>"}
    arrival = dict.fromkeys(("date", "received"), at.isoformat(timespec="seconds"))
    product.control("do/deliver", {"mail": {"from": customer, "to": [RITA], **told, **arrival}})


def _switch_everybody_on(product: World) -> None:
    for person in product.stack.people:
        _person(product, person["email"]).connect().switch(on=True)


def _person(product: World, email: str) -> Person:
    return Person(f"http://localhost:{product.stack.port}", email).sign_in()


def _wait_until_settled(mariadb: MariaDb) -> None:
    wait_until(lambda: mariadb.query(UNSETTLED).split() == ["0", "0"], "all in sync and in the index", every=1)


def test_the_worker_leaves_the_same_rows_in_mariadb_as_the_command_does_in_sqlite(both):
    rows = both.on_servers.query(ROWS)
    assert len(rows) > 50
    assert rows == both.embedded.query(ROWS)


@pytest.mark.parametrize("email", [RITA, ADMIN], ids=["rep", "admin"])
def test_pages_api_and_search_show_the_same(both, email):
    here, there = _person(both.on_servers, email), _person(both.embedded, email)
    for path in PATHS:
        assert _by_the_index(here, path) == _words(there.open(path)), path
    for path in [*LISTS, *(f"engagements/?search={quote(query)}" for query in QUERIES)]:
        assert _listed(here, path) == _listed(there, path), path
    assert all(_listed(here, path) for path in LISTS)
    assert [row for row in _listed(here, f"engagements/?search={KEPT}") if KEPT in row]


def _by_the_index(person: Person, path: str) -> str:
    """A page's words, once no search of it is left to the database: on a busy machine the index answers too late."""
    words: list[str] = []

    def is_answered() -> bool:
        words.append(_words(person.open(path)))
        return "was searched" not in words[-1]

    wait_until(is_answered, f"{path} being answered by the index")
    return words[-1]


def _words(page: str) -> str:
    """What a person reads on the page, without how long ago it was."""
    return " ".join(re.sub(r"(?s)<(script|style|time)\b.*?</\1>|<[^>]*>", " ", page).split())


def _listed(person: Person, path: str) -> list[str]:
    """Every row of a list, page by page; ids and times of recording are the installation's own."""
    url, rows = f"/api/v1/{path}", []
    while url:
        answer = json.loads(person.open(url))
        rows += [{name: value for name, value in row.items() if name != "changed_at"} for row in answer["results"]]
        url = answer["next"]
    return sorted(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", json.dumps(row)) for row in rows)


def test_no_server_keeps_a_trace_of_what_was_not_imported(both, tmp_path):
    world = both.on_servers
    canaries = [text for texts in world.control("canaries").values() for text in texts]
    what = forbidden([*canaries, KEPT], truth_of(world), world.query(PARENTS))
    # how many the sandbox has depends on the day: on a Monday in the evening there were 96 Message-IDs
    assert min(len(what.canaries), len(what.message_ids), len(what.copy_ids)) > 50

    world.query(WAITING_TASK.format(KEPT))
    with redis.Redis.from_url(both.redis.url()) as client:
        client.save()
    # Before the flush, which empties the journal, and after it, when all is in the index.
    journal = found_in(files_below(both.elasticsearch.storage), what)
    requests.post(f"{both.elasticsearch.url()}/_flush?force=true", timeout=PATIENCE).raise_for_status()
    index = tmp_path / "index"
    index.write_bytes(both.elasticsearch.contents())

    files = [*files_below(both.mariadb.storage), *files_below(both.redis.storage), index]
    found = journal | found_in(files, what)
    kept = {(name, text) for name, text in found if text == KEPT}
    assert found - kept == set()
    assert {"binlog.000001", "ib_logfile0", "dump.rdb", "index"} <= {name for name, _ in kept}
    assert b"mailsync.sync_mailbox" in b"".join(path.read_bytes() for path in files_below(both.redis.storage))
