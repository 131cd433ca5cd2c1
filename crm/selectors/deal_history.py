"""What changed about a deal in the CRM, and since when it stands where it stands."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from crm.domain.history import TrackedField
from crm.models import Opportunity, OpportunityChange

MOST_CHANGES = 500
"""As many as one deal shows, the newest: a program that flips a field a thousand times is not followed for ever."""


def history_of(deal: Opportunity) -> Sequence[OpportunityChange]:
    """The changes of a deal, newest first; those that the CRM told at once in the order of `TrackedField`."""
    return list(deal.history.order_by("-changed_at", "id")[:MOST_CHANGES])


def in_stage_since(history: Iterable[OpportunityChange]) -> datetime | None:
    """When a deal with this history, newest first, came to its stage; None where it always stood there, so far seen."""
    moves = (change.changed_at for change in history if change.field == TrackedField.STAGE)
    return next(moves, None)
