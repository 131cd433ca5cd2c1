"""`record_change`: called in the unit of work that changed something, for everything that it changed."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import connection

from core.chunks import chunks
from core.db.bulk import NewRow, Prepared, insert_rows
from timeline.domain.vocabulary import ChangeKind, Resource
from timeline.models import Change, Conversation, Engagement
from timeline.search.asking import ask_for_drain
from timeline.search.texts import refresh_search_texts

_AT_ONCE = 1_000

_ENGAGEMENTS: Prepared[tuple[UUID]] = Prepared(lambda ids: Engagement.objects.filter(id__among=ids).values_list("id"))
_CONVERSATIONS: Prepared[tuple[UUID]] = Prepared(
    lambda ids: Conversation.objects.filter(id__among=ids).order_by().values_list("id")
)


class NotInAUnitOfWork(Exception):
    """A change is to commit with what says that it happened."""


def record_change(
    organization_id: UUID,
    engagements: Iterable[UUID] = (),
    *,
    new: Collection[UUID] = (),
    conversations: Iterable[UUID | None] = (),
    has_new_words: bool = False,
) -> None:
    """Say that these engagements and conversations were written or deleted; which of the two, their rows say.

    An engagement is written where its people, its customer records or its copies are, too. `new` are engagements that
    this unit inserted. With `has_new_words` the words of `engagements` are folded anew for search. Raises
    NotInAUnitOfWork.
    """
    if not connection.in_atomic_block:
        raise NotInAUnitOfWork("What changed and what says so are one unit of work.")
    changed = sorted(set(engagements) - set(new))
    if has_new_words:
        refresh_search_texts(changed)
    rows = [_row(organization_id, Resource.ENGAGEMENT, each, ChangeKind.WRITTEN) for each in sorted(set(new))]
    rows += _rows(organization_id, Resource.ENGAGEMENT, _ENGAGEMENTS, changed)
    rows += _rows(organization_id, Resource.CONVERSATION, _CONVERSATIONS, sorted({pk for pk in conversations if pk}))
    if rows:
        insert_rows(Change, rows)
        ask_for_drain()


def _rows(
    organization_id: UUID, resource: Resource, standing: Prepared[tuple[UUID]], ids: Iterable[UUID]
) -> list[NewRow]:
    rows: list[NewRow] = []
    for some in chunks(ids, _AT_ONCE):
        found = {pk for (pk,) in standing.ask(ids=some)}
        rows += [
            _row(organization_id, resource, pk, ChangeKind.WRITTEN if pk in found else ChangeKind.DELETED)
            for pk in some
        ]
    return rows


def _row(organization_id: UUID, resource: Resource, resource_id: UUID, change: ChangeKind) -> NewRow:
    return {"organization_id": organization_id, "resource": resource, "resource_id": resource_id, "change": change}
