"""What search does while its server does not answer: nothing is lost, nothing waits, and it says so."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from tests.support.changes import pass_the_door
from tests.support.factories import ContactFactory, EngagementFactory
from tests.support.recording import JANE, compose, record
from timeline.models import Change, Engagement, IndexBuild, SearchText
from timeline.search import search_engagements
from timeline.search.elastic import breaker
from timeline.search.lag import index_lag, unread_by_index
from timeline.search.upkeep import bring_index_up_to_date, mend_index
from timeline.tasks import drain_changes, remove_orphans


@pytest.fixture
def jane(acme):
    return ContactFactory(organization=acme, address=JANE)


@pytest.fixture(autouse=True)
def no_server(settings):
    settings.ELASTICSEARCH_URL = ""


@pytest.fixture
def dead_server(settings, no_server):
    """An address where nobody listens."""
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    breaker.reset()
    yield
    breaker.reset()


@pytest.mark.usefixtures("jane")
def test_without_a_search_server_nothing_waits_for_it(acme, carol):
    record(acme, carol, compose(acme))
    assert Change.objects.filter(resource="engagement").count() == 1
    assert not unread_by_index().exists()
    assert bring_index_up_to_date() == mend_index() == 0


@pytest.mark.usefixtures("jane", "dead_server")
def test_a_mail_waits_for_the_index_from_the_transaction_that_records_it(acme, carol):
    with transaction.atomic():
        record(acme, carol, compose(acme))
        transaction.set_rollback(True)
    assert not Change.objects.exists()
    record(acme, carol, compose(acme))
    assert unread_by_index().get().resource_id == Engagement.objects.get().pk
    before = Change.objects.count()
    record(acme, carol, compose(acme))
    assert Change.objects.count() == before, "a replayed page changes nothing"


@pytest.mark.usefixtures("jane", "dead_server")
def test_a_dead_server_keeps_the_change_and_the_database_answers(acme, carol):
    record(acme, carol, compose(acme))
    assert drain_changes() == mend_index() == 0
    assert index_lag().pending == 1
    answer = search_engagements(carol, "renewal")
    assert (answer.backend, answer.engagements.count()) == ("database", 1)
    assert "does not answer" in answer.notice
    assert not IndexBuild.objects.exists(), "a build that failed is not under way"


@pytest.mark.usefixtures("jane", "dead_server")
def test_a_broker_that_is_down_does_not_fail_the_write(acme, carol, monkeypatch, django_capture_on_commit_callbacks):
    from kombu.exceptions import OperationalError

    def refuse(*_, **__):
        raise OperationalError("down")

    monkeypatch.setattr("celery.current_app.send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        record(acme, carol, compose(acme))
    assert unread_by_index().count() == 1


@pytest.mark.usefixtures("dead_server", "db")
def test_reindex_says_that_the_server_does_not_answer():
    with pytest.raises(CommandError, match="takes no documents now"):
        call_command("reindex")


@pytest.mark.usefixtures("jane")
def test_reindex_folds_the_words_anew_where_the_database_answers(acme, carol, capsys):
    record(acme, carol, compose(acme))
    bare = EngagementFactory(organization=acme, subject="Forgotten")
    SearchText.objects.all().delete()
    assert not search_engagements(carol, "renewal").engagements.exists()
    call_command("reindex")
    assert "2 engagements are folded anew" in capsys.readouterr().out
    assert search_engagements(carol, "renewal").engagements.count() == 1
    assert search_engagements(carol, "forgotten").engagements.get() == bare


def test_words_follow_a_changed_participant(acme, carol):
    engagement = EngagementFactory(organization=acme)
    engagement.participants.create(organization=acme, role="from", name="Jane Doe", address=JANE)
    pass_the_door(acme.pk, [engagement.pk])
    assert search_engagements(carol, "jane").engagements.exists()
    engagement.participants.update(name="", address="erased@invalid")
    pass_the_door(acme.pk, [engagement.pk])
    assert not search_engagements(carol, "jane").engagements.exists()


@pytest.mark.usefixtures("dead_server")
def test_an_organizations_deletion_asks_for_its_documents_to_be_removed(
    rival, monkeypatch, django_capture_on_commit_callbacks
):
    asked = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **_: asked.append(name))
    with django_capture_on_commit_callbacks(execute=True):
        rival.delete()
    assert asked == [remove_orphans.name]
