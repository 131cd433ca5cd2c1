"""How long the log of changes is kept, and who reads it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.support.factories import ChangeFactory
from timeline.changes import log
from timeline.models import Change, ChangeCursor
from timeline.search.lag import INDEX, unread_by_index
from timeline.selectors.standings import SUMS
from timeline.tasks import count_changes, number_changes, prune_changes

pytestmark = pytest.mark.django_db

OLD = timedelta(days=36)


@pytest.fixture(autouse=True)
def no_server(settings):
    settings.ELASTICSEARCH_URL = ""


def aged(organization, *ages):
    for age in ages:
        change = ChangeFactory(organization=organization)
        Change.objects.filter(pk=change.pk).update(recorded_at=timezone.now() - age)
    log.number()
    ChangeCursor.objects.update_or_create(name=SUMS, defaults={"position": Change.objects.count()})


def left():
    return list(Change.objects.order_by("id").values_list("position", flat=True))


def test_changes_are_kept_for_longer_than_a_reader_may_stay_away(acme):
    aged(acme, OLD, timedelta(days=34), timedelta(0))
    assert prune_changes() == 1
    assert left() == [2, 3]
    assert timedelta(days=30) < log.KEPT_FOR


def test_nothing_goes_from_the_middle_however_the_clocks_of_workers_go(acme):
    aged(acme, OLD, timedelta(days=1), OLD, OLD)
    assert prune_changes() == 1
    assert left() == [2, 3, 4]


def test_pruning_goes_on_over_portions(acme, monkeypatch):
    monkeypatch.setattr(log, "_AT_ONCE", 2)
    aged(acme, OLD, OLD, OLD, OLD, timedelta(0))
    assert prune_changes() == 4
    assert left() == [5]


def test_what_is_not_numbered_stays(acme):
    change = ChangeFactory(organization=acme)
    Change.objects.update(recorded_at=timezone.now() - OLD)
    assert prune_changes() == 0
    assert number_changes() == 1
    assert prune_changes() == 0, "nobody has counted it"
    assert count_changes() == 1
    assert prune_changes() == 1
    assert not Change.objects.filter(pk=change.pk).exists()


def test_what_the_index_has_not_read_stays_for_as_long_as_there_is_a_search_server(acme, settings):
    aged(acme, OLD, OLD, OLD)
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    assert prune_changes() == 0, "an index that never read has read nothing"
    ChangeCursor.objects.create(name=INDEX, position=2)
    assert unread_by_index().count() == 1
    assert prune_changes() == 2
    settings.ELASTICSEARCH_URL = ""
    assert prune_changes() == 1
