"""A worker that is killed at any point leaves nothing that the next one does not put right.

`CRASH_POINTS=200 CRASH_MAILS=5000` kills at so many points of a first sync of so many mails; the default is a handful
in a small mailbox, so that the suite stays quick.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mailsync.models import Mailbox
from sandbox.testing import SandboxProcess
from tests.support.commands import ROOT
from tests.support.mailboxes import EVERYONE, JONAS, RITA, World
from tests.support.store import Store, environment_of
from tests.support.waiting import PATIENCE, wait_until

POINTS = int(os.environ.get("CRASH_POINTS", "5"))
MAILS = int(os.environ.get("CRASH_MAILS", "0"))

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True), pytest.mark.timeout(1200 + 15 * POINTS)]


@pytest.fixture(scope="module")
def sandbox(sandbox: SandboxProcess) -> Iterator[SandboxProcess]:
    """The tenant of all tests, or one that holds as many mails as are asked for."""
    if not MAILS:
        yield sandbox
        return
    with SandboxProcess(mails=MAILS, days=30) as large:
        yield large


@pytest.fixture
def store(world_of_two: World, tmp_path: Path) -> Store:
    return Store(tmp_path)


@pytest.fixture
def world_of_two(enter) -> World:
    world: World = enter(RITA, JONAS)
    world.control.switch(latency_ms=5)
    return world


def start_sync(store: Store, world: World, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "manage.py", "sync_mailboxes", "--json", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment_of(store, world), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


FORKS = """
import os, sys
import django
django.setup()
from django.core.management import call_command
from mailsync.sync import mail_run
mail_run.PAGE_SIZE = mail_run.FIRST_PAGE_SIZE = 10  # many pages: as many points to be killed between and within
for _ in sys.stdin:
    child = os.fork()
    if not child:
        sys.stdout = open(os.devnull, "w")
        call_command("sync_mailboxes", "--json")
        os._exit(0)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""


class Workers:
    """Workers that begin at once, one after the other: forks of a process that has loaded the application."""

    def __init__(self, store: Store, world: World) -> None:
        self.store = store
        self._parent = subprocess.Popen(
            [sys.executable, "-c", FORKS],
            cwd=ROOT,
            env=environment_of(store, world) | {"DJANGO_SETTINGS_MODULE": "jiminny_sync.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self) -> int:
        """Begin a sync of every mailbox; the worker's process id."""
        assert self._parent.stdin
        self._parent.stdin.write("go\n")
        self._parent.stdin.flush()
        return int(self._line())

    def ending(self) -> int:
        """Wait for the worker's end: 0 where every mailbox was in sync, minus the signal that killed it."""
        status = int(self._line())
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    def close(self) -> None:
        self._parent.communicate()

    def _line(self) -> str:
        assert self._parent.stdout
        return self._parent.stdout.readline()


@pytest.fixture
def company(enter) -> World:
    """Two mailboxes, or all of a large tenant."""
    world: World = enter(*(EVERYONE if MAILS else (RITA, JONAS)))
    world.control.switch(latency_ms=5)
    return world


@pytest.fixture
def workers(company: World, tmp_path: Path) -> Iterator[Workers]:
    begun = Workers(Store(tmp_path), company)
    yield begun
    begun.close()


def any_under_way(world: World) -> bool:
    """Whether the tenant is asked for something, and all that it may answer is answered."""
    is_spent = world.control.get("switches")["answers_left"] == 0
    return is_spent and any(load["under_way"] for load in world.control.stats().values())


def is_running(worker: int) -> bool:
    try:
        os.kill(worker, 0)
    except ProcessLookupError:
        return False
    return True


def kill_after(worker: int, world: World, number: int, pause: float) -> None:
    """SIGKILL once the tenant has answered `number` more requests and is asked for another, and a moment later."""
    world.control.switch(answers_left=number)
    wait_until(lambda: not is_running(worker) or any_under_way(world), f"{number} more requests", every=0.01)
    world.control.switch(answers_left=-1)
    time.sleep(pause)
    with suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL)


def test_killed_at_any_point_of_a_first_sync_the_rows_end_as_those_of_an_undisturbed_one(
    company: World, workers: Workers
):
    dice = random.Random(20_261_120)
    kills = 0
    while kills < POINTS:
        worker = workers.start()
        kill_after(worker, company, dice.randint(1, 30), dice.uniform(0, 0.03))
        ending = workers.ending()
        assert ending == -signal.SIGKILL, f"the first sync ended ({ending}) after {kills} kills: ask for more mails"
        kills += 1
        company.control.deliver_random(1)
        if dice.random() < 0.05:
            company.control.expire_sync_state(RITA)
    workers.start()
    assert workers.ending() == 0
    workers.store.fetch()
    assert company.is_exact()
    assert set(Mailbox.objects.filter(import_enabled=True).values_list("state", "claim")) == {("in_sync", "")}
    disturbed = company.rows()
    assert disturbed == company.undisturbed_rows()


def test_two_processes_forced_onto_the_same_mailboxes_end_with_one_of_each(store: Store, world_of_two: World):
    processes = [start_sync(store, world_of_two) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors.decode()
    store.fetch()
    assert world_of_two.is_exact()
    assert {load["max_concurrent"] <= 4 for load in world_of_two.control.stats().values()} == {True}


def test_mailboxes_that_hold_the_same_mails_read_at_once_end_with_one_email_a_mail(enter, tmp_path: Path):
    world: World = enter(RITA, JONAS, "camille.laurent@acme.example", "devon.price@acme.example")
    everyone = [mailbox.user.email for mailbox in world.mailboxes]
    for number in range(12):
        world.control.deliver(from_=world.customer(), to=everyone, subject=f"To all of you {number}", text="Hello")
    store = Store(tmp_path)
    processes = [start_sync(store, world, "--user", email) for email in everyone]
    for process in processes:
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors.decode()
    store.fetch()
    assert world.is_exact()
    shared = world.organization.emails.filter(engagement__subject__startswith="To all of you")
    assert [email.sightings.count() for email in shared] == [4] * 12
    assert len({email.engagement.conversation_id for email in shared}) == 12
