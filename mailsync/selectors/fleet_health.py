"""How mailboxes are doing taken together: by state, those that somebody must mend, the one synced longest ago."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet

from mailsync.domain.mailbox_state import STOPPED, Advice, advice
from mailsync.models import Mailbox
from mailsync.selectors.mailboxes import advice_of

_MOST = 20


@dataclass(frozen=True, slots=True)
class FleetHealth:
    """`states` are each state with its title and number; `stopped` the first of those that wait for somebody to act.

    `oldest` is when the switched-on mailbox that was synced longest ago was synced.
    """

    states: list[tuple[str, str, int]]
    switched_on: int
    stopped_count: int
    stopped: list[tuple[Mailbox, Advice]]
    oldest: datetime | None
    never_synced: int


def fleet_health(mailboxes: QuerySet[Mailbox]) -> FleetHealth:
    """The health of these mailboxes: six queries."""
    switched_on = mailboxes.filter(import_enabled=True)
    stopped = switched_on.filter(state__in=STOPPED).select_related("user").order_by("state_changed_at", "pk")
    by_state = mailboxes.order_by("state").values_list("state").annotate(count=Count("pk"))
    return FleetHealth(
        states=[(state, advice(state).title, count) for state, count in by_state],
        switched_on=switched_on.count(),
        stopped_count=stopped.count(),
        stopped=[(each, advice_of(each)) for each in stopped[:_MOST]],
        oldest=switched_on.aggregate(oldest=Min("last_synced_at"))["oldest"],
        never_synced=switched_on.filter(last_synced_at=None).count(),
    )
