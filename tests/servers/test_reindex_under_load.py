"""`reindex` while mail is written, deleted and searched at once: no search misses what an earlier one found.

writer ── records mails, deletes others ──▶ tables + outbox ──▶ drainer ──▶ both indexes
searchers ── everything they found once, and nobody deleted, they find again ── while the index is built and swapped
"""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections

from tests.support.factories import ContactFactory
from tests.support.recording import JANE, compose, record
from timeline.documents import ALIAS
from timeline.models import Engagement, IndexBuild
from timeline.search import building, query, search_engagements, writing
from timeline.services.deletion import delete_engagement

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

BEFORE, BUILDS, PORTION = 200, 3, 20
WRITES, DRAINS, SEARCHES = 5, 5, 20
"""How much has to happen, at least, before the last index is built."""


@pytest.fixture
def small_portions(monkeypatch):
    """Many portions a build, so that much happens between two of them."""
    monkeypatch.setattr(writing, "_AT_ONCE", PORTION)
    monkeypatch.setattr(query, "_MAY_LAG", timedelta(days=1))  # the database is not to help out, however slow it goes


def until(stop: threading.Event, done: Counter[str], name: str, work: Callable[[], object]) -> None:
    """Do `work` again and again on a connection of this thread's own, and count how often."""
    try:
        while not stop.is_set():
            work()
            done[name] += 1
    finally:
        stop.set()  # one that fails ends all
        connections.close_all()


class Searcher:
    """Looks for everything, and expects to find what it found before; `doomed` are those that may go."""

    def __init__(self, viewer, doomed: set[UUID]) -> None:
        self.viewer, self.doomed = viewer, doomed
        self.seen: set[UUID] = set()
        self.missed: list[UUID] = []
        self.answered_by = {"elasticsearch": 0, "database": 0}

    def search(self) -> None:
        answer = search_engagements(self.viewer, "renewal")
        found = set(answer.engagements.values_list("pk", flat=True))
        self.answered_by[answer.backend] += 1
        self.missed += self.seen - found - self.doomed
        self.seen |= found


@pytest.mark.usefixtures("small_portions", "server")
def test_no_search_misses_what_was_there_while_the_index_is_built_anew(acme, alice, carol):
    ContactFactory(organization=acme, address=JANE)
    record(acme, carol, *[compose(acme, number) for number in range(BEFORE)])
    building.build_index()
    doomed: set[UUID] = set()
    searchers = [Searcher(viewer, doomed) for viewer in (carol, alice)]
    dice, number = random.Random(4), iter(range(BEFORE, 1_000_000))
    stop, done = threading.Event(), Counter[str]()

    def write() -> None:
        record(acme, carol, *[compose(acme, next(number)) for _ in range(3)])
        gone = dice.choice(list(Engagement.objects.exclude(pk__in=doomed)[:50]))
        doomed.add(gone.pk)
        delete_engagement(engagement=gone, actor=alice)

    def has_seen_enough() -> bool:
        answered = min(searcher.answered_by["elasticsearch"] for searcher in searchers)
        return done["write"] > WRITES and done["drain"] > DRAINS and answered > SEARCHES

    with ThreadPoolExecutor(4) as pool:
        work = {
            "write": write,
            "drain": writing.drain_changes,
            "carol": searchers[0].search,
            "alice": searchers[1].search,
        }
        running = [pool.submit(until, stop, done, name, each) for name, each in work.items()]
        try:
            builds = 0
            while not stop.is_set() and (builds < BUILDS or not has_seen_enough()):
                building.build_index()
                builds += 1
        finally:
            stop.set()
        for each in running:
            each.result()

    writing.drain_changes()
    for searcher in searchers:
        assert searcher.missed == []
        assert len(searcher.seen) >= BEFORE
        assert searcher.answered_by["database"] == 0
    assert _documents() == {str(key) for key in Engagement.objects.values_list("pk", flat=True)}
    assert not IndexBuild.objects.exists()


def _documents() -> set[str]:
    from timeline.search.elastic import client

    client().indices.refresh(index=ALIAS)
    hits = client().search(index=ALIAS, size=10_000, source=False)["hits"]["hits"]
    return {hit["_id"] for hit in hits}
