"""Each server, and the worker, killed in the middle of a first sync: the same mails, once each, and no step by hand."""

import os
import signal
import time

import pytest

from tests.support.person import Person
from tests.support.promises import IMPORTED, World, truth_of
from tests.support.waiting import wait_until
from tools.servers.life import NotReadyError
from tools.stack import Stack

pytestmark = [pytest.mark.services, pytest.mark.processes]

MAILS, DAYS = 900, 60
STORED = "SELECT COUNT(*) FROM timeline_emailmessage"
BEHIND = "SELECT COUNT(*) FROM mailsync_mailbox WHERE import_enabled AND state <> 'in_sync'"


@pytest.fixture
def stack(own_mariadb, own_redis, tmp_path):
    own_mariadb.start()
    own_redis.start()
    stack = Stack(
        tmp_path / "var",
        variables={
            "DATABASE_URL": own_mariadb.url(),
            "CELERY_BROKER_URL": own_redis.url(),
            "ELASTICSEARCH_URL": "",
            "DJANGO_SETTINGS_MODULE": "tests.processes.quick_settings",
        },
    )
    try:
        stack.start_sandbox("--mails", str(MAILS), "--days", str(DAYS))
        stack.load()
        stack.start_web()
        yield stack
    finally:
        stack.close()


def test_a_first_sync_survives_the_death_of_every_part(stack, own_mariadb, own_redis):
    def number(statement):
        try:
            return int(own_mariadb.query(statement))
        except NotReadyError:
            return -1

    def keep_the_worker():
        """As systemd and compose do: kombu may end a worker that held messages as Redis died."""
        if stack.processes["worker"].poll() is not None:
            stack.start_worker()

    def is_over():
        keep_the_worker()
        return number(BEHIND) == 0

    def more_mails(count):
        target = number(STORED) + count
        wait_until(lambda: number(STORED) >= target or is_over(), f"{count} more mails")
        assert number(BEHIND) > 0, "the sync was over before anything could be killed: take more mails"

    for person in stack.people:
        Person(f"http://localhost:{stack.port}", person["email"]).sign_in().connect().switch(on=True)
    stack.start_worker()
    stack.start_beat()
    for server in (own_mariadb, own_redis):
        more_mails(30)
        server.kill()
        time.sleep(2)
        server.start()
    more_mails(30)
    os.killpg(stack.processes["worker"].pid, signal.SIGKILL)
    stack.processes["worker"].wait()
    stack.start_worker()

    wait_until(is_over, "everybody in sync")
    world = World(stack, {})
    wanted = {(box, item["id"]) for box, items in truth_of(world).items() for item in items if item["import"]}
    found = [tuple(row) for row in world.query(IMPORTED)]
    assert len(found) == len(set(found))
    assert set(found) == wanted
    assert stack.processes["beat"].poll() is None
