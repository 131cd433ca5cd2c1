"""A new index beside the one in use, while both are written and the old one is searched.

claim IndexBuild ──▶ create …-engagements-<time>, alias …-building ──▶ copy every row ──▶ drain what came meanwhile
                     from here on changes go to both                                 └──▶ swap the alias, drop the old
"""

from collections.abc import Callable

import structlog
from django.utils import timezone
from elasticsearch import ApiError, TransportError

from timeline.documents import ALIAS, EngagementDocument
from timeline.models import Engagement, IndexBuild
from timeline.search.elastic import client, indices_behind
from timeline.search.lag import BUILD_SILENT_FOR
from timeline.search.writing import (
    BUILDING,
    IndexUnavailable,
    all_announced,
    begin_here,
    drain_changes,
    write_documents,
)

_THE_BUILD = 1
Progress = Callable[[int, int], object]
log = structlog.get_logger(__name__)


class BuildUnderWay(Exception):
    """Another process is building the index."""


def build_index(on_progress: Progress = lambda _done, _total: None) -> int:
    """Build the index anew and let it take over; how many documents it has. Searches and writes go on meanwhile.

    Raises BuildUnderWay and IndexUnavailable.
    """
    build = _claim()
    try:
        _create(build.index)
        done = _copy(build, on_progress)
        _take_over(build.index)
    except (ApiError, TransportError) as error:
        raise IndexUnavailable(type(error).__name__) from error
    finally:
        IndexBuild.objects.filter(pk=build.pk, index=build.index).delete()
    log.info("index_built", index=build.index, documents=done)
    return done


def has_index() -> bool:
    """Whether there is an index in use; raises IndexUnavailable where the server does not answer."""
    try:
        return bool(client().indices.exists_alias(name=ALIAS))
    except (ApiError, TransportError) as error:
        raise IndexUnavailable(type(error).__name__) from error


def _claim() -> IndexBuild:
    """There is one build at a time; one that has been silent for long died with its process and is taken over."""
    now = timezone.now()
    index = f"{ALIAS}-{now:%Y%m%d%H%M%S%f}"
    total = Engagement.objects.count()
    begun = {"index": index, "alive_at": now, "total": total}
    build, is_new = IndexBuild.objects.get_or_create(pk=_THE_BUILD, defaults=begun)
    if is_new:
        return build
    dead = IndexBuild.objects.filter(pk=_THE_BUILD, alive_at__lt=now - BUILD_SILENT_FOR)
    if not dead.update(**begun, started_at=now, done=0):
        raise BuildUnderWay("The index is being built by another process.")
    return IndexBuild.objects.get(pk=_THE_BUILD)


def _create(index: str) -> None:
    _drop_all_but(indices_behind(ALIAS))
    begin_here()
    client().indices.create(index=index, aliases={BUILDING: {}}, **EngagementDocument._index.to_dict())  # noqa: SLF001


def _copy(build: IndexBuild, on_progress: Progress) -> int:
    done = 0
    on_progress(0, build.total)
    for some in all_announced():
        write_documents(some, BUILDING)
        done += len(some)
        is_ours = IndexBuild.objects.filter(pk=build.pk, index=build.index).update(done=done, alive_at=timezone.now())
        if not is_ours:
            raise BuildUnderWay("The index is being built by another process, which took over from this one.")
        on_progress(done, max(done, build.total))
    return done


def _take_over(index: str) -> None:
    in_use = indices_behind(ALIAS)
    if in_use:
        drain_changes()
    indices = client().indices
    indices.refresh(index=index)
    if index not in indices_behind(BUILDING):
        raise IndexUnavailable("The index vanished while it was built.")
    if not in_use and indices.exists(index=ALIAS):
        indices.delete(index=ALIAS)
    indices.update_aliases(
        actions=[
            *({"remove": {"index": old, "alias": ALIAS}} for old in in_use),
            {"remove": {"index": index, "alias": BUILDING}},
            {"add": {"index": index, "alias": ALIAS}},
        ]
    )
    _drop_all_but([index])


def _drop_all_but(kept: list[str]) -> None:
    """Remove versions that no longer serve, and what a dead build left behind."""
    versions = client().indices.get(index=f"{ALIAS}-*", expand_wildcards="all")
    for index in versions:
        if index not in kept:
            client().indices.delete(index=index)
