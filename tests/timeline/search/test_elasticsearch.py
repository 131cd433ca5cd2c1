"""Search as Elasticsearch answers it, and an index that neither loses, doubles nor keeps what it should not.

Run against a real server: `make services-test`, or with ELASTICSEARCH_URL set.
"""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from tests.support.changes import pass_the_door
from tests.support.factories import ChangeFactory, EngagementFactory
from tests.support.recording import compose, record
from tests.timeline.search.searching import SearchTests
from timeline.models import Change, Engagement, IndexBuild
from timeline.search import search_engagements
from timeline.search.lag import BUILD_SILENT_FOR, index_lag, unread_by_index
from timeline.search.upkeep import bring_index_up_to_date, mend_index
from timeline.search.writing import IndexUnavailable
from timeline.services.deletion import delete_engagement
from timeline.services.erasure import erase_person

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not settings.ELASTICSEARCH_URL, reason="ELASTICSEARCH_URL is not set"),
]


@pytest.fixture
def settled(server):
    from timeline.documents import ALIAS

    def settle():
        bring_index_up_to_date()
        assert not unread_by_index().exists()
        server.indices.refresh(index=ALIAS)

    return settle


def documents(server):
    """Ids and source of every document in use."""
    from timeline.documents import ALIAS

    server.indices.refresh(index=ALIAS)
    hits = server.search(index=ALIAS, size=1000)["hits"]["hits"]
    return {hit["_id"]: hit["_source"] for hit in hits}


class TestElasticsearchSearch(SearchTests):
    """The tests of tests/timeline/search/searching.py."""

    backend = "elasticsearch"

    @pytest.fixture
    def settled(self, server):
        from timeline.documents import ALIAS

        def settle():
            bring_index_up_to_date()
            server.indices.refresh(index=ALIAS)

        return settle


@pytest.mark.django_db
class TestTheIndex:
    """What stands in it, and what becomes of it when things go wrong."""

    @pytest.fixture(autouse=True)
    def jane(self, acme):
        from tests.support.factories import ContactFactory
        from tests.support.recording import JANE

        return ContactFactory(organization=acme, address=JANE)

    def test_a_document_says_who_may_read_it_and_holds_no_words_to_read_back(self, acme, carol, server, settled):
        record(acme, carol, compose(acme, text="zebra", new_text="zebra"))
        settled()
        [(key, source)] = documents(server).items()
        engagement = Engagement.objects.get()
        assert key == str(engagement.pk)
        assert source["organization"] == str(acme.pk)
        assert source["readers"] == [str(carol.pk)]
        assert source["addresses"] == ["carol@acme.example", "jane@globex.example"]
        assert source["kind"] == "email"
        assert source["conversation"] == str(engagement.conversation_id)
        assert "zebra" not in str(source)
        assert "Renewal" not in str(source)

    def test_a_server_that_is_down_loses_nothing_and_says_so(self, acme, carol, server, settled, settings):
        url = settings.ELASTICSEARCH_URL
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
        record(acme, carol, compose(acme))
        assert bring_index_up_to_date() == 0
        answer = search_engagements(carol, "renewal")
        assert (answer.backend, answer.engagements.count()) == ("database", 1)
        assert "does not answer" in answer.notice
        assert index_lag().pending == 1
        settings.ELASTICSEARCH_URL = url
        from timeline.search.elastic import breaker

        breaker.reset()
        settled()
        assert search_engagements(carol, "renewal").backend == "elasticsearch"
        assert len(documents(server)) == 1

    def test_an_index_that_is_behind_is_not_asked(self, acme, carol, settled):
        record(acme, carol, compose(acme))
        settled()
        ChangeFactory(organization=acme, resource_id=Engagement.objects.get().pk)
        Change.objects.update(recorded_at=timezone.now() - timedelta(minutes=5))
        answer = search_engagements(carol, "renewal")
        assert (answer.backend, "catching up" in answer.notice) == ("database", True)

    def test_a_full_disk_keeps_what_was_announced(self, acme, carol, server, settled):
        from timeline.documents import ALIAS

        settled()
        block = {"index.blocks.read_only_allow_delete": True}
        server.indices.put_settings(index=ALIAS, settings=block)
        record(acme, carol, *[compose(acme, number) for number in range(3)])
        assert bring_index_up_to_date() == 0
        assert index_lag().pending == 3
        server.indices.put_settings(index=ALIAS, settings={"index.blocks.read_only_allow_delete": None})
        settled()
        assert len(documents(server)) == 3

    def test_a_wiped_server_is_filled_again_from_the_tables(self, acme, carol, server, settled):
        record(acme, carol, *[compose(acme, number) for number in range(5)])
        settled()
        before = documents(server)
        from timeline.documents import ALIAS

        for index in server.indices.get(index=f"{ALIAS}*"):
            server.indices.delete(index=index)
        settled()
        assert documents(server) == before

    def test_a_write_to_a_missing_index_does_not_make_one_by_accident(self, acme, carol, server):
        from timeline.documents import ALIAS
        from timeline.search.writing import Announced, IndexMissing, write_documents

        record(acme, carol, compose(acme))
        with pytest.raises(IndexMissing):
            write_documents([Announced(acme.pk, Engagement.objects.get().pk)], ALIAS)
        assert not server.indices.exists(index=ALIAS)

    def test_a_write_that_was_overtaken_by_a_deletion_does_not_bring_it_back(self, acme, carol, server, settled):
        from timeline.documents import ALIAS
        from timeline.search import writing

        record(acme, carol, compose(acme))
        settled()
        engagement = Engagement.objects.get()
        late = writing._action(
            writing.Announced(acme.pk, engagement.pk),
            Engagement.objects.select_related("email", "search_text").get(),
            writing._clock(),
            ALIAS,
            ALIAS,
        )
        key = engagement.pk
        engagement.delete()
        pass_the_door(acme.pk, [key])
        settled()
        from elasticsearch.helpers import streaming_bulk

        refused = [not is_done for is_done, _ in streaming_bulk(server, filter(None, [late]), raise_on_error=False)]
        assert refused == [True]
        assert documents(server) == {}

    def test_reindex_takes_over_without_a_gap(self, acme, carol, server, settled):
        from timeline.documents import ALIAS
        from timeline.search.building import build_index

        record(acme, carol, *[compose(acme, number) for number in range(20)])
        settled()
        [old] = server.indices.get_alias(name=ALIAS)
        found_meanwhile = []

        def meanwhile(done, total):
            found_meanwhile.append(search_engagements(carol, "renewal").engagements.count())
            if done == 0:
                gone = Engagement.objects.order_by("pk")[0]
                Engagement.objects.filter(pk=gone.pk).delete()
                pass_the_door(acme.pk, [gone.pk])
            else:
                latest = Engagement.objects.order_by("-pk")[0]
                Engagement.objects.filter(pk=latest.pk).delete()
                pass_the_door(acme.pk, [latest.pk])
                record(acme, carol, compose(acme, 500))

        build_index(meanwhile)
        [new] = server.indices.get_alias(name=ALIAS)
        assert new != old
        assert not server.indices.exists(index=old)
        settled()
        assert set(documents(server)) == {str(key) for key in Engagement.objects.values_list("pk", flat=True)}
        assert len(documents(server)) == 19
        assert min(found_meanwhile) >= 19
        assert not IndexBuild.objects.exists()

    def test_a_change_whose_writing_straddles_the_swap_is_in_the_new_index(
        self, acme, carol, server, settled, monkeypatch
    ):
        from timeline.documents import ALIAS
        from timeline.search import building, writing

        record(acme, carol, compose(acme, 1))
        settled()
        build = building._claim()
        building._create(build.index)
        building._copy(build, lambda *_: None)
        record(acme, carol, compose(acme, 2))
        write = writing.write_documents
        findable: list[int] = []

        def take_over_after_the_first(announced, target, **options):
            write(announced, target, **options)
            if not findable:
                findable.append(server.count(index=build.index)["count"])
                building._take_over(build.index)

        monkeypatch.setattr(writing, "write_documents", take_over_after_the_first)
        monkeypatch.setattr(building, "drain_changes", lambda: 0)  # as where it ended a moment before
        writing.drain_changes()

        assert findable == [2], "what the old index is about to show can be found in the new one"
        assert set(documents(server)) == {str(key) for key in Engagement.objects.values_list("pk", flat=True)}
        assert list(server.indices.get_alias(name=ALIAS)) == [build.index]

    def test_a_build_that_died_half_way_is_done_again_by_itself(self, acme, carol, server, settled):
        from timeline.documents import ALIAS
        from timeline.search import building, writing

        record(acme, carol, *[compose(acme, number) for number in range(3)])
        settled()
        building._create(building._claim().index)
        assert bring_index_up_to_date() == 0
        assert server.indices.exists(index=writing.BUILDING), "a build that lives is left alone"

        IndexBuild.objects.update(alive_at=timezone.now() - BUILD_SILENT_FOR * 2)
        settled()
        assert not IndexBuild.objects.exists()
        assert len(documents(server)) == 3
        assert len(server.indices.get(index=f"{ALIAS}*")) == 1

    @pytest.mark.usefixtures("server")
    def test_a_deletion_while_an_index_is_about_to_be_built_makes_none_of_its_aliass_name(self, acme, carol, server):
        from timeline.search import writing

        [mail] = record(acme, carol, compose(acme, 1))
        bring_index_up_to_date()
        IndexBuild.objects.create(pk=1, index="soon", alive_at=timezone.now())
        gone = writing.Announced(acme.pk, mail.email_id)
        Engagement.objects.filter(pk=mail.email_id).delete()
        writing.write_everywhere([gone])
        assert not server.indices.exists(index=writing.BUILDING)

    def test_a_second_build_waits_for_the_first_and_takes_over_a_dead_one(self):
        from timeline.search.building import BuildUnderWay, build_index

        IndexBuild.objects.create(pk=1, index="other", alive_at=timezone.now())
        with pytest.raises(BuildUnderWay):
            build_index()
        IndexBuild.objects.update(alive_at=timezone.now() - BUILD_SILENT_FOR * 2)
        assert build_index() == 0
        assert not IndexBuild.objects.exists()

    def test_drift_is_noticed_by_month_and_mended(self, acme, carol, server, settled):
        from timeline.documents import ALIAS

        record(acme, carol, *[compose(acme, number) for number in range(6)])
        settled()
        assert mend_index() == 0
        first, second, third, *_ = map(str, Engagement.objects.order_by("pk").values_list("pk", flat=True))
        server.delete(index=ALIAS, id=first, routing=str(acme.pk))
        Engagement.objects.filter(pk=second).update(visibility="owner_only", changed_at=timezone.now())
        Engagement.objects.filter(pk=third).delete()
        assert mend_index() == 3
        settled()
        found = documents(server)
        assert first in found
        assert found[second]["visibility"] == "owner_only"
        assert third not in found
        assert mend_index() == 0

    def test_what_was_deleted_while_the_server_was_down_is_removed_when_it_is_back(
        self, acme, rival, alice, carol, server, settled, settings
    ):
        from timeline.search.elastic import breaker
        from timeline.search.orphans import remove_orphans

        record(acme, carol, compose(acme, 1), compose(acme, 2, cc=("joe@globex.example",)), compose(acme, 3))
        pass_the_door(rival.pk, [EngagementFactory(organization=rival).pk for _ in range(3)])
        settled()
        deleted, erased, kept = Engagement.objects.filter(organization=acme).order_by("occurred_at")
        assert len(documents(server)) == 6

        url, settings.ELASTICSEARCH_URL = settings.ELASTICSEARCH_URL, "http://127.0.0.1:9"
        delete_engagement(engagement=deleted, actor=alice)
        erase_person(organization=acme, raw_address="joe@globex.example", actor=alice)
        rival.delete()
        assert bring_index_up_to_date() == 0
        with pytest.raises(IndexUnavailable):
            remove_orphans()

        settings.ELASTICSEARCH_URL = url
        breaker.reset()
        settled()
        assert str(erased.pk) not in documents(server)
        assert remove_orphans() == 3
        assert set(documents(server)) == {str(kept.pk)}
        assert remove_orphans() == mend_index() == 0

    @pytest.mark.usefixtures("carol")
    def test_the_nights_comparison_removes_what_a_deleted_organization_left(self, rival, server, settled):
        pass_the_door(rival.pk, [EngagementFactory(organization=rival).pk])
        settled()
        rival.delete()
        assert mend_index() == 1
        assert documents(server) == {}

    def test_the_command_builds_the_index_and_tells_the_numbers(self, acme, carol, server, capsys):
        record(acme, carol, *[compose(acme, number) for number in range(3)])
        call_command("reindex")
        assert "holds 3 documents and is in use" in capsys.readouterr().out
        assert len(documents(server)) == 3

    def test_ten_thousand_matches_are_the_newest_and_said_to_be_cut(self, acme, carol, settled, monkeypatch):
        from timeline.search import elastic

        record(acme, carol, *[compose(acme, number, subject=f"Renewal {number}") for number in range(5)])
        settled()
        monkeypatch.setattr(elastic, "MOST_HITS", 3)
        answer = search_engagements(carol, "renewal")
        assert [row.subject for row in answer.engagements] == ["Renewal 4", "Renewal 3", "Renewal 2"]
        assert "newest" in answer.notice

    def test_an_engagement_without_words_does_not_stop_the_others(self, acme, carol, server, settled):
        bare = EngagementFactory(organization=acme)
        ChangeFactory(organization=acme, resource_id=bare.pk)
        record(acme, carol, compose(acme))
        settled()
        assert len(documents(server)) == 2
