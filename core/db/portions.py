"""Many rows read in portions: no query returns more than one, so memory stays what one portion takes.

    rows ordered by a key ──▶ the first n ──▶ those after the last one's key ──▶ … ──▶ fewer than n: the end

A portion is a query of its own and sees what is committed by then: what is written meanwhile is met where its key comes
after the last one's (docs/decisions/0044).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

Row = TypeVar("Row")


def fitting(sizes: Iterable[int], most: int) -> int:
    """How many of the first things with these sizes go into `most` together; one at least, where there is one."""
    number = total = 0
    for number, size in enumerate(sizes, start=1):
        total += size
        if total > most and number > 1:
            return number - 1
    return number


def in_portions(rows: "QuerySet[Any, Row]", size: int, *, by: Sequence[str] = ("pk",)) -> Iterator[list[Row]]:
    """`rows` in lists of at most `size`, in the order of `by`: columns that no two rows share, "-" for descending.

    They are those of an index, in its own directions: MariaDB begins in the middle of an index only forwards. Rows are
    instances, or named values with those columns.
    """
    ordered = rows.order_by(*by)
    some = list(ordered[:size])
    while some:
        yield some
        if len(some) < size:
            return
        last = [getattr(some[-1], column.removeprefix("-")) for column in by]
        some = list(ordered.filter(beyond(by, last))[:size])


def beyond(columns: Sequence[str], values: Sequence[Any]) -> Q:
    """What comes after the row with these `values` in the order of `columns` ("-" for descending), which end in a
    unique one: (a, b) > (x, y) as a >= x AND (a > x OR b > y), whose outer comparison an index is entered by."""
    (column, *columns), (value, *values) = columns, values
    name, direction = column.removeprefix("-"), "lt" if column.startswith("-") else "gt"
    after = Q(**{f"{name}__{direction}": value})
    return Q(**{f"{name}__{direction}e": value}) & (after | beyond(columns, values)) if columns else after
