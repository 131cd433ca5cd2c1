"""A unit of work begins again where another got in its way, and does once what it does."""

from types import SimpleNamespace

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from accounts.models import Organization
from core.db import unit_of_work as units
from core.db.unit_of_work import one_unit_of_work, unit_of_work

DEADLOCK = OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction")
COLLISIONS = [
    DEADLOCK,
    OperationalError(1205, "Lock wait timeout exceeded; try restarting transaction"),
    OperationalError(1020, "Record has changed since last read in table"),
    OperationalError("database is locked"),
    IntegrityError(1062, "Duplicate entry"),
]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch):
    monkeypatch.setattr(units, "random", SimpleNamespace(uniform=lambda *_: 0))


class Work:
    """Writes a row, and meets each of these errors before it comes to its end."""

    def __init__(self, *errors, slug="acme"):
        self.errors, self.slug, self.times = list(errors), slug, 0

    def __call__(self):
        self.times += 1
        Organization.objects.create(name="Acme", slug=self.slug)
        if self.errors:
            raise self.errors.pop(0)
        return self.times


@pytest.mark.parametrize("error", COLLISIONS, ids=str)
def test_what_collided_is_undone_and_done_again(error):
    assert unit_of_work(Work(error, error)) == 3
    assert Organization.objects.count() == 1


@pytest.mark.parametrize("error", [OperationalError(2013, "Lost connection to server during query"), ValueError("no")])
def test_any_other_error_is_told_at_once(error):
    work = Work(error)
    with pytest.raises(type(error)):
        unit_of_work(work)

    assert work.times == 1
    assert not Organization.objects.exists()


def test_it_gives_up_after_a_few_attempts_and_says_why():
    work = Work(*[IntegrityError(1062, "Duplicate entry")] * 100)
    with pytest.raises(IntegrityError, match="Duplicate"):
        unit_of_work(work)

    assert work.times == 8
    assert not Organization.objects.exists()


def test_who_loses_one_deadlock_after_another_comes_through_in_the_end():
    assert unit_of_work(Work(*[DEADLOCK] * 40)) == 41


def test_nobody_waits_for_many_lock_waits(monkeypatch):
    clock = iter(range(0, 1000, 20))
    monkeypatch.setattr(units, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=lambda _: None))
    work = Work(*[DEADLOCK] * 100)
    with pytest.raises(OperationalError):
        unit_of_work(work)

    assert work.times == 2


def test_within_another_unit_the_outermost_begins_again():
    outer_times = []
    inner = one_unit_of_work(Work(DEADLOCK, slug="inner"))

    @one_unit_of_work
    def outer():
        outer_times.append(1)
        Organization.objects.create(name="Outer", slug="outer")
        return inner()

    assert outer() == 2
    assert len(outer_times) == 2
    assert set(Organization.objects.values_list("slug", flat=True)) == {"inner", "outer"}


def test_what_was_caught_in_an_inner_unit_leaves_the_outer_one_whole():
    @one_unit_of_work
    def outer():
        Organization.objects.create(name="Outer", slug="outer")
        with pytest.raises(ValueError, match="refused"):
            unit_of_work(Work(ValueError("refused"), slug="inner"))

    outer()

    assert list(Organization.objects.values_list("slug", flat=True)) == ["outer"]


def test_what_waits_for_the_commit_happens_once():
    told = []
    work = Work(DEADLOCK)

    @one_unit_of_work
    def announced():
        transaction.on_commit(lambda: told.append(connection.in_atomic_block))
        work()

    announced()

    assert told == [False]


def test_an_error_after_the_commit_begins_nothing_again():
    work = Work()

    @one_unit_of_work
    def announced():
        work()
        transaction.on_commit(fail)

    def fail():
        raise DEADLOCK

    with pytest.raises(OperationalError):
        announced()

    assert work.times == Organization.objects.count() == 1


def test_a_function_keeps_its_name_and_arguments():
    @one_unit_of_work
    def add(one: int, *, two: int) -> int:
        """Add."""
        return one + two

    assert (add.__name__, add.__doc__, add(1, two=2)) == ("add", "Add.", 3)
