"""Fetching many items in one go, where a failure stays with its item.

whole answer 429/503       the caller's request raises: the page is taken again later
one item gone              ItemGone, for the caller to count
one item refused, corrupt  ItemUnreadable, the same
one item not delivered     asked for again by itself; then its error, for the caller to count
nothing came               an outage: raises, the page is taken again later; unless `others_come` says that other mails
                           can be had at this moment, which makes these poison
one item asks to wait      the same
one item 429               raises: we are asked to wait
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from core.http.errors import ItemGone, ItemUnreadable, OutsideError, Unavailable

_TRIES = 3
_PAUSE_SECONDS = 0.2

T = TypeVar("T")


def fetch_each(
    fetch: Callable[[Sequence[str]], Mapping[str, T | OutsideError]],
    ids: Sequence[str],
    others_come: Callable[[], bool] | None = None,
) -> dict[str, T | ItemGone | ItemUnreadable | Unavailable]:
    """What `fetch` gives for each id: the item, its loss, or Unavailable where it cannot be had after several tries."""
    if not ids:
        return {}
    got = dict(fetch(ids))
    for attempt in range(1, _TRIES + 1):
        troubled = [copy_id for copy_id in ids if isinstance(got[copy_id], Unavailable)]
        if not troubled:
            break
        time.sleep(_PAUSE_SECONDS * (attempt - 1))
        got.update(fetch(troubled))
    results: dict[str, T | ItemGone | ItemUnreadable | Unavailable] = {}
    for copy_id in ids:
        answer = got[copy_id]
        if isinstance(answer, OutsideError) and not isinstance(answer, ItemGone | ItemUnreadable | Unavailable):
            raise answer
        results[copy_id] = answer
    failed = [answer for answer in results.values() if isinstance(answer, Unavailable)]
    is_outage = len(failed) == len(results) or any(answer.retry_after for answer in failed)
    if failed and is_outage and not (others_come() if others_come else len(results) == 1):
        raise failed[0]
    return results
