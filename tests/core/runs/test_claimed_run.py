"""A second producer lives by the same runs, without a line of a mailbox's: opened, closed, failed, freed."""

import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from core.encryption import UnreadableSecret
from core.http import errors
from core.http.errors import ItemGone, OutsideError, Retryable, Throttled, Unavailable, leaves
from core.runs.claims import Claim, ClaimLost
from core.runs.run import claimed_run
from tests.core.runs.toy import STATES, Feed, FeedRun, FeedRunRow, FeedState, run_over
from tests.support.commands import ROOT
from tests.support.store import Store

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
LEASE = timedelta(seconds=300)
SHARED = [leaf for leaf in leaves() if leaf.__module__ == errors.__name__]


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def fresh(feed: Feed) -> Feed:
    return Feed.objects.get(pk=feed.pk)


def reading(feed: Feed, clock: Clock) -> AbstractContextManager[FeedRun | None]:
    loaded = fresh(feed)
    return claimed_run(loaded, run_over(loaded, clock), clock=clock)


def read(feed: Feed, clock: Clock, *, error: BaseException | None = None, lines: int = 0) -> FeedRun:
    """A run that reads some lines and then ends, with an error or in order."""
    with reading(feed, clock) as run:
        assert run is not None
        if lines:
            run.read(lines)
        if error:
            raise error
        run.row.is_complete = True
    assert run.is_left
    return run


def is_free(feed: Feed) -> bool:
    row = fresh(feed)
    return (row.claim, row.claimed_until) == ("", None)


def test_a_run_that_came_to_its_end_is_closed_and_its_source_in_sync(feed, clock):
    read(feed, clock, lines=3)
    row = FeedRunRow.objects.get()
    assert (row.lines, row.is_complete, row.ended_at, row.ended_by) == (3, True, NOW, "")
    assert (fresh(feed).state, fresh(feed).lines_read) == (FeedState.IN_SYNC, 3)


def test_a_run_whose_time_is_up_steps_aside_and_says_so(feed, clock):
    with reading(feed, clock) as run:
        run.read(1)
        clock.now += timedelta(minutes=6)
        assert run.is_time_up
    assert FeedRunRow.objects.get().ended_by == "time_up"
    assert fresh(feed).state == FeedState.CATCHING_UP


@pytest.mark.parametrize("leaf", SHARED)
@pytest.mark.parametrize("lines", [0, 2], ids=["at once", "in the middle"])
def test_each_error_of_the_tree_ends_the_run_in_the_state_that_it_means(feed, clock, leaf: type[OutsideError], lines):
    Feed.objects.update(failures=4)
    read(feed, clock, error=leaf("TheirCode"), lines=lines)
    row, source = FeedRunRow.objects.get(), fresh(feed)
    assert (row.ended_by, row.ended_at, row.is_complete, row.lines) == ("TheirCode", NOW, False, lines)
    assert source.state_reason == "TheirCode"
    assert source.failures == (1 if lines else 5), "a run that came some way begins a new row"
    if leaf in STATES.stops:
        assert (source.state, source.due_at, source.not_before) == (STATES.stops[leaf], NOW + timedelta(hours=1), None)
    else:
        assert source.state == (FeedState.THROTTLED if leaf is Throttled else FeedState.CATCHING_UP)
        assert source.due_at == source.not_before
        assert NOW < source.due_at < NOW + timedelta(minutes=2)


def test_every_error_that_stops_has_a_state_in_the_producers_table():
    stopping = {leaf for leaf in SHARED if issubclass(leaf, errors.ConnectionLost | errors.Misconfigured)}
    assert stopping == set(STATES.stops)


@pytest.mark.parametrize("leaf", [Throttled, Unavailable])
def test_a_wait_that_was_asked_for_is_kept(feed, clock, leaf: type[Retryable]):
    read(feed, clock, error=leaf(retry_after=600.0))
    assert fresh(feed).not_before >= NOW + timedelta(minutes=10)


def test_a_defect_of_ours_is_told_by_its_kind_and_tried_again(feed, clock):
    read(feed, clock, error=ZeroDivisionError("with what a line says"))
    assert FeedRunRow.objects.get().ended_by == "Defect:ZeroDivisionError"
    assert fresh(feed).state == FeedState.CATCHING_UP


def test_a_secret_that_does_not_open_is_the_operators_alarm(feed, clock):
    read(feed, clock, error=UnreadableSecret("The key is gone."))
    assert FeedRunRow.objects.get().ended_by == "UnreadableSecret"
    assert fresh(feed).state == FeedState.MISCONFIGURED


def test_switched_off_in_the_middle_nothing_more_is_written_and_no_state_is_touched(feed, clock):
    with reading(feed, clock) as run:
        run.read(1)
        Feed.objects.update(is_on=False, state="as it was")
        run.read(1)
    assert (fresh(feed).lines_read, fresh(feed).state) == (1, "as it was")
    assert FeedRunRow.objects.get().ended_by == "switched_off"


def test_of_two_workers_that_saw_the_same_row_one_reads(feed, clock):
    mine, theirs = fresh(feed), fresh(feed)
    with claimed_run(mine, run_over(mine, clock), clock=clock) as run:
        with claimed_run(theirs, run_over(theirs, clock), clock=clock) as other:
            assert other is None
        with reading(feed, clock) as later:
            assert later is None
        run.read(1)
    assert FeedRunRow.objects.count() == 1


def test_what_is_switched_off_is_not_read_and_nothing_is_written(feed, clock):
    Feed.objects.update(is_on=False)
    with reading(feed, clock) as run:
        assert run is None
    assert not FeedRunRow.objects.exists()


def test_who_lost_the_source_writes_nothing_more_and_takes_it_from_nobody(feed, clock):
    with reading(feed, clock) as slow:
        slow.read(1)
        Feed.objects.update(claim="elsewhere.1.1.abc")
        clock.now += LEASE * 2
        with reading(feed, clock) as next_one:
            with pytest.raises(ClaimLost):
                slow.read(10)
            next_one.read(1)
        slow.read(10)
    ends = list(FeedRunRow.objects.order_by("ended_at", "pk").values_list("ended_by", flat=True))
    assert sorted(ends) == ["claim_lost", "time_up"]
    assert fresh(feed).lines_read == 2


def test_an_end_that_cannot_be_shown_is_a_failure_and_its_row_is_closed_once(feed, clock, monkeypatch):
    monkeypatch.setattr(FeedRun, "end", lambda _: 1 / 0)
    read(feed, clock)
    row = FeedRunRow.objects.get()
    assert (row.ended_by, row.is_complete) == ("Defect:ZeroDivisionError", False)
    assert fresh(feed).state == FeedState.CATCHING_UP


@pytest.mark.parametrize("hook", ["fail", "leave", "close"])
def test_a_defect_while_it_is_closed_comes_out_and_leaves_nothing_claimed(feed, clock, monkeypatch, hook):
    def fall_over(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(FeedRun, hook, fall_over)
    with pytest.raises(ZeroDivisionError), reading(feed, clock):
        raise ItemGone


def test_what_cannot_begin_leaves_nothing_claimed(feed, clock):
    def begin(_: Claim) -> FeedRun:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), claimed_run(fresh(feed), begin, clock=clock):
        pytest.fail("nothing was begun")


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_a_process_that_is_asked_to_end_frees_what_it_reads(feed, clock, end):
    with pytest.raises(end):
        read(feed, clock, error=end(), lines=1)
    assert FeedRunRow.objects.get().ended_at is None, "the next one closes it"


READER = """
import sys, time
import django
django.setup()
from django.utils import timezone
from core.runs.run import claimed_run
from tests.core.runs.toy import Feed, run_over
feed = Feed.objects.get()
with claimed_run(feed, run_over(feed, timezone.now), clock=timezone.now) as run:
    run.read(1)
    print("reading", flush=True)
    time.sleep(60)
"""


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_elsewhere", [False, True], ids=["of this machine", "of another"])
def test_a_worker_killed_in_the_middle_is_followed_at_once_or_after_its_lease(feed, clock, tmp_path, is_elsewhere):
    store = Store(tmp_path)
    environment = os.environ | {
        "DATABASE_URL": store.url,
        "DJANGO_SETTINGS_MODULE": "jiminny_sync.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
    }
    worker = subprocess.Popen([sys.executable, "-c", READER], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"reading\n"
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    store.fetch()
    assert not is_free(feed)
    clock.now = datetime.now(UTC)
    if is_elsewhere:
        Feed.objects.update(claim="elsewhere.1.1.abc")
        with reading(feed, clock) as run:
            assert run is None
        clock.now += LEASE + timedelta(seconds=1)
    read(feed, clock, lines=2)
    dead, mine = FeedRunRow.objects.order_by("started_at")
    assert (dead.ended_by, dead.lines) == ("worker_lost", 1)
    assert (mine.ended_by, mine.lines) == ("", 2)
    assert fresh(feed).lines_read == 3
