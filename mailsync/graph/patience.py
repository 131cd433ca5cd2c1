"""How long a run stands at the door while Microsoft asks it to wait, before it goes home and comes back later.

    a request, or parts of a $batch, refused with 429 or Retry-After
        ├─▶ the wait is short, and the run has waiting left ──▶ sleep ──▶ what was refused alone, once more
        └─▶ else ──▶ the caller's: what came is recorded, the rest is for the next run

Outlook runs four requests of a mailbox at a time and refuses single parts of a `$batch` with their own Retry-After.
"""

from collections.abc import Mapping
from time import sleep

LONGEST_WAIT = 15.0
"""Seconds of one wait. What asks for more is asked again by a later run."""

MOST_WAITING = 120.0
"""Seconds that one run waits in all, of the five minutes that a slice has."""

MOST_ROUNDS = 8
_UNTOLD = 1.0
"""Seconds of the first wait where Microsoft does not say; twice as long each time after."""


class Patience:
    """The waiting of one run. `refusals` counts what was refused, so that the run knows it is slowed down.

    With `most` 0 nothing is ever waited for: a person stands before a page.
    """

    def __init__(self, most: float = 0.0) -> None:
        self.refusals = 0
        self._left = most

    def after(self, asked: Mapping[str, float], attempt: int) -> list[str]:
        """Which of the refused are worth asking for again, after having slept; `asked` are seconds, 0 where untold."""
        self.refusals += len(asked)
        untold = _UNTOLD * 2**attempt
        waits = {key: wait or untold for key, wait in asked.items()}
        short = {key: wait for key, wait in waits.items() if wait <= min(LONGEST_WAIT, self._left)}
        if not short or attempt >= MOST_ROUNDS:
            return []
        wait = max(short.values())
        self._left -= wait
        sleep(wait)
        return list(short)
