"""What one mail may cost: the CPU time of this thread is looked at between the steps of its work.

screen headers ─▶ text ─▶ reply ─▶ screen text ─▶ row
              └──────┴────────┴──────────┴── more than a second by now? ──▶ failed: too laborious
                                             an error of ours?          ──▶ failed: defective
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import thread_time
from traceback import extract_tb
from typing import TypeVar

import structlog

from core.http.errors import OutsideError
from mailsync.domain.counts import Kept

log = structlog.get_logger()

MOST_CPU_SECONDS = 1.0
"""An ordinary mail takes a few thousandths."""

T = TypeVar("T")


class TooLaborious(Exception):
    """A mail has taken more than its share."""


@dataclass(slots=True)
class Efforts:
    """The CPU time that each mail of a page has taken so far, by Graph's id."""

    spent: dict[str, float] = field(default_factory=dict)

    def on(self, copy_id: str, work: Callable[[Callable[[], None]], T]) -> T | Kept:
        """Do some work on a mail, which calls what it is given between its steps; how it failed, where it does."""
        begun = thread_time() - self.spent.get(copy_id, 0.0)

        def look_up() -> None:
            self.spent[copy_id] = thread_time() - begun
            if self.spent[copy_id] > MOST_CPU_SECONDS:
                raise TooLaborious

        try:
            result = work(look_up)
            look_up()
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
