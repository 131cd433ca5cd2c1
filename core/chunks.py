"""Many values in short lists."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Value = TypeVar("Value")


def chunks(values: Iterable[Value], size: int) -> Iterator[list[Value]]:
    """`values` in their order, in lists of `size`, the last one of what is left."""
    remaining = iter(values)
    while some := list(islice(remaining, size)):
        yield some
