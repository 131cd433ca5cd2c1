"""A fleet of mailboxes over a day in which this and that goes wrong: within Microsoft's budgets, and nobody late.

`FLEET_MAILBOXES=100 FLEET_HOURS=24` is the whole of it; by default a few mailboxes for a few hours, so that the suite
stays quick. Both clocks are moved a minute at a time: each minute what happens happens, the dispatcher queues what is
due, and workers take what is queued.
"""

import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.utils import timezone

from mailsync.domain.vocabulary import MailboxState
from mailsync.models import Mailbox, SyncRun
from mailsync.services.fleet import dispatch_due
from mailsync.sync import fetching
from mailsync.tasks import sync_mailbox
from sandbox.people import PEOPLE
from sandbox.testing import SandboxProcess
from tests.support.mailboxes import World, user_of
from tests.support.syncing import acme_of, connect, stored_ids, switched_on

MAILBOXES = int(os.environ.get("FLEET_MAILBOXES", "6"))
HOURS = int(os.environ.get("FLEET_HOURS", "2"))
MINUTE = timedelta(minutes=1)
INTERVAL = timedelta(minutes=15)
LONG = 45
"""Minutes for which a mailbox is lost, at most."""

PASSING: list[tuple[str, dict[str, Any]]] = [
    ("throttle_429", {"path": "delta|batch", "retry_after": 90}),
    ("throttle_429", {"path": "delta|batch", "count": 3}),
    ("empty_503", {"path": "delta|batch", "count": 4}),
    ("504", {"path": "messages/delta", "count": 3}),
    ("drop_connection", {"path": "batch", "count": 2}),
    ("truncated_json", {"path": "batch"}),
    ("sync_state_gone", {"path": "messages/delta", "count": 2}),
    ("duplicate_items", {"path": "messages/delta"}),
    ("batch_item", {"path": "^/me/messages/", "status": 500, "count": 2}),
]
"""Faults that pass by themselves."""

pytestmark = pytest.mark.timeout(1200 + MAILBOXES * HOURS * 2)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(mails=120, days=20, colleagues=max(MAILBOXES - len(PEOPLE), 0)) as process:
        yield process


@dataclass(slots=True)
class Day:
    """What is going on in the tenant: every third mailbox has its troubles, the others never."""

    world: World
    dice: random.Random
    lost_until: dict[str, int] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)

    @property
    def troubled(self) -> list[str]:
        return [mailbox.user.email for mailbox in self.world.mailboxes[1::3]]

    @property
    def healthy(self) -> list[str]:
        return [mailbox.user.email for mailbox in self.world.mailboxes if mailbox.user.email not in self.troubled]

    def let_happen(self, minute: int) -> None:
        """One minute's mail and troubles."""
        control, dice = self.world.control, self.dice
        for email in (*self.healthy, *self.troubled):
            if dice.random() < 1 / 60:
                sender = self.world.customer() if dice.random() < 0.5 else "stranger@elsewhere.example"
                control.deliver(from_=sender, to=[email], mailboxes=[email], subject=f"At {minute}", text="Hello")
                self.happened["mail"] += 1
        for email in [email for email, until in self.lost_until.items() if until <= minute]:
            self.mend(email)
        for email in self.troubled:
            if email not in self.lost_until and dice.random() < 1 / 40:
                self.trouble(email, minute)

    def trouble(self, email: str, minute: int) -> None:
        control, dice = self.world.control, self.dice
        kind = dice.choice(["passing", "passing", "token", "mailbox", "session", "outage"])
        self.happened[kind] += 1
        if kind == "passing":
            name, arguments = dice.choice(PASSING)
            control.fault(name, mailbox=email, **arguments)
            return
        if kind == "token":
            control.expire_access_tokens(email)
            return
        self.lost_until[email] = minute + dice.randint(5, LONG)
        if kind == "mailbox":
            control.set_mailbox(email, enabled=False)
        elif kind == "session":
            control.revoke(email)
            control.expire_access_tokens(email)
        else:
            control.fault("empty_503", mailbox=email, path="/me|batch", count=-1)

    def mend(self, email: str) -> None:
        """Its admin gives the mailbox back, its person signs in and asks for a sync."""
        del self.lost_until[email]
        self.world.control.set_mailbox(email, enabled=True)
        self.world.control.clear_faults(email)
        user = user_of(self.world.organization, email)
        connect(user, self.world.tenant)
        Mailbox.objects.filter(user=user).update(due_at=timezone.now(), not_before=None, is_awaited=True)


@dataclass(slots=True)
class Watch:
    """How late each mailbox was at worst, and what a minute may not bring."""

    world: World
    longest: dict[str, timedelta] = field(default_factory=dict)
    rounds: int = 0

    def look(self, now: datetime) -> None:
        rows = Mailbox.objects.filter(import_enabled=True).values_list("user__email", "last_synced_at", "claim")
        for email, synced_at, claim in rows:
            assert claim == ""
            if synced_at:
                self.longest[email] = max(self.longest.get(email, timedelta()), now - synced_at)


def work(queue: list[UUID]) -> int:
    """What the workers do within the minute."""
    done = 0
    while queue:
        sync_mailbox(str(queue.pop(0)))
        done += 1
    return done


def test_a_day_of_a_fleet_with_mixed_faults(tenant: SandboxProcess, db, monkeypatch):
    queue: list[UUID] = []
    monkeypatch.setattr("mailsync.services.switch.send_task", lambda _name, mailbox_id: queue.append(mailbox_id))
    monkeypatch.setattr(fetching, "_PAUSE_SECONDS", 0.0)
    organization = acme_of(tenant)
    people = [user_of(organization, person["email"]) for person in tenant.people[:MAILBOXES]]
    world = World(tenant, organization, switched_on(tenant, *people))
    day, watch = Day(world, random.Random(2_026)), Watch(world)
    began = timezone.now()
    with time_machine.travel(began, tick=False) as clock:
        for minute in range(HOURS * 60):
            move_on(clock, tenant)
            day.let_happen(minute)
            dispatch_due(now=timezone.now())
            watch.rounds += work(queue)
            watch.look(timezone.now())
        for email in list(day.lost_until):
            day.mend(email)
        tenant.control.clear_faults()
        for _ in range(20):
            move_on(clock, tenant)
            dispatch_due(now=timezone.now())
            work(queue)
    sys.stdout.write(f"{summary(world, day, watch)}\n")  # pytest -s
    assert_within_budgets(world, day, watch)


def move_on(clock: time_machine.Traveller, tenant: SandboxProcess) -> None:
    """A minute passes here and in the tenant, whose clock ticks by itself as well."""
    clock.shift(MINUTE)
    tenant.control.advance(timezone.now().timestamp() - tenant.control.now())


def summary(world: World, day: Day, watch: Watch) -> str:
    loads = world.control.stats().values()
    healthy = max(gap for email, gap in watch.longest.items() if email in day.healthy)
    return (
        f"{len(world.mailboxes)} mailboxes, {HOURS} h: {watch.rounds} rounds, {dict(day.happened)}; "
        f"requests in all {sum(load['total'] for load in loads)}, of one mailbox at most "
        f"{max(load['total'] for load in loads)}, in ten minutes at most "
        f"{max(load['max_in_window'] for load in loads)}, at once at most "
        f"{max(load['max_concurrent'] for load in loads)}, refused {sum(load['refused'] for load in loads)}; "
        f"longest without a sync: {healthy} without troubles, {max(watch.longest.values())} with them"
    )


def assert_within_budgets(world: World, day: Day, watch: Watch) -> None:
    loads = world.control.stats()
    late = {email: str(gap) for email, gap in watch.longest.items() if email in day.healthy and gap > INTERVAL + MINUTE}
    assert late == {}, "a mailbox without troubles was synced within each interval"
    assert {email for email, load in loads.items() if load["max_in_window"] > 10_000 or load["refused"]} == set()
    assert max(load["max_concurrent"] for load in loads.values()) <= 4
    states = dict(Mailbox.objects.values_list("user__email", "state"))
    assert {email: state for email, state in states.items() if state != MailboxState.IN_SYNC} == {}
    assert [mailbox.user.email for mailbox in world.mailboxes if stored_ids(mailbox) != world.wanted_ids(mailbox)] == []
    assert all(run.seen == run.kept + sum(run.dropped.values()) + run.failed for run in SyncRun.objects.all())
    assert {"mail", "passing"} <= set(day.happened)
