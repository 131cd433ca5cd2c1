"""Documents into the index: by id, versioned by the clock that the rows were read at.

changes beyond the cursor ──▶ clock ──▶ rows as they are now ──▶ bulk: index what stands, delete what is gone ──▶ cursor

Two writers may write one document: the one that read later wins, whichever arrives last (external versions). A
deletion is a version too, so a late write cannot bring a deleted mail back. While an index is built beside the one in
use, every change goes to both, to the new one first and at once findable there: whenever the alias is swapped, what the
old index has or gets the new one has already.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.db import connection
from elasticsearch import ApiError, TransportError
from elasticsearch.helpers import BulkIndexError, streaming_bulk

from core.changes.numbering import last_position, number_changes
from core.db.portions import in_portions
from timeline.documents import ALIAS, EngagementDocument
from timeline.domain.vocabulary import Resource
from timeline.models import Change, ChangeCursor, Engagement, IndexBuild
from timeline.search.elastic import client, indices_behind
from timeline.search.lag import INDEX

BUILDING = f"{ALIAS}-building"
"""The alias of the index that is being built."""

_NOT_IN_A_DOCUMENT = ("notes", "assignment_candidates", "email__text", "email__new_text", "email__references")
_AT_ONCE = 500
_MOST_BYTES = 8 * 1024 * 1024
_NOT_FOUND, _CONFLICT, _BAD_REQUEST = 404, 409, 400
log = structlog.get_logger(__name__)


class IndexUnavailable(Exception):
    """The server does not take documents now: it is down, full, or has no index; the cursor stays where it is."""


class IndexMissing(IndexUnavailable):
    """The server answers and has no index: it is to be built."""


@dataclass(frozen=True, slots=True)
class Announced:
    """An engagement whose document is to say what its row says."""

    organization: UUID
    engagement: UUID


def drain_changes() -> int:
    """Bring the index up to date with every change so far; how many those were. Raises IndexUnavailable.

    What changes meanwhile is left to the next call, so that this one ends however much is written. Of two that drain at
    once each moves the cursor over what it has written itself, and neither moves it back.
    """
    number_changes(log=Change, cursors=ChangeCursor)
    drained, newest = 0, last_position(ChangeCursor)
    cursor, _ = ChangeCursor.objects.get_or_create(name=INDEX)
    changes = Change.objects.filter(position__lte=newest).order_by("position")
    while rows := list(changes.filter(position__gt=cursor.position)[:_AT_ONCE]):
        announced = {
            row.resource_id: Announced(row.organization_id, row.resource_id)
            for row in rows
            if row.resource == Resource.ENGAGEMENT
        }
        write_everywhere(list(announced.values()))
        cursor.position = rows[-1].position or newest
        ChangeCursor.objects.filter(name=INDEX, position__lt=cursor.position).update(position=cursor.position)
        drained += len(rows)
    return drained


def begin_here() -> None:
    """Let an index that is built from the tables read the changes from here on, where none was read before."""
    ChangeCursor.objects.get_or_create(name=INDEX, defaults={"position": last_position(ChangeCursor)})


def write_everywhere(announced: Sequence[Announced]) -> None:
    """Make the documents say what the rows say in the index in use, and first in one that is being built."""
    if IndexBuild.objects.exists():
        write_documents(announced, BUILDING, is_findable_at_once=True)
    write_documents(announced, ALIAS)


def write_documents(announced: Sequence[Announced], target: str, *, is_findable_at_once: bool = False) -> None:
    """Make the documents of these engagements in `target`, an alias, say what the rows say now."""
    version = _clock()
    rows = Engagement.objects.filter(pk__in=[each.engagement for each in announced]).defer(*_NOT_IN_A_DOCUMENT)
    standing = {
        row.pk: row for row in rows.select_related("email", "search_text").prefetch_related("participants", "copies")
    }
    try:
        behind = _index_behind(target)
        actions = (_action(each, standing.get(each.engagement), version, target, behind) for each in announced)
        for is_done, result in streaming_bulk(
            client(),
            filter(None, actions),
            chunk_size=_AT_ONCE,
            max_chunk_bytes=_MOST_BYTES,
            raise_on_error=False,
            require_alias=True,
            refresh=is_findable_at_once,
        ):
            if not is_done:
                _look_at(result, target)
    except (ApiError, TransportError, BulkIndexError) as error:
        raise IndexUnavailable(type(error).__name__) from error


def _index_behind(target: str) -> str:
    """The index in which documents of `target` are deleted; empty while it has none.

    A deletion with a version makes an index of the name that it is given where there is none, and an index being built
    has none for a moment: nothing could then bear that name as its alias.
    """
    if target != BUILDING:
        return target
    return next(iter(indices_behind(target)), "")


def _action(each: Announced, row: Engagement | None, version: int, target: str, behind: str) -> dict[str, Any] | None:
    action: dict[str, Any] = {
        "_index": target,
        "_id": str(each.engagement),
        "routing": str(each.organization),
        "version": version,
        "version_type": "external_gte",
    }
    if row is None or row.organization_id != each.organization:
        return {**action, "_op_type": "delete", "_index": behind} if behind else None
    return {**action, "_op_type": "index", "_source": _DOCUMENT.prepare(row)}


_DOCUMENT = EngagementDocument()


def _look_at(result: dict[str, Any], target: str) -> None:
    """What a single refusal means: overtaken or gone already is well; a document that does not fit is told."""
    [(operation, item)] = result.items()
    status, error = item.get("status"), item.get("error") or {}
    kind = error.get("type", "") if isinstance(error, dict) else str(error)
    if status == _CONFLICT or (operation == "delete" and status == _NOT_FOUND and not kind):
        return
    if status == _NOT_FOUND:
        if target == BUILDING:
            return  # the build itself notices that its index is gone
        raise IndexMissing(kind)
    if status == _BAD_REQUEST:
        log.error("document_refused", engagement=item.get("_id"), error=kind)
        return
    raise IndexUnavailable(f"{status} {kind}")


def _clock() -> int:
    """Microseconds by the database's clock, which all workers share, taken before the rows are read."""
    if connection.vendor == "sqlite":
        return time.time_ns() // 1000
    with connection.cursor() as cursor:
        # In UTC throughout: local time runs through one hour twice each autumn.
        cursor.execute("SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))")
        [microseconds] = cursor.fetchone()
    return int(microseconds)


def all_announced() -> Iterator[list[Announced]]:
    """Every engagement that stands now, in portions; what comes later is announced as it comes."""
    newest = Engagement.objects.order_by("-pk").values_list("pk", flat=True).first()
    rows = Engagement.objects.filter(pk__lte=newest) if newest else Engagement.objects.none()
    for some in in_portions(rows.only("pk", "organization_id"), _AT_ONCE):
        yield [Announced(row.organization_id, row.pk) for row in some]
