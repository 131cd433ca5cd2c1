"""A transaction run again where another worker's commit got in its way: the one place that retries a deadlock.

    unit_of_work(work)      run a function as one unit          @one_unit_of_work      a function that is one unit

    begin ──▶ work ──▶ commit ──▶ what waits for the commit (transaction.on_commit)
      ▲         │ unique constraint, deadlock, lock wait
      └─ pause ─┘ rolled back whole

A unit within another is a savepoint of it: a deadlock has undone both, so the outermost begins again. What is run again
finds the tables as they are by then and Python as it was left: a unit reads its rows itself, changes no argument before
its last statement in a way that a second run would take for done, and reaches the outside by `on_commit` alone.
"""

import functools
import itertools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction

_TRIES = 8
_MOST_SECONDS = 35
"""After so long nothing is begun again: two lock waits of 20 s, and a request ends at the proxy after 65 s."""

_LONGEST_PAUSE = 1.0
_DEADLOCK, _LOCK_WAIT, _CHANGED_MEANWHILE = 1213, 1205, 1020
_MARIADB_COLLISIONS = {_DEADLOCK, _LOCK_WAIT, _CHANGED_MEANWHILE}

P = ParamSpec("P")
T = TypeVar("T")


def unit_of_work(work: Callable[[], T]) -> T:
    """Run `work` in a transaction, again from its beginning where another worker's commit got in its way.

    That is a unique constraint that decided for the other (two mailboxes holding the same new mail), a MariaDB
    deadlock or lock wait, or a busy SQLite file.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            return work()
    began = time.monotonic()
    for attempt in itertools.count():
        commits: list[None] = []
        try:
            with transaction.atomic():
                transaction.on_commit(functools.partial(commits.append, None))
                return work()
        except (IntegrityError, OperationalError) as error:
            is_last = time.monotonic() - began > _MOST_SECONDS or (attempt >= _TRIES - 1 and not _is_deadlock(error))
            if commits or is_last or not _is_collision(error):
                raise
            pause = min(0.05 * 2**attempt, _LONGEST_PAUSE)
            time.sleep(random.uniform(0, pause))  # noqa: S311 - spreads two workers, guards nothing
    raise AssertionError  # pragma: no cover - the last attempt returns or raises


def one_unit_of_work(function: Callable[P, T]) -> Callable[P, T]:
    """Make every call of `function` one unit of work."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return unit_of_work(functools.partial(function, *args, **kwargs))

    return run


def _is_deadlock(error: IntegrityError | OperationalError) -> bool:
    """Who is large loses again and again where many are at work: only the time is a bound."""
    return bool(error.args) and error.args[0] == _DEADLOCK


def _is_collision(error: IntegrityError | OperationalError) -> bool:
    if isinstance(error, IntegrityError):
        return True
    return (bool(error.args) and error.args[0] in _MARIADB_COLLISIONS) or "locked" in str(error)
