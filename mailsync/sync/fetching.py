"""Fetching many items in one go, where a failure stays with its item.

whole answer 429/503       the caller's request raises: the page is taken again later
one item gone              ItemGone, for the caller to count
one item refused, corrupt  ItemUnreadable, the same
one item not delivered     asked for again by itself; then its error, for the caller to count
nothing came, or one       an outage: raises, the page is taken again later; unless other mails can be had at this
item asks to wait          moment, which makes these poison, for the caller to count
one item 429               put off: what came is the caller's, who asks for the rest later; else raises
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from core.http.errors import ItemGone, ItemUnreadable, OutsideError, Throttled, Unavailable
from mailsync.domain.envelope import Envelope
from mailsync.models import Sighting
from mailsync.sync.mail_run import MailRun

_TRIES = 3
_PAUSE_SECONDS = 0.2

T = TypeVar("T")


def fetch_each(
    fetch: Callable[[Sequence[str]], Mapping[str, T | OutsideError]],
    ids: Sequence[str],
    others_come: Callable[[], bool],
    put_off: dict[str, Throttled] | None = None,
) -> dict[str, T | ItemGone | ItemUnreadable | Unavailable]:
    """What `fetch` gives for each id: the item, its loss, or Unavailable where it cannot be had after several tries.

    `others_come` is asked where nothing came: an outage, or mails that cannot be had? (docs/decisions/0039)
    What Microsoft asks to wait for goes to `put_off` and is in no result; without one it raises.
    """
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
        if isinstance(answer, Throttled) and put_off is not None:
            put_off[copy_id] = answer
            continue
        if isinstance(answer, OutsideError) and not isinstance(answer, ItemGone | ItemUnreadable | Unavailable):
            raise answer
        results[copy_id] = answer
    failed = [answer for answer in results.values() if isinstance(answer, Unavailable)]
    is_outage = (len(failed) == len(results) and not put_off) or any(answer.retry_after for answer in failed)
    if failed and is_outage and not others_come():
        raise failed[0]
    return results


def others_come(run: MailRun, wanted: Collection[str], near: Iterable[str] = ()) -> bool:
    """Whether a mail beside the `wanted` can be had at this moment: its envelope alone is asked for.

    One of `near`, which the same page shows, else the newest that the mailbox is known to hold. Raises in an outage.
    """
    other = next((copy_id for copy_id in near if copy_id not in wanted), None)
    if other is None:
        known = Sighting.objects.filter(mailbox=run.mailbox, gone_at=None).exclude(copy_id__in=wanted)
        other = known.order_by("-received_at", "-pk").values_list("copy_id", flat=True).first()
    if other is None:
        run.client.me()
        return True
    return isinstance(run.client.fetch_envelopes([other])[other], Envelope)
