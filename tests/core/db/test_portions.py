"""Rows come in portions: each once, in order, and none that no query asked for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import GuessCount
from core.db.portions import in_portions

NOW = timezone.now()


@pytest.fixture
def slips(db):
    """Ten rows of three moments, made in no order of time."""
    return [
        GuessCount.objects.create(key_hash=f"{number:064}", began_at=NOW - timedelta(minutes=number % 3))
        for number in range(10)
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 9, 10, 11])
@pytest.mark.parametrize(
    "by", [["pk"], ["-pk"], ["key_hash"], ["began_at", "pk"], ["-began_at", "-pk"], ["began_at", "-pk"]]
)
def test_every_row_comes_once_and_in_order(slips, size, by):
    portions = list(in_portions(GuessCount.objects.all(), size, by=by))

    assert [row for some in portions for row in some] == list(GuessCount.objects.order_by(*by))
    assert max(len(some) for some in portions) <= size


def test_a_portion_is_one_query_and_a_short_one_is_the_last(slips, django_assert_num_queries):
    with django_assert_num_queries(3):
        list(in_portions(GuessCount.objects.all(), 4))


def test_named_values_are_rows_too(slips):
    rows = GuessCount.objects.values_list("began_at", named=True).distinct()

    found = [row.began_at for some in in_portions(rows, 2, by=["began_at"]) for row in some]
    assert found == sorted({slip.began_at for slip in slips})


def test_filters_hold_for_every_portion(slips):
    rows = GuessCount.objects.filter(began_at=NOW)

    assert sum(len(some) for some in in_portions(rows, 2)) == rows.count() == 4


def test_rows_that_go_as_they_are_read_leave_none_out(slips):
    for some in in_portions(GuessCount.objects.all(), 3):
        GuessCount.objects.filter(pk__in=[row.pk for row in some]).delete()

    assert not GuessCount.objects.exists()


def test_what_is_written_behind_the_last_key_meanwhile_is_met(slips):
    reading = in_portions(GuessCount.objects.all(), 4)
    first = next(reading)
    late = GuessCount.objects.create(key_hash="f" * 64, began_at=NOW)

    assert len(first) == 4
    assert late in [row for some in reading for row in some]


def test_of_no_rows_there_is_no_portion(db):
    assert list(in_portions(GuessCount.objects.none(), 5)) == list(in_portions(GuessCount.objects.all(), 5)) == []
