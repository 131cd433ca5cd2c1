"""What of an engagement is counted, for whose eyes, and into which sums of its deal."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from accounts.domain.vocabulary import Visibility
from core.hashing import hash_of
from timeline.domain.vocabulary import Direction, Kind

NOBODY = UUID(int=0)
"""The reader of a share that is a whole tier's."""

CLOCKS_AGREE = timedelta(minutes=5)
"""What happened within this time is not summed as past yet: the worker that sums it may be fast by as much."""


def is_heard(kind: str, direction: str) -> bool:
    """Whether something counts as having heard from a customer."""
    return direction == Direction.INBOUND or kind == Kind.MEETING


class SumKey(NamedTuple):
    """What is summed together: of a deal in the eyes of a tier or reader, on one day (UTC) or, without one, ever."""

    opportunity_id: UUID
    visibility: str
    reader: UUID
    kind: str
    direction: str
    day: date | None

    @property
    def id(self) -> UUID:
        """The sum's id, which follows from what it sums: many sums are found by their ids in one look."""
        return UUID(hash_of(*map(str, self))[:32], version=5)  # MariaDB refuses an id that says no version


class Share(NamedTuple):
    """An engagement in the eyes of a whole tier, or of one of the people who took part in it or hold it."""

    engagement_id: UUID
    opportunity_id: UUID
    visibility: str
    reader: UUID
    kind: str
    direction: str
    occurred_at: datetime

    def sums(self) -> Iterator[SumKey]:
        """The sums that it is in."""
        for day in (self.occurred_at.astimezone(UTC).date(), None):
            yield SumKey(self.opportunity_id, self.visibility, self.reader, self.kind, self.direction, day)


def readers_of(visibility: str, own: Iterable[UUID]) -> list[UUID]:
    """Whose shares an engagement has: its tier's, and its `own` people's where that is not everyone."""
    return [NOBODY, *(own if visibility != Visibility.EVERYONE else ())]
