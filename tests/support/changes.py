"""What a test writes to the timeline by hand passes the door as the product's writers do."""

from collections.abc import Iterable
from uuid import UUID

from core.db.unit_of_work import one_unit_of_work
from timeline.changes.door import record_change


@one_unit_of_work
def pass_the_door(organization: UUID, engagements: Iterable[UUID]) -> None:
    """Say that these engagements changed, their words, too."""
    record_change(organization, engagements, has_new_words=True)
