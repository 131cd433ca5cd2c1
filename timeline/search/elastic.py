"""Search in Elasticsearch: the same terms, the same rules about who finds what, answered as ids.

The rows themselves come from the database, which checks once more who may see them: a document that is a second
behind can leave something out, and never show what is not the viewer's.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from elasticsearch import ApiError, Elasticsearch, TransportError

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import User
from timeline.documents import ALIAS

MOST_HITS = 10_000
"""As many as one request returns (index.max_result_window); the newest are kept."""

_ANSWER_WITHIN_SECONDS = 3
_LEAVE_ALONE_SECONDS = 10
_NOT_FOUND = 404
Query = dict[str, Any]
log = structlog.get_logger(__name__)


class SearchUnavailable(Exception):
    """Elasticsearch does not answer, or has no index."""


@dataclass(frozen=True, slots=True)
class Hits:
    """The ids that match, newest first; `is_cut` where there are more than MOST_HITS."""

    ids: Sequence[UUID]
    is_cut: bool


class _Breaker:
    """Leaves a server alone for a moment after it failed, so that not every search waits for it."""

    def __init__(self) -> None:
        self._until = 0.0

    def is_open(self) -> bool:
        return time.monotonic() < self._until

    def trip(self) -> None:
        self._until = time.monotonic() + _LEAVE_ALONE_SECONDS

    def reset(self) -> None:
        self._until = 0.0


breaker = _Breaker()


@lru_cache(maxsize=4)
def _client(url: str) -> Elasticsearch:
    return Elasticsearch(url, max_retries=0, retry_on_timeout=False, request_timeout=30)


def client() -> Elasticsearch:
    """The process's connection pool to ELASTICSEARCH_URL; one attempt, no retries."""
    return _client(settings.ELASTICSEARCH_URL)


def indices_behind(alias: str) -> list[str]:
    """The indices that bear `alias`, asked in one question: between two of them an alias may come or go."""
    answer = client().options(ignore_status=404).indices.get_alias(name=alias)
    return list(answer) if answer.meta.status != _NOT_FOUND else []


def find(viewer: User, terms: Sequence[Sequence[str]]) -> Hits:
    """The engagements in which `viewer` may find every one of `terms`; raises SearchUnavailable."""
    if breaker.is_open():
        raise SearchUnavailable("Elasticsearch failed a moment ago.")
    try:
        answer = (
            client()
            .options(request_timeout=_ANSWER_WITHIN_SECONDS)
            .search(
                index=ALIAS,
                routing=str(viewer.organization_id),
                query=_query(viewer, terms),
                sort=[{"occurred_at": "desc"}, {"sequence": "desc"}],
                size=MOST_HITS,
                source=False,
                track_total_hits=MOST_HITS + 1,
            )
        )
    except (ApiError, TransportError) as error:
        breaker.trip()
        log.warning("search_unavailable", error=type(error).__name__)
        raise SearchUnavailable("Elasticsearch does not answer.") from error
    hits = answer["hits"]
    return Hits([UUID(hit["_id"]) for hit in hits["hits"]], hits["total"]["value"] > MOST_HITS)


def _query(viewer: User, terms: Sequence[Sequence[str]]) -> Query:
    """As timeline/visibility.py says it for rows."""
    is_own: Query = {"term": {"readers": str(viewer.pk)}}
    open_to_viewer = [Visibility.EVERYONE.value]
    if viewer.reads_every_deal:
        open_to_viewer.append(Visibility.PARTICIPANTS_AND_MANAGERS.value)
    readable = {
        "subject": _any({"terms": {"detail": [Detail.FULL_TEXT.value, Detail.SUBJECT.value]}}, is_own),
        "body": _any({"term": {"detail": Detail.FULL_TEXT.value}}, is_own),
        "folded": _any({"term": {"detail": Detail.FULL_TEXT.value}}, is_own),
    }
    found = [
        _any(
            _in_a_row("people", words),
            *(_all(_in_a_row(field, words), condition) for field, condition in readable.items()),
        )
        for words in terms
    ]
    return _all(
        {"term": {"organization": str(viewer.organization_id)}},
        {"term": {"is_hidden": False}},
        _any({"terms": {"visibility": open_to_viewer}}, is_own),
        *found,
    )


def _in_a_row(field: str, words: Sequence[str]) -> Query:
    """`words` one after the other in `field`, the last one by its beginning."""
    *whole, beginning = words
    if not whole:
        return {"prefix": {field: {"value": beginning}}}
    last: Query = {"prefix": {"prefix": beginning}}
    first: Query = {"match": {"query": " ".join(whole), "ordered": True, "max_gaps": 0}}
    return {"intervals": {field: {"all_of": {"ordered": True, "max_gaps": 0, "intervals": [first, last]}}}}


def _all(*queries: Query) -> Query:
    return {"bool": {"filter": list(queries)}}


def _any(*queries: Query) -> Query:
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}
