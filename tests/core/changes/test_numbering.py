"""The sequencer: positions in the order of commit, without a gap, however it is interrupted."""

import pytest

from core.changes import numbering
from core.changes.numbering import last_position, number_changes
from tests.support.factories import ChangeFactory
from timeline.models import Change, ChangeCursor

pytestmark = pytest.mark.django_db


def number():
    return number_changes(log=Change, cursors=ChangeCursor)


def positions():
    return dict(Change.objects.order_by("id").values_list("id", "position"))


def test_changes_are_numbered_from_one_in_the_order_of_ids(acme):
    ChangeFactory.create_batch(3, organization=acme)
    assert number() == 3
    assert list(positions().values()) == [1, 2, 3]
    assert (number(), last_position(ChangeCursor)) == (0, 3)


def test_a_row_that_was_inserted_first_and_commits_last_is_not_leapt_over(acme):
    for pk in (5, 6, 9):
        ChangeFactory(organization=acme, pk=pk)
    number()
    ChangeFactory(organization=acme, pk=3)  # its transaction began before the others and ends after them
    ChangeFactory(organization=acme, pk=7)
    number()
    assert positions() == {5: 1, 6: 2, 9: 3, 3: 4, 7: 5}


@pytest.mark.parametrize("at_once", [1, 2, 3, 7, 8])
def test_portions_follow_one_another_without_a_gap(acme, monkeypatch, at_once):
    monkeypatch.setattr(numbering, "_AT_ONCE", at_once)
    for pk in (2, 3, 4, 8, 9, 11, 20):
        ChangeFactory(organization=acme, pk=pk)
    assert number() == 7
    assert list(positions().values()) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("dies_at", [1, 2])
def test_a_sequencer_that_dies_in_the_middle_leaves_no_gap_and_gives_no_number_twice(acme, monkeypatch, dies_at):
    monkeypatch.setattr(numbering, "_AT_ONCE", 4)
    for pk in (1, 2, 5, 6, 8, 9):
        ChangeFactory(organization=acme, pk=pk)
    steps, save = [], ChangeCursor.save

    def dying(row, **options):
        steps.append(row)
        save(row, **options)
        if len(steps) == dies_at:
            raise KeyboardInterrupt

    monkeypatch.setattr(ChangeCursor, "save", dying)
    with pytest.raises(KeyboardInterrupt):
        number()
    monkeypatch.setattr(ChangeCursor, "save", save)
    numbered = sorted(filter(None, positions().values()))
    assert numbered == list(range(1, len(numbered) + 1))
    number()
    assert sorted(positions().values()) == [1, 2, 3, 4, 5, 6]


def test_what_is_pruned_leaves_the_numbers_going_on(acme):
    ChangeFactory.create_batch(2, organization=acme)
    number()
    Change.objects.all().delete()
    ChangeFactory(organization=acme)
    number()
    assert Change.objects.get().position == 3
