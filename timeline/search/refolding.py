"""The folded words of every engagement written anew, in portions that each commit."""

from collections.abc import Callable, Sequence
from uuid import UUID

from core.db.portions import in_portions
from core.db.unit_of_work import one_unit_of_work
from timeline.models import Engagement
from timeline.search.texts import refresh_search_texts

_AT_ONCE = 200


def refold_all(on_portion: Callable[[int], object] = lambda _: None) -> int:
    """Write the words of all engagements from the tables; how many there were. Safe beside a running sync."""
    written = 0
    for some in in_portions(Engagement.objects.only("pk"), _AT_ONCE):
        written += _refold([row.pk for row in some])
        on_portion(len(some))
    return written


@one_unit_of_work
def _refold(some: Sequence[UUID]) -> int:
    # A page that changes one of these waits, so that its words are not overwritten by older ones.
    standing = list(Engagement.objects.select_for_update().filter(pk__in=some).values_list("pk", flat=True))
    return refresh_search_texts(standing)
