"""A worker that is killed at any point leaves nothing that the next one does not put right.

`CRASH_POINTS=200` kills at so many points; the default is a handful, so that the suite stays quick.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from mailsync.domain.vocabulary import MailboxState
from mailsync.models import FolderCursor, Mailbox, Sighting, SyncRun
from tests.mailsync.sync.conftest import JONAS, RITA, World
from timeline.models import Conversation, Engagement

POINTS = int(os.environ.get("CRASH_POINTS", "5"))
ROOT = Path(__file__).resolve().parents[3]

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True), pytest.mark.timeout(60 + 15 * POINTS)]


class Store:
    """The test's database as a process of its own sees it: a copy in a file on SQLite, the same one elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "db.sqlite3"
        if connection.vendor == "sqlite":
            with sqlite3.connect(self._file) as copy:
                connection.connection.backup(copy)
            copy.close()

    @property
    def url(self) -> str:
        if connection.vendor == "sqlite":
            return f"sqlite:///{self._file}"
        given = connection.settings_dict
        return f"mysql://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"

    def fetch(self) -> None:
        """Let the test see what the processes wrote."""
        if connection.vendor == "sqlite":
            with sqlite3.connect(self._file) as copy:
                copy.backup(connection.connection)
            copy.close()


@pytest.fixture
def store(world_of_two: World, tmp_path: Path) -> Store:
    return Store(tmp_path)


@pytest.fixture
def world_of_two(enter) -> World:
    world: World = enter(RITA, JONAS)
    world.control.switch(latency_ms=5)
    return world


def start_sync(store: Store, world: World, *arguments: str) -> "subprocess.Popen[bytes]":
    tenant = world.tenant
    environment = os.environ | {
        "DATABASE_URL": store.url,
        "CELERY_BROKER_URL": "memory://",
        "MICROSOFT_CLIENT_ID": tenant.client_id,
        "MICROSOFT_CLIENT_SECRET": tenant.client_secret,
        "MICROSOFT_AUTHORITY": tenant.authority,
        "MICROSOFT_GRAPH_URL": tenant.graph_url,
        "MICROSOFT_CA_BUNDLE": tenant.ca_path,
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
    }
    command = [sys.executable, "manage.py", "sync_mailboxes", "--json", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def requests_so_far(world: World) -> int:
    return sum(load["total"] for load in world.control.stats().values())


def kill_after(process: "subprocess.Popen[bytes]", world: World, number: int) -> None:
    begin = requests_so_far(world)
    while process.poll() is None and requests_so_far(world) < begin + number:
        time.sleep(0.004)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def begin_afresh(world: World) -> None:
    """Forget all that was read and read it again, undisturbed."""
    for model in (Sighting, Engagement, Conversation, FolderCursor, SyncRun):
        model.objects.all().delete()
    for mailbox in world.mailboxes:
        Mailbox.objects.filter(pk=mailbox.pk).update(
            state=MailboxState.CONNECTING,
            last_synced_at=None,
            folders_link="",
            folders_digest="",
            folders_walked_at=None,
        )
        assert world.sync(mailbox).is_in_sync


def test_killed_at_any_point_and_started_again_the_rows_end_as_they_should_be(store: Store, world_of_two: World):
    dice = random.Random(20_261_120)
    for _ in range(POINTS):
        process = start_sync(store, world_of_two)
        kill_after(process, world_of_two, dice.randint(1, 40))
        world_of_two.control.deliver_random(2)
        if dice.random() < 0.3:
            world_of_two.control.expire_sync_state(RITA)
    last = start_sync(store, world_of_two)
    _, errors = last.communicate(timeout=120)
    assert last.returncode == 0, errors.decode()
    store.fetch()
    assert world_of_two.is_exact()
    assert set(Mailbox.objects.filter(import_enabled=True).values_list("state", "claim")) == {("in_sync", "")}
    after_crashes = world_of_two.rows()
    begin_afresh(world_of_two)
    assert world_of_two.rows() == after_crashes


def test_two_processes_forced_onto_the_same_mailboxes_end_with_one_of_each(store: Store, world_of_two: World):
    processes = [start_sync(store, world_of_two) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=120)
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
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
    store.fetch()
    assert world.is_exact()
    shared = world.organization.emails.filter(engagement__subject__startswith="To all of you")
    assert [email.sightings.count() for email in shared] == [4] * 12
    assert len({email.engagement.conversation_id for email in shared}) == 12
