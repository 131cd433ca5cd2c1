"""The log of changes on MariaDB: whoever reads by position leaps over nothing, whichever transaction ends when."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connections, transaction

from core.db.unit_of_work import unit_of_work
from core.ids import new_id
from tests.support.waiting import PATIENCE
from timeline.changes import log
from timeline.changes.door import record_change
from timeline.models import Change

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

WRITERS, UNITS = 4, 40


@contextmanager
def a_connection_of_its_own():
    try:
        yield
    finally:
        connections.close_all()


def test_what_began_first_and_commits_last_has_the_higher_position(acme):
    began, may_commit = threading.Event(), threading.Event()

    def early_and_slow():
        with a_connection_of_its_own(), transaction.atomic():
            record_change(acme.pk, [early])
            began.set()
            assert may_commit.wait(PATIENCE)

    early, late = new_id(), new_id()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(early_and_slow)
        assert began.wait(PATIENCE)
        unit_of_work(lambda: record_change(acme.pk, [late]))
        assert log.number() == 1
        may_commit.set()
        slow.result(PATIENCE)
    assert log.number() == 1
    rows = Change.objects.order_by("position").values_list("resource_id", "position")
    assert list(rows) == [(late, 1), (early, 2)]
    assert Change.objects.order_by("pk")[0].resource_id == early


def test_a_follower_of_many_writers_and_sequencers_misses_nothing(acme):
    are_done = threading.Event()

    def write(number):
        with a_connection_of_its_own():
            for unit in range(UNITS):
                ids = [new_id() for _ in range(1 + (number + unit) % 3)]
                unit_of_work(partial(record_change, acme.pk, ids))

    def number():
        with a_connection_of_its_own():
            while not are_done.is_set():
                log.number()

    def follow():
        read: list[int | None] = []
        with a_connection_of_its_own():
            while True:
                is_last = are_done.is_set()
                some = list(
                    Change.objects.filter(position__gt=len(read))
                    .order_by("position")
                    .values_list("position", flat=True)
                )
                assert some == list(range(len(read) + 1, len(read) + 1 + len(some)))
                read += some
                if is_last:
                    return read

    with ThreadPoolExecutor(WRITERS + 3) as pool:
        writers = [pool.submit(write, one) for one in range(WRITERS)]
        sequencers = [pool.submit(number) for _ in range(2)]
        follower = pool.submit(follow)
        try:
            for writer in writers:
                writer.result(PATIENCE)
        finally:
            are_done.set()
        for sequencer in sequencers:
            sequencer.result(PATIENCE)
        read = follower.result(PATIENCE)
    log.number()
    assert 0 < len(read) <= Change.objects.count()
    positions = list(Change.objects.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, len(positions) + 1))
