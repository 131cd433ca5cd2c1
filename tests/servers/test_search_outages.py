"""Elasticsearch away, killed in a first sync, full, and emptied: nothing waits for it, and it ends as the tables.

away ── two people's whole first sync ── started ──▶ built by itself, equal
the others' first sync ── killed ── a deletion, everybody in sync without it ── started ──▶ equal
new mail while its disk is full ── space again ──▶ equal
its files lost ── started ──▶ built anew by itself, equal
"""

import pytest
import requests

from tests.support.person import Person
from tests.support.promised_rules import ADMIN
from tests.support.promises import World
from tests.support.waiting import PATIENCE, wait_until
from tools.servers.mariadb import MariaDb
from tools.stack import Stack

pytestmark = [pytest.mark.services, pytest.mark.processes]

PREFIX = "outages"
INDEX = f"{PREFIX}-engagements"
BEHIND = "SELECT COUNT(*) FROM mailsync_mailbox WHERE import_enabled AND state <> 'in_sync'"
FIRST_CONVERSATION = "SELECT conversation_id FROM timeline_engagement ORDER BY id LIMIT 1"
WITHIN = "SELECT id FROM timeline_engagement WHERE conversation_id = "


@pytest.fixture
def stack(own_mariadb, own_redis, own_elasticsearch, tmp_path):
    for server in (own_mariadb, own_redis, own_elasticsearch):
        server.start()
    stack = Stack(
        tmp_path / "var",
        variables={
            "DATABASE_URL": own_mariadb.url(),
            "CELERY_BROKER_URL": own_redis.url(),
            "ELASTICSEARCH_URL": own_elasticsearch.url(),
            "ELASTICSEARCH_INDEX_PREFIX": PREFIX,
            "DJANGO_SETTINGS_MODULE": "tests.processes.quick_settings",
        },
    )
    try:
        stack.start_sandbox("--mails", "600", "--days", "60")
        stack.load()
        stack.start_web()
        yield stack
    finally:
        stack.close()


def test_an_index_that_was_away_full_or_lost_ends_as_the_tables(stack, own_mariadb, own_elasticsearch):
    def stored():
        return set(own_mariadb.query("SELECT id FROM timeline_engagement").split())

    def indexed():
        url = f"{own_elasticsearch.url()}/{INDEX}"
        if not requests.post(f"{url}/_refresh", timeout=PATIENCE).ok:
            return set()
        asked = {"size": 10_000, "_source": False, "query": {"match_all": {}}}
        hits = requests.post(f"{url}/_search", json=asked, timeout=PATIENCE).json()["hits"]["hits"]
        return {hit["_id"] for hit in hits}

    def wait_until_equal(what):
        wait_until(lambda: bool(stored()) and indexed() == stored(), what)

    def switch_on(some):
        for person in some:
            person.connect().switch(on=True)

    def wait_until_in_sync():
        wait_until(lambda: int(own_mariadb.query(BEHIND)) == 0, "everybody in sync without Elasticsearch")
        assert "so the database was searched" in admin.open("/search/?q=pricing")

    people = [Person(f"http://localhost:{stack.port}", person["email"]).sign_in() for person in stack.people]
    admin = next(person for person in people if person.email == ADMIN)
    own_elasticsearch.kill()
    switch_on(people[:2])
    stack.start_worker()
    stack.start_beat()
    wait_until_in_sync()
    own_elasticsearch.start()
    wait_until_equal("the index being built after a first sync without it")

    before = stored()
    switch_on(people[2:])
    wait_until(lambda: len(stored()) >= len(before) + 30, "the next mails")
    own_elasticsearch.kill()
    doomed = _delete_the_first_conversation(admin, own_mariadb)
    assert doomed & before
    wait_until_in_sync()
    own_elasticsearch.start()
    wait_until_equal("the index catching up")
    assert not doomed & indexed()

    world = World(stack, {})
    findable = indexed()
    _fill_the_disk(own_elasticsearch.url())
    world.control("do/deliver_random", {"count": 40})
    world.sync()
    assert len(stored()) > len(findable)
    assert indexed() == findable
    _empty_the_disk(own_elasticsearch.url())
    wait_until_equal("the index writing again")

    own_elasticsearch.kill()
    own_elasticsearch.wipe()
    own_elasticsearch.start()
    wait_until_equal("the index being built anew")


def _delete_the_first_conversation(admin: Person, mariadb: MariaDb) -> set[str]:
    """Delete a conversation on its page; the ids of what was in it."""
    conversation = mariadb.query(FIRST_CONVERSATION)
    doomed = mariadb.query(f"{WITHIN}({FIRST_CONVERSATION})")
    page = f"/conversations/{conversation}/delete/"
    assert admin.submit(page, page).is_redirect
    return set(doomed.split())


def _fill_the_disk(url: str) -> None:
    """Raise the flood stage above any disk's size; Elasticsearch then blocks its indexes by itself."""
    _watermarks(url, dict.fromkeys(("low", "high", "flood_stage"), "900tb"))
    wait_until(lambda: _is_blocked(url), "the flood stage")


def _empty_the_disk(url: str) -> None:
    _watermarks(url, {"*": None})
    wait_until(lambda: not _is_blocked(url), "the end of the flood stage")


def _watermarks(url: str, levels: dict[str, str | None]) -> None:
    setting = {f"cluster.routing.allocation.disk.watermark.{name}": level for name, level in levels.items()}
    requests.put(f"{url}/_cluster/settings", json={"persistent": setting}, timeout=PATIENCE).raise_for_status()


def _is_blocked(url: str) -> bool:
    answer = requests.get(f"{url}/{INDEX}/_settings/index.blocks.*", timeout=PATIENCE)
    answer.raise_for_status()
    return "read_only_allow_delete" in answer.text
