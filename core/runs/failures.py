"""What follows from an error that ended a run: the state its source is shown in, and when the source is tried again.

Throttled                          → throttled            after what we were asked for, at least an exponential floor
an error that stops the source     → its own state        a look now and then; what mends it wakes the source at once
anything else of the tree          → still on the way     after the same floor
a defect of ours                   → still on the way     after the same floor
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from core.encryption import UnreadableSecret
from core.http.errors import Misconfigured, OutsideError, Retryable, Throttled
from core.runs.pacing import backoff

State = TypeVar("State", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class FailureStates(Generic[State]):
    """Which state of a kind of source each error means: the leaves that stop it, and the one for asked waits.

    `again_after` says after what time a stopped source is looked at without anybody asking.
    """

    stops: Mapping[type[OutsideError], State]
    throttled: State
    again_after: Callable[[State], timedelta]


@dataclass(frozen=True, slots=True)
class Failure(Generic[State]):
    """How a run ended: the state to show, the code, and when to try again (None: when somebody acts).

    `is_wait` tells that the source waits until then and is not stopped; `failures` how many there were in a row.
    """

    state: State
    code: str
    again_at: datetime | None
    failures: int
    is_wait: bool


def judge(
    error: Exception, states: FailureStates[State], *, on_the_way: State, failures: int, now: datetime
) -> Failure[State]:
    """What follows from `error`, the last of so many `failures` in a row, for a source that was `on_the_way`."""
    code = error.code if isinstance(error, OutsideError) else f"Defect:{type(error).__name__}"
    stopped = next((states.stops[kind] for kind in type(error).__mro__ if kind in states.stops), None)
    if stopped is not None:
        return Failure(stopped, code, now + states.again_after(stopped), failures, is_wait=False)
    retry_after = error.retry_after if isinstance(error, Retryable) else None
    again_at = now + backoff(failures, retry_after, random.random())  # noqa: S311 - spreads a fleet, guards nothing
    state = states.throttled if isinstance(error, Throttled) else on_the_way
    return Failure(state, code, again_at, failures, is_wait=True)


def as_alarm(error: UnreadableSecret) -> Misconfigured:
    """The same as an error of the tree: whom it stops is told that the operator has to mend it."""
    return Misconfigured(
        type(error).__name__,
        sentence="A secret that is stored here cannot be read.",
        next_step="The operator has to restore the key or the row: manage.py check --database default says which. "
        "Where it is your sign-in alone, connecting again mends it.",
    )
