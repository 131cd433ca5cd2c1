"""Documents of organizations that are no more.

An organization's deletion takes its rows with it and what they had announced, so the index itself is asked whose
documents it holds.
"""

from uuid import UUID

import structlog
from django.conf import settings
from elasticsearch import ApiError, TransportError

from accounts.models import Organization
from core.chunks import chunks
from timeline.documents import ALIAS
from timeline.search.drift import documents_of
from timeline.search.elastic import client
from timeline.search.writing import Announced, IndexUnavailable, write_everywhere

_AT_ONCE = 500
_MOST_ORGANIZATIONS = 10_000
log = structlog.get_logger(__name__)


def remove_orphans() -> int:
    """Delete the documents whose organization is not in the tables; how many. Raises IndexUnavailable."""
    if not settings.ELASTICSEARCH_URL:
        return 0
    removed = 0
    try:
        indexed = _organizations()  # before the tables: an organization that is new by then is not taken for a gone one
        for organization in indexed - set(Organization.objects.values_list("pk", flat=True)):
            ids = [key for key, _ in documents_of(organization)]
            for some in chunks(ids, _AT_ONCE):
                write_everywhere([Announced(organization, key) for key in some])
            log.info("documents_of_deleted_organization_removed", organization=str(organization), documents=len(ids))
            removed += len(ids)
    except (ApiError, TransportError) as error:
        raise IndexUnavailable(type(error).__name__) from error
    return removed


def _organizations() -> set[UUID]:
    client().indices.refresh(index=ALIAS)
    found = client().search(
        index=ALIAS,
        size=0,
        aggs={"organizations": {"terms": {"field": "organization", "size": _MOST_ORGANIZATIONS}}},
    )
    return {UUID(bucket["key"]) for bucket in found["aggregations"]["organizations"]["buckets"]}
