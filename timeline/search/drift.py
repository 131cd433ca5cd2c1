"""Does the index say what the tables say? Compared month by month, mended document by document.

month      rows in the table: count, sum of stamps ┐ equal ──▶ nothing
           documents in the index: count, sum      ┘ else ───▶ the documents that differ are written anew

A stamp is 32 bits of a row's id and time of change, so a missing, a surplus and an outdated document all show.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, groupby
from uuid import UUID

from elasticsearch import ApiError, TransportError

from accounts.models import Organization
from core.chunks import chunks
from core.db.portions import in_portions
from timeline.documents import ALIAS, stamp_of
from timeline.models import Engagement
from timeline.search.elastic import Query, client
from timeline.search.writing import Announced, IndexUnavailable, write_everywhere

_AT_ONCE = 5_000
_WRITTEN_AT_ONCE = 500
Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Drift:
    """How many months were compared and how many documents were missing, surplus or outdated."""

    months: int
    documents: int


def repair_drift(organization: Organization) -> Drift:
    """Compare an organization's documents with its rows and write those that differ anew; raises IndexUnavailable."""
    try:
        in_index = _sums(organization)
        months = documents = 0
        for month, rows in _months(organization, in_index):
            months += 1
            if in_index.get(month, (0, 0)) != (len(rows), sum(rows.values())):
                found = dict(documents_of(organization.pk, _within(month)))
                documents += _mend(organization, rows, found)
    except (ApiError, TransportError) as error:
        raise IndexUnavailable(type(error).__name__) from error
    return Drift(months, documents)


def _months(organization: Organization, in_index: Collection[Month]) -> Iterator[tuple[Month, dict[UUID, int]]]:
    """The ids and stamps of one month after the other, those that only the index has at the end."""
    left = set(in_index)
    rows = Engagement.objects.filter(organization=organization).only("occurred_at", "changed_at")
    every = chain.from_iterable(in_portions(rows, _AT_ONCE, by=["-occurred_at", "-pk"]))
    for month, some in groupby(every, lambda row: (row.occurred_at.year, row.occurred_at.month)):
        left.discard(month)
        yield month, {row.pk: stamp_of(row.pk, row.changed_at) for row in some}
    yield from ((month, {}) for month in left)


def _mend(organization: Organization, rows: Mapping[UUID, int], documents: Mapping[UUID, int]) -> int:
    differing = {key for key, _ in rows.items() ^ documents.items()}
    for some in chunks(sorted(differing), _WRITTEN_AT_ONCE):
        write_everywhere([Announced(organization.pk, key) for key in some])
    return len(differing)


def _sums(organization: Organization) -> dict[Month, tuple[int, int]]:
    client().indices.refresh(index=ALIAS)
    answer = client().search(
        index=ALIAS,
        routing=str(organization.pk),
        query={"term": {"organization": str(organization.pk)}},
        size=0,
        aggs={
            "months": {
                "date_histogram": {"field": "occurred_at", "calendar_interval": "month", "min_doc_count": 1},
                "aggs": {"stamps": {"sum": {"field": "stamp"}}},
            }
        },
    )
    months = {}
    for bucket in answer["aggregations"]["months"]["buckets"]:
        start = datetime.fromtimestamp(bucket["key"] / 1000, UTC)
        months[start.year, start.month] = (int(bucket["doc_count"]), int(bucket["stamps"]["value"]))
    return months


def documents_of(organization: UUID, *conditions: Query) -> Iterator[tuple[UUID, int]]:
    """Id and stamp of an organization's documents that meet the conditions."""
    after = None
    while True:
        answer = client().search(
            index=ALIAS,
            routing=str(organization),
            query={"bool": {"filter": [{"term": {"organization": str(organization)}}, *conditions]}},
            sort=[{"sequence": "asc"}],
            search_after=after,
            size=_AT_ONCE,
            source={"includes": ["stamp"]},
        )
        hits = answer["hits"]["hits"]
        if not hits:
            return
        yield from ((UUID(hit["_id"]), hit["_source"]["stamp"]) for hit in hits)
        after = hits[-1]["sort"]


def _within(month: Month) -> Query:
    year, number = month
    start = datetime(year, number, 1, tzinfo=UTC)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    return {"range": {"occurred_at": {"gte": start.isoformat(), "lt": end.isoformat()}}}
