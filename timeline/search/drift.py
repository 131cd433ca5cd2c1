"""Does the index say what the tables say? Compared month by month, mended document by document.

month      rows in the table: count, sum of stamps ┐ equal ──▶ nothing
           documents in the index: count, sum      ┘ else ───▶ the ids that differ are announced in the outbox

A stamp is 32 bits of a row's id and time of change, so a missing, a surplus and an outdated document all show.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from elasticsearch import ApiError, TransportError

from accounts.models import Organization
from accounts.unit_of_work import unit_of_work
from timeline.documents import ALIAS, stamp_of
from timeline.models import Engagement
from timeline.search.elastic import Query, client
from timeline.search.outbox import announce
from timeline.search.writing import IndexUnavailable

_AT_ONCE = 5_000
Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Drift:
    """How many months were compared and how many documents were missing, surplus or outdated."""

    months: int
    documents: int


def repair_drift(organization: Organization) -> Drift:
    """Compare an organization's documents with its rows and announce those that differ; raises IndexUnavailable."""
    try:
        in_table = _rows(organization)
        in_index = _sums(organization)
        months = in_table.keys() | in_index.keys()
        differing: set[UUID] = set()
        for month in months:
            rows = in_table.get(month, {})
            if in_index.get(month, (0, 0)) != (len(rows), sum(rows.values())):
                documents = dict(documents_of(organization.pk, _within(month)))
                differing |= {key for key, _ in rows.items() ^ documents.items()}
    except (ApiError, TransportError) as error:
        raise IndexUnavailable(type(error).__name__) from error
    unit_of_work(lambda: announce(organization.pk, differing))
    return Drift(len(months), len(differing))


def _rows(organization: Organization) -> dict[Month, dict[UUID, int]]:
    found: dict[Month, dict[UUID, int]] = defaultdict(dict)
    rows = Engagement.objects.filter(organization=organization).order_by()
    for key, occurred_at, changed_at in rows.values_list("pk", "occurred_at", "changed_at").iterator(_AT_ONCE):
        found[occurred_at.year, occurred_at.month][key] = stamp_of(key, changed_at)
    return found


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
