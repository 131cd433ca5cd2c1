"""Which of the due mailboxes are read now: those somebody waits for first, then the longest due, within limits.

due ──▶ awaited first, then by due time ──▶ room in its organization? ──▶ room at all? ──▶ queued
                                               └─ no: the next one        └─ no: next minute
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Due:
    """A mailbox whose round is due."""

    mailbox: UUID
    organization: UUID
    due_at: datetime
    is_awaited: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """How many mailboxes may be read or queued at once, in all and of one organization."""

    everywhere: int
    organization: int


def choose(due: Iterable[Due], busy: Mapping[UUID, int], limits: Limits) -> list[UUID]:
    """The mailboxes to queue, in order. `busy` counts those being read or queued by organization.

    A mailbox somebody waits for goes beyond the limits: a person's click is one mailbox, and it is rate-limited by
    being one.
    """
    taken = Counter(busy)
    chosen: list[UUID] = []
    for each in sorted(due, key=lambda one: (not one.is_awaited, one.due_at)):
        has_room = taken.total() < limits.everywhere and taken[each.organization] < limits.organization
        if has_room or each.is_awaited:
            taken[each.organization] += 1
            chosen.append(each.mailbox)
    return chosen
