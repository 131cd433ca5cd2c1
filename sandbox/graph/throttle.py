"""How much one app may ask of one mailbox: requests at once, and requests in ten minutes."""

from collections import deque
from dataclasses import dataclass, field

WINDOW_SECONDS = 600


@dataclass(slots=True)
class MailboxLoad:
    """What a mailbox has seen; `times` are the requests of the window."""

    in_flight: int = 0
    max_in_flight: int = 0
    max_in_window: int = 0
    total: int = 0
    refused: int = 0
    times: deque[float] = field(default_factory=deque)


@dataclass(slots=True)
class Throttle:
    """Counts every request, also those it refuses."""

    loads: dict[str, MailboxLoad] = field(default_factory=dict)

    def enter(self, mailbox: str, now: float, *, concurrency_limit: int, request_limit: int) -> int:
        """Takes a slot and returns 0, or returns the seconds after which to come back."""
        load = self.loads.setdefault(mailbox, MailboxLoad())
        while load.times and load.times[0] <= now - WINDOW_SECONDS:
            load.times.popleft()
        load.times.append(now)
        load.total += 1
        load.max_in_window = max(load.max_in_window, len(load.times))
        wanted = load.in_flight + 1
        load.max_in_flight = max(load.max_in_flight, wanted)
        if len(load.times) > request_limit:
            load.refused += 1
            return max(1, int(load.times[0] + WINDOW_SECONDS - now) + 1)
        if wanted > concurrency_limit:
            load.refused += 1
            return 1
        load.in_flight = wanted
        return 0

    def leave(self, mailbox: str) -> None:
        """Gives the slot back."""
        load = self.loads.get(mailbox)
        if load is not None and load.in_flight:
            load.in_flight -= 1
