"""After any history the sums say of each deal, to each viewer, what a look at its whole history says."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.utils import timezone
from structlog.testing import capture_logs

from core.ids import new_id
from tests.support.factories import UserFactory
from tests.support.standings import assert_sums_are_those_of_the_history
from tests.timeline.changes.history import History
from timeline.changes import counting, following
from timeline.changes.following import StandingsDrift, follow, mend_all, mend_standings
from timeline.models import Association, Change, CountedShare, DealSum, Engagement, Participant

pytestmark = pytest.mark.django_db

STEPS = 30


@pytest.fixture
def people(alice, bob, carol, dave, acme):
    return {
        "alice": alice, "bob": bob, "carol": carol, "dave": dave,
        "erin": UserFactory(organization=acme, email="erin@acme.example", name="Erin"),
    }  # fmt: skip


def as_seen() -> dict[object, object]:
    """What readers may see of each engagement, and who took part in it."""
    parts: dict[object, list[object]] = {}
    for model in (Participant, Association):
        for row in model.objects.order_by("pk").values():
            parts.setdefault(row["engagement_id"], []).append(row)
    return {row["id"]: (row, parts.get(row["id"])) for row in Engagement.objects.values()}


@pytest.fixture(autouse=True)
def a_monday(time_machine, monkeypatch):
    """A moment that stands still; sums follow in portions of three."""
    time_machine.move_to(datetime(2026, 11, 16, 9, 0, tzinfo=UTC), tick=False)
    monkeypatch.setattr(following, "AT_ONCE", 3)
    monkeypatch.setattr(counting, "AT_ONCE", 3)


def a_history(organization, people):
    history = History(organization, people, 1)
    for _ in range(10):
        history.a_page_of_mail()
        history.an_activity()
    return history


@pytest.mark.parametrize("seed", range(4))
def test_after_any_history_each_viewer_is_told_what_the_whole_history_says(acme, people, time_machine, seed):
    """Told at once, wherever the follower is; every change is told at the door."""
    history = History(acme, people, seed)
    done = []
    for _ in range(STEPS):
        before, last = as_seen(), Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        done.append(history.goes_on())
        after = as_seen()
        said = set(Change.objects.filter(pk__gt=last, resource="engagement").values_list("resource_id", flat=True))
        changed = {pk for pk in before.keys() | after.keys() if before.get(pk) != after.get(pk)}
        assert changed - said == set(), done
        assert_sums_are_those_of_the_history(people.values())
        time_machine.shift(history.passes_time())
        assert_sums_are_those_of_the_history(people.values())
    assert mend_standings(organization=acme, now=timezone.now()) == StandingsDrift()
    follow(now=timezone.now())
    assert follow(now=timezone.now()) == 0
    assert mend_standings(organization=acme, now=timezone.now()) == StandingsDrift()
    assert_sums_are_those_of_the_history(people.values())


def test_a_drift_is_mended_and_told(acme, people):
    a_history(acme, people)
    follow(now=timezone.now())
    one, other, gone = CountedShare.objects.filter(is_summed=True).order_by("pk")[:3]
    one.delete()
    other.opportunity_id = new_id()
    other.save()
    Engagement.objects.filter(pk=gone.engagement_id).delete()
    DealSum.objects.order_by("pk")[0].delete()
    DealSum.objects.filter(pk=DealSum.objects.filter(day=None).order_by("-pk")[0].pk).update(last_at=timezone.now())
    with capture_logs() as logs:
        assert mend_all(now=timezone.now()) > 2
    assert [entry["event"] for entry in logs] == ["standings_drifted"]
    assert_sums_are_those_of_the_history(people.values())
    assert mend_all(now=timezone.now()) == 0


def test_the_command_counts_what_was_never_counted(acme, people, capsys):
    a_history(acme, people)
    follow(now=timezone.now())
    Change.objects.all().delete()
    counted = CountedShare.objects.values("engagement_id").distinct().count()
    CountedShare.objects.all().delete()
    DealSum.objects.all().delete()
    call_command("rebuild_standings")
    assert f"{counted} engagements were not counted" in capsys.readouterr().out
    assert_sums_are_those_of_the_history(people.values())
