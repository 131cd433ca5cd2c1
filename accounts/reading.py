"""What an answer gives a person to read, noted while the answer is made: the one door that stored texts go out by.

    reading() around a request ──▶ page, list, export, API ──▶ presented(…).text ──▶ gave(…)
         └─────── once the answer is made: a row of intake, whatever the number of texts ───────┘

A text taken out where nobody notes it is an error, so that no new way of reading is forgotten.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from accounts.domain.audit import AuditVerb


class Unwitnessed(RuntimeError):
    """Something was read where nobody writes down who reads it: `reading()` belongs around it."""


@dataclass(slots=True)
class Reading:
    """What was given out so far, by verb and the organization that it belongs to; `form`: as which file; to whom."""

    given: dict[tuple[AuditVerb, UUID], set[Hashable]] = field(default_factory=dict)
    form: str = ""
    actor: Callable[[], object] = lambda: None


_open: ContextVar[Reading | None] = ContextVar("reading", default=None)


@contextmanager
def reading(actor: Callable[[], object] = lambda: None) -> Iterator[Reading]:
    """Note what is given out within; `actor` says, whenever it is asked, who is signed in."""
    read = Reading(actor=actor)
    token = _open.set(read)
    try:
        yield read
    finally:
        _open.reset(token)


def acting() -> object:
    """Who is signed in where this runs; None for a command or a task."""
    read = _open.get()
    return read.actor() if read else None


def gave(organization_id: UUID, what: Hashable, verb: AuditVerb = AuditVerb.VIEWED) -> None:
    """`what` (the key of a mail, a call, an event of the trail) is in the answer; raises Unwitnessed."""
    _noted().given.setdefault((verb, organization_id), set()).add(what)


def exporting(organization_id: UUID, form: str) -> None:
    """The answer is a file in this form, which is written down even where no text is in it; raises Unwitnessed."""
    read = _noted()
    read.form = form
    read.given.setdefault((AuditVerb.VIEWED, organization_id), set())


def _noted() -> Reading:
    read = _open.get()
    if read is None:
        raise Unwitnessed
    return read
