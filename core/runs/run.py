"""The life of a run: the one place that opens it, closes it, fails it and frees what it held.

claim ─▶ begin ─▶ the caller's work ─┬─ came to its end, or time was up ─▶ close, end    the state that means
  │                                  ├─ may not go on ───────────────────▶ close         nothing on the source
  │                                  └─ an error ────────────────────────▶ fail          its state, and when again
  └─ somebody else's, or off: None                        in every case ─▶ leave, release, forget
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import structlog

from core.encryption import UnreadableSecret
from core.http.errors import OutsideError
from core.remembering import forget
from core.runs.claims import Claim, Interrupted, claim_source
from core.runs.columns import RunColumns, StateColumns
from core.runs.failures import Failure, as_alarm

log = structlog.get_logger()

TIME_UP = "time_up"

Source = TypeVar("Source", bound=StateColumns)
Row = TypeVar("Row", bound=RunColumns)


@dataclass(slots=True)
class Run(ABC, Generic[Source, Row]):
    """One run over a claimed source. `row` is stored with the first of its work, or at its end.

    `steps_aside_at` is None for a run that goes on until it is done.
    """

    source: Source
    claim: Claim
    row: Row
    clock: Callable[[], datetime]
    steps_aside_at: datetime | None = None
    is_row_stored: bool = False
    has_progressed: bool = False

    @property
    def is_time_up(self) -> bool:
        return self.steps_aside_at is not None and self.clock() >= self.steps_aside_at

    def close(self, ended_by: str) -> None:
        """Close the run's row, as a code says why it stopped short; a row that says nothing is not stored."""
        self.row.ended_at, self.row.ended_by = self.clock(), ended_by[:255]
        self._count()
        if self.is_row_stored or self.leaves_a_row:
            self.save_row()
            self.is_row_stored = True

    def save_row(self) -> None:
        """Write what was counted so far."""
        self._count()
        self.row.save(force_insert=not self.is_row_stored, force_update=self.is_row_stored)

    def _count(self) -> None:
        for name, value in self.counted().items():
            setattr(self.row, name, value)

    @property
    def leaves_a_row(self) -> bool:
        """Whether the end of a run that stored nothing is worth a row."""
        return True

    def counted(self) -> dict[str, object]:
        """The run's counts as columns of its row."""
        return {}

    def leave(self) -> None:
        """Whatever else the run holds is given up, however it ended."""

    def end(self) -> None:
        """Put the source into the state that an end in order means; the row is closed."""

    @abstractmethod
    def fail(self, error: Exception) -> Failure[Any]:
        """Close the run with the code of `error`, and put the source into the state that it means."""


AnyRun = TypeVar("AnyRun", bound="Run[Any, Any]")


@contextmanager
def claimed_run(
    source: StateColumns, begin: Callable[[Claim], AnyRun], *, clock: Callable[[], datetime]
) -> Iterator[AnyRun | None]:
    """A run over `source` as it was just loaded; None where it is switched off or somebody else's.

    No error of the work comes out: whatever went wrong is shown on the source.
    """
    claim = claim_source(source, clock=clock)
    if claim is None:
        yield None
        return
    try:
        run = begin(claim)
        try:
            yield run
            run.close("" if run.row.is_complete else TIME_UP)
            run.end()
        except Interrupted as interruption:
            run.close(interruption.code)
        except Exception as error:  # noqa: BLE001 - whatever went wrong must be shown on the source
            run.row.is_complete = False
            failure = run.fail(as_alarm(error) if isinstance(error, UnreadableSecret) else error)
            _log(source, error, failure)
        finally:
            run.leave()
    finally:
        claim.release()
        forget()


def _log(source: StateColumns, error: Exception, failure: Failure[Any]) -> None:
    told = {"source": f"{type(source).__name__} {source.pk}", "state": str(failure.state), "code": failure.code}
    if isinstance(error, OutsideError):
        log.info("sync_stopped", **told)
    elif isinstance(error, UnreadableSecret):
        log.error("unreadable_secret", what=str(error), **told)
    else:
        log.error("sync_defect", exc_info=error, **told)
