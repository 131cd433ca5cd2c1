"""A transaction run again where another worker's commit got in its way: the one place that retries a deadlock."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction

_TRIES = 8
_DEADLOCK, _LOCK_WAIT = 1213, 1205

T = TypeVar("T")


def unit_of_work(work: Callable[[], T]) -> T:
    """Run `work` in a transaction, again from its beginning where another worker's commit got in its way.

    That is a unique constraint that decided for the other (two mailboxes holding the same new mail), a MariaDB
    deadlock or lock wait, or a busy SQLite file.
    """
    for attempt in range(_TRIES):
        try:
            with transaction.atomic():
                return work()
        except (IntegrityError, OperationalError) as error:
            is_last = attempt == _TRIES - 1
            if is_last or connection.in_atomic_block or not _is_collision(error):
                raise
            time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - spreads two workers, guards nothing
    raise AssertionError  # pragma: no cover - the last attempt returns or raises


def _is_collision(error: IntegrityError | OperationalError) -> bool:
    if isinstance(error, IntegrityError):
        return True
    return (bool(error.args) and error.args[0] in {_DEADLOCK, _LOCK_WAIT}) or "locked" in str(error)
