"""What one mail may cost: the CPU time of this thread is looked at between the steps of its work.

screen headers ─▶ text ─▶ reply ─▶ screen text ─▶ row
              └──────┴────────┴──────────┴── more than a second by now? ──▶ failed: too laborious
                                             an error of ours?          ──▶ failed: defective
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import thread_time
from traceback import extract_tb
from typing import ParamSpec, TypeVar

import structlog

from core.http.errors import OutsideError
from mailsync.domain.counts import Kept

log = structlog.get_logger()

MOST_CPU_SECONDS = 1.0
"""An ordinary mail takes a few thousandths."""

P = ParamSpec("P")
T = TypeVar("T")


class TooLaborious(Exception):
    """A mail has taken more than its share."""


@dataclass(slots=True)
class Efforts:
    """The CPU time that each mail of a page has taken so far, by Graph's id."""

    spent: dict[str, float] = field(default_factory=dict)
    _copy_id: str = field(default="", init=False)
    _begun: float = field(default=0.0, init=False)

    def on(self, copy_id: str, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T | Kept:
        """Do some work on a mail; how it failed, where it does. Work of several steps calls `look_up` between them."""
        self._copy_id, self._begun = copy_id, thread_time() - self.spent.get(copy_id, 0.0)
        try:
            result = work(*given, **named)
            self.look_up()
        except TooLaborious:
            return Kept.TOO_LABORIOUS
        except OutsideError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a mail makes of us, the others of its page go on
            place = extract_tb(error.__traceback__)[-1]
            code = type(error).__name__
            log.error("mail_defect", code=code, place=f"{place.name}:{place.lineno}")  # noqa: TRY400 - an error's text may quote the mail
            return Kept.DEFECTIVE
        return result

    def look_up(self) -> None:
        """Raise what ends the work where the mail that is at work has taken too much of it."""
        spent = self.spent[self._copy_id] = thread_time() - self._begun
        if spent > MOST_CPU_SECONDS:
            raise TooLaborious
