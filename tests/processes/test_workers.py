"""Tasks as real workers carry them out: on the embedded broker in `make test`, on Redis in `make services-test`.

web ── task after commit ──▶ broker ──▶ worker ── SIGKILL: the embedded broker forgets the task
dispatcher ── the lease ended ──▶ broker ──▶ the next worker, which ends what the first one began
"""

import os
import re
import signal
from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.support.person import Person
from tests.support.promises import World, truth_of
from tests.support.rooms import own_rooms
from tests.support.scheduling import assert_built_once
from tests.support.waiting import PATIENCE, wait_until
from tools.stack import Stack

pytestmark = pytest.mark.processes

MAILBOX = """
from mailsync.models import Mailbox, Sighting
mailbox = Mailbox.objects.get(user__email="{email}")
ids = list(mailbox.sightings.filter(gone_at=None).values_list("copy_id", flat=True))
print(json.dumps([mailbox.state, mailbox.claim, ids]))
"""
DISPATCH = "from mailsync.tasks import dispatch; dispatch.delay(); print(json.dumps(0))"
SCHEDULED = """
from celery import current_app
names = sorted({entry["task"] for entry in current_app.conf.beat_schedule.values()})
for name in names:
    current_app.send_task(name)
print(json.dumps(names))
"""

WAITING = """
from celery import current_app
with current_app.connection_for_read() as connection:
    queue = connection.SimpleQueue("celery")
    messages = [queue.get(timeout=5) for _ in range(queue.qsize())]
    print(json.dumps([[message.headers["task"], *message.payload[:2]] for message in messages]))
    for message in messages:
        message.requeue()
"""
ID_OF = """
from mailsync.models import Mailbox
print(json.dumps(str(Mailbox.objects.get(user__email="{email}").pk)))
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    assert_built_once(tmp_path_factory, "workers")
    with own_rooms() as rooms:
        stack = Stack(
            tmp_path_factory.mktemp("workers"),
            variables={"DJANGO_SETTINGS_MODULE": "tests.processes.quick_settings", **rooms},
        )
        try:
            stack.start_sandbox("--mails", "200", "--days", "20")
            stack.load()
            stack.start_web()
            yield World(stack, {})
        finally:
            stack.close()


def connect(world: World, number: int) -> str:
    """Somebody connects and switches on; who."""
    return person_of(world, number).connect().switch(on=True).email


def person_of(world: World, number: int) -> Person:
    """One of the reps, signed in: each of their mailboxes has mail that is imported, whatever day it is."""
    reps = [person["email"] for person in world.stack.people if person["role"] == "rep"]
    return Person(f"http://localhost:{world.stack.port}", reps[number]).sign_in()


def any_under_way(world: World) -> bool:
    """Whether the tenant is asked for something, and all that it may answer is answered."""
    is_spent = world.control("switches")["answers_left"] == 0
    return is_spent and any(load["under_way"] for load in world.control("stats").values())


def keep_a_worker(world: World) -> None:
    """Start a worker where none is running: the tests come in any order."""
    worker = world.stack.processes.get("worker")
    if worker is None or worker.poll() is not None:
        world.stack.start_worker()


def kill_worker(world: World) -> None:
    worker = world.stack.processes["worker"]
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def stop_worker(world: World) -> None:
    """Ask the worker alone to end: it lets its processes end what they have begun."""
    worker = world.stack.processes["worker"]
    worker.terminate()
    worker.wait(timeout=PATIENCE)


def is_exact(world: World, email: str) -> bool:
    """Whether the mailbox is in sync and each of its mails is here once, and no other."""
    state, claim, ids = world.query(MAILBOX.format(email=email))
    if (state, claim) != ("in_sync", ""):
        return False
    wanted = sorted(item["id"] for item in truth_of(world)[email] if item["import"])
    return bool(wanted) and sorted(ids) == wanted


def test_a_sync_whose_worker_is_killed_is_ended_by_the_next_one_by_the_lease(world):
    keep_a_worker(world)
    person = person_of(world, 0).connect()
    world.control("switches", {"answers_left": 3})
    person.switch(on=True)
    wait_until(lambda: bool(world.query(MAILBOX.format(email=person.email))[1]), "the worker taking the mailbox")
    wait_until(lambda: any_under_way(world), "the worker asking for more than it gets")
    kill_worker(world)
    world.control("switches", {"answers_left": -1})
    assert not is_exact(world, person.email)

    keep_a_worker(world)
    wait_until(lambda: world.query(DISPATCH) == 0 and is_exact(world, person.email), "the next worker ending the sync")


def test_switching_on_lets_the_worker_sync_at_once(world):
    keep_a_worker(world)
    email = connect(world, 1)
    wait_until(lambda: is_exact(world, email), "the first sync")


def test_every_task_of_the_schedule_is_carried_out(world):
    keep_a_worker(world)
    names = world.query(SCHEDULED)
    assert {"mailsync.dispatch", "timeline.tasks.drain_changes", "timeline.tasks.purge_expired"} <= set(names)
    log = world.stack.logs / "worker.log"

    def done() -> set[str]:
        return set(re.findall(r"([\w.]+)\[[0-9a-f-]{36}\] succeeded", log.read_text()))

    wait_until(lambda: set(names) <= done(), "every scheduled task")


def test_what_waits_in_the_broker_names_ids_and_no_mail(world):
    keep_a_worker(world)
    stop_worker(world)
    email = connect(world, 2)
    mailbox_id = world.query(ID_OF.format(email=email))
    waiting = world.query(WAITING)
    assert ["mailsync.sync_mailbox", [mailbox_id], {}] in waiting
    assert all(UUID(each) for _, arguments, options in waiting for each in (*arguments, *options.values()))

    keep_a_worker(world)
    wait_until(lambda: is_exact(world, email), "the task that waited")
