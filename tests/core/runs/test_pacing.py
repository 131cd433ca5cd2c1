"""When a source is read next."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.runs.pacing import BACKOFF_CEILING, BACKOFF_FLOOR, backoff, next_slot

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


@given(st.uuids(), st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_slot_lies_within_one_interval_and_stays_the_same_second_of_it(source, now):
    slot = next_slot(source, now, QUARTER)
    assert timedelta(0) <= slot - now.replace(microsecond=0) <= QUARTER
    assert slot > now.replace(microsecond=0)
    assert next_slot(source, slot, QUARTER) == slot + QUARTER


def test_a_fleet_is_spread_over_the_interval():
    slots = Counter(next_slot(UUID(int=number), NOW, QUARTER).minute % 15 for number in range(1500))
    assert len(slots) == 15
    assert max(slots.values()) < 2 * min(slots.values())


def test_failures_wait_twice_as_long_each_time_up_to_an_hour():
    waits = [backoff(failures, None, 0.0) for failures in range(1, 20)]
    assert waits[0] == BACKOFF_FLOOR
    assert waits[1] == 2 * BACKOFF_FLOOR
    assert waits[-1] == BACKOFF_CEILING
    assert waits == sorted(waits)


def test_a_retry_after_of_one_second_is_not_believed():
    assert backoff(4, 1.0, 0.0) == 8 * BACKOFF_FLOOR


@given(st.integers(0, 10_000), st.floats(0, 100_000), st.floats(0, 1, exclude_max=True))
def test_what_was_asked_for_is_never_shortened(failures, asked, jitter):
    assert backoff(failures, asked, jitter) >= timedelta(seconds=asked)
