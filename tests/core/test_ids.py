"""Ids are ordered as they were made, and tell nobody how many there are."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import time_machine

from core.ids import first_id_at, new_id

MOMENT = datetime(2026, 10, 2, 8, tzinfo=UTC)


def test_ids_of_one_millisecond_are_in_the_order_of_their_making():
    with time_machine.travel(MOMENT, tick=False):
        made = [new_id() for _ in range(2000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_the_steps_between_them_tell_nothing():
    with time_machine.travel(MOMENT, tick=False):
        made = [new_id() for _ in range(200)]
    steps = {after.int - before.int for before, after in pairwise(made)}
    assert len(steps) == len(made) - 1
    assert min(steps) > 1_000_000


def test_an_id_is_of_version_7_and_of_its_millisecond():
    with time_machine.travel(MOMENT, tick=False):
        first, second = new_id(), new_id()
    for made in (first, second):
        assert (made.version, made.variant) == (7, "specified in RFC 4122")
        assert first_id_at(MOMENT) <= made < first_id_at(MOMENT + timedelta(milliseconds=1))


def test_threads_make_no_id_twice():
    with time_machine.travel(MOMENT, tick=False), ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: new_id(), range(4000)))
    assert len(set(made)) == len(made)
