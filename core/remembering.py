"""What recurs within a page of mail is worked out once, and forgotten with the page: names outlive it in no process.

    @remembered(4_096)   a function whose answers are remembered      forget()   at the end of a page, task, request

A process lives for months. What it remembers of mail that nobody matched would be kept after all, and what was erased
would still be there.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

T = TypeVar("T")

_memories: list["_lru_cache_wrapper[object]"] = []


def remembered(most: int) -> "Callable[[Callable[..., T]], _lru_cache_wrapper[T]]":
    """Remember the last `most` answers of a pure function until `forget` is called."""

    def remember(function: Callable[..., T]) -> "_lru_cache_wrapper[T]":
        memory = lru_cache(maxsize=most)(function)
        _memories.append(memory)
        return memory

    return remember


def forget(**_: object) -> None:
    """Forget every answer; takes what a signal says and needs none of it."""
    for memory in _memories:
        memory.cache_clear()
