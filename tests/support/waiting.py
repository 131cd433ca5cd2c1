"""The one place where a test waits for what happens elsewhere: until it did, and never for a fixed time."""

import time
from collections.abc import Callable

PATIENCE = 400
"""Seconds: not a promise of the product, but when to say that it will not happen any more."""


def wait_until(happened: Callable[[], object], what: str, *, seconds: float = PATIENCE, every: float = 0.2) -> None:
    """Ask again and again whether it happened.

    Raises:
        AssertionError: it did not within `seconds`.
    """
    give_up_at = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < give_up_at, f"{what} did not happen within {seconds} s"
        time.sleep(every)
