"""Mails that bear one Message-ID and are not one mail: one may be forged, or a mail system put something into it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from accounts.models import User
from timeline.models import EmailMessage, Engagement
from timeline.selectors.engagements import engagements_for


class Beside(NamedTuple):
    """Another mail with the same Message-ID, and where it stands."""

    id: UUID
    conversation: UUID | None


_MOST_TOLD = 1_000
"""Ids in all; who sends thousands under one Message-ID does not make an answer of them."""


def same_message_ids(viewer: User, engagements: Iterable[Engagement]) -> Mapping[UUID, Sequence[Beside]]:
    """For each email, the others with its Message-ID that the viewer may know of, the oldest first: one query."""
    keys = {each.pk: each.email.message_key for each in engagements if hasattr(each, "email")}
    if not keys:
        return {}
    visible = engagements_for(viewer).order_by()
    rows = EmailMessage.objects.filter(
        organization=viewer.organization_id, message_key__in=set(keys.values()), engagement__in=visible.values("pk")
    )
    by_key: dict[str, list[Beside]] = defaultdict(list)
    columns = ("message_key", "pk", "engagement__conversation_id")
    for key, pk, conversation in rows.order_by("place", "pk").values_list(*columns)[:_MOST_TOLD]:
        by_key[key].append(Beside(pk, conversation))
    return {pk: [other for other in by_key[key] if other.id != pk] for pk, key in keys.items()}
