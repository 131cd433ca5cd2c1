"""The sandbox's clock: real time, shifted. Tests move it forward; token lifetimes and throttling windows follow."""

import time
from datetime import UTC, datetime


class Clock:
    """Epoch seconds that tick with the machine from a chosen start."""

    def __init__(self, start: int | None = None) -> None:
        self._offset = 0.0 if start is None else start - time.time()
        self._first_offset = self._offset

    def now(self) -> float:
        """Epoch seconds in the sandbox's time."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Moves the clock forward."""
        self._offset += seconds

    def reset(self) -> None:
        """Back to the start's pace, as if it had never been moved."""
        self._offset = self._first_offset


def iso(epoch: float) -> str:
    """Graph's way to write a time: UTC, whole seconds, `Z`."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))


def rfc2822(epoch: float) -> str:
    """A mail header's way to write a time."""
    return time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(epoch))


def epoch_of(text: str) -> int:
    """Reads an ISO 8601 time; one without a zone is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text.strip())
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
