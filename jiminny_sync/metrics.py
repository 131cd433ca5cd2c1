"""What a monitoring system reads: numbers of the whole installation, with no organization, person or mail in them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import Count, Min, Sum

from core.db.portions import in_portions
from mailsync.domain.vocabulary import MailboxState, RunKind
from mailsync.models import Mailbox, MailboxWalk, SyncRun
from mailsync.services.mailbox import is_documented_cause
from timeline.search.lag import index_lag
from timeline.selectors.standings import waiting_since

WINDOW = timedelta(hours=1)
DAY = timedelta(days=1)
OVERDUE_AFTER = timedelta(minutes=5)
_RUNS_AT_ONCE = 2_000

_OTHER_CAUSE = "other"

Sample = tuple[dict[str, str], float]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that goes up and down, by labels."""

    name: str
    meaning: str
    samples: Sequence[Sample]


def gather(now: datetime) -> list[Gauge]:
    """All gauges: eleven queries."""
    return [*_mailboxes(now), *_runs(now), *_readers_of_changes(now)]


def exposition(gauges: Iterable[Gauge]) -> str:
    """Prometheus' text format. Labels are our own words and documented codes: nothing in them needs escaping."""
    lines = []
    for gauge in gauges:
        lines += [f"# HELP {gauge.name} {gauge.meaning}", f"# TYPE {gauge.name} gauge"]
        for labels, value in gauge.samples:
            written = ",".join(f'{label}="{text}"' for label, text in labels.items())
            lines.append(f"{gauge.name}{{{written}}} {value:g}" if written else f"{gauge.name} {value:g}")
    return "\n".join(lines) + "\n"


def _mailboxes(now: datetime) -> list[Gauge]:
    by_state = dict(Mailbox.objects.order_by().values_list("state").annotate(number=Count("pk")))
    enabled = Mailbox.objects.filter(import_enabled=True)
    reading = enabled.filter(state__in=[MailboxState.IN_SYNC, MailboxState.CATCHING_UP, MailboxState.THROTTLED])
    oldest: datetime | None = reading.aggregate(oldest=Min("last_synced_at"))["oldest"]
    overdue = enabled.filter(due_at__lt=now - OVERDUE_AFTER).count()
    gap = enabled.aggregate(gap=Sum("reconciliation_gap"))["gap"] or 0
    states: list[Sample] = [({"state": state.value}, by_state.get(state.value, 0)) for state in MailboxState]
    lag = (now - oldest).total_seconds() if oldest else 0
    return [
        Gauge("email_sync_mailboxes", "Mailboxes by state.", states),
        Gauge("email_sync_mailboxes_overdue", "Switched-on mailboxes due for five minutes or more.", [({}, overdue)]),
        Gauge("email_sync_oldest_sync_seconds", "Since the longest unsynced working mailbox was in sync.", [({}, lag)]),
        Gauge("email_sync_reconciliation_gap", "Mails still missing after the last reconciliations.", [({}, gap)]),
        _repaired(now),
        _causes(),
    ]


def _causes() -> Gauge:
    """Why mailboxes are not in sync, by the causes that are documented; the console has every code as it came."""
    rows = Mailbox.objects.filter(import_enabled=True).exclude(state_reason="").order_by("state", "state_reason")
    counted: Counter[tuple[str, str]] = Counter()
    for state, cause, number in rows.values_list("state", "state_reason").annotate(number=Count("pk")):
        counted[state, _label_of(cause)] += number
    samples: list[Sample] = [({"state": state, "cause": cause}, number) for (state, cause), number in counted.items()]
    return Gauge("email_sync_mailboxes_by_cause", "Switched-on mailboxes by state and its cause.", samples)


def _label_of(cause: str) -> str:
    return cause.replace(" ", "_") if is_documented_cause(cause) else _OTHER_CAUSE


def _repaired(now: datetime) -> Gauge:
    """A reconciliation that brings mail in is worth a look: something else had lost it."""
    walks = MailboxWalk.objects.filter(kind=RunKind.RECONCILIATION, ended_at__gte=now - DAY, ended_at__lte=now)
    sums = walks.aggregate(found=Sum("found"), unreadable=Sum("unreadable"))
    return Gauge(
        "email_sync_reconciliation_mails_last_day",
        "Mails that reconciliations brought in, and those that Microsoft could not deliver.",
        [({"outcome": "repaired"}, sums["found"] or 0), ({"outcome": "unreadable"}, sums["unreadable"] or 0)],
    )


def _runs(now: datetime) -> list[Gauge]:
    runs: Counter[tuple[str, str]] = Counter()
    outcomes: Counter[str] = Counter(kept=0, failed=0)
    requests = 0
    recent = SyncRun.objects.filter(ended_at__gte=now - WINDOW, ended_at__lte=now)
    for run in chain.from_iterable(in_portions(recent, _RUNS_AT_ONCE, by=["ended_at", "pk"])):
        runs[run.kind, "complete" if run.is_complete else "short"] += 1
        outcomes.update({"kept": run.kept, "failed": run.failed, **run.dropped})
        requests += run.requests
    return [
        Gauge(
            "email_sync_runs_last_hour",
            "Sync runs that ended within the hour, by kind and whether they reached the end.",
            [({"kind": kind, "end": end}, number) for (kind, end), number in sorted(runs.items())],
        ),
        Gauge(
            "email_sync_mails_last_hour",
            "Mails that these runs looked at, by what became of them.",
            [({"outcome": outcome}, number) for outcome, number in sorted(outcomes.items())],
        ),
        Gauge("email_sync_graph_requests_last_hour", "HTTP requests of these runs to Microsoft.", [({}, requests)]),
    ]


def _readers_of_changes(now: datetime) -> list[Gauge]:
    def since(moment: datetime | None) -> Sequence[Sample]:
        return [({}, max((now - moment).total_seconds(), 0) if moment else 0)]

    return [
        Gauge(
            "email_sync_index_lag_seconds",
            "Since the oldest change that search does not know yet.",
            since(index_lag().since),
        ),
        Gauge(
            "email_sync_sums_lag_seconds",
            "Since the oldest change that no deal's sums count yet.",
            since(waiting_since()),
        ),
    ]
