"""The sequencer: numbers changes after their commit, one sequencer at a time.

 unit of work: rows + changes without a position ──commit──▶ seen by the sequencer
                                                                  │ its cursor's row locked
                        positions last+1, last+2, … by id ◀───────┘
                        the cursor's row, in the same unit

An id is given when a row is inserted, and a row that was inserted first may commit last: whoever read by ids would leap
over it. A position is given only to rows that everybody sees, and above every one given before. So what commits later
has a higher one, whatever the clocks of the workers say; and as the positions and the cursor are one unit of work, a
sequencer that dies in the middle leaves no gap and gives none twice. What one pass finds stands in the order of ids;
changes of one row do so in the order of their commits, for the later waits for the row.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise

from django.db.models import F

from core.changes.columns import ChangeColumns, CursorColumns
from core.db.unit_of_work import unit_of_work

SEQUENCER = "sequencer"
_AT_ONCE = 2_000


def number_changes(*, log: type[ChangeColumns], cursors: type[CursorColumns]) -> int:
    """Give every committed change its position; how many that were. Safe to repeat, and beside writers and others."""
    numbered = 0
    while some := unit_of_work(partial(_number, log, cursors)):
        numbered += some
        if some < _AT_ONCE:
            break
    return numbered


def last_position(cursors: type[CursorColumns]) -> int:
    """The last position that was given."""
    row = cursors._default_manager.filter(name=SEQUENCER).first()  # noqa: SLF001 - the documented door to a model's rows
    return row.position if row is not None else 0


def _number(log: type[ChangeColumns], cursors: type[CursorColumns]) -> int:
    rows = log._default_manager  # noqa: SLF001 - as above
    if not rows.filter(position=None).exists():
        return 0
    cursor, _ = cursors._default_manager.select_for_update().get_or_create(name=SEQUENCER)  # noqa: SLF001 - as above
    ids = list(rows.filter(position=None).order_by("id").values_list("id", flat=True)[:_AT_ONCE])
    for first, last in _runs(ids):
        rows.filter(id__gte=first, id__lte=last).update(position=F("id") + (cursor.position + 1 - first))
        cursor.position += last - first + 1
    cursor.save(update_fields=["position"])
    return len(ids)


def _runs(ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and last of each run of `ids`, ascending, without a number left out."""
    if not ids:
        return
    first = ids[0]
    for one, other in pairwise(ids):
        if other != one + 1:
            yield first, one
            first = other
    yield first, ids[-1]
