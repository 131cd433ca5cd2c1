"""Which stored emails answer which, and what is needed to tell their authors' words anew."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Organization
from timeline.domain.vocabulary import Direction, ParticipantRole
from timeline.models import EmailMessage, Participant
from timeline.search.texts import parents_of

MOST_ANSWERS = 500
"""Answers that came before what they answer and are told beside it at once; `refold` tells the others."""


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A stored email as it is split.

    `author` is its sender's name and address. `parent_text` is None where the mail that it answers is not stored whole.
    """

    id: UUID
    text: str
    new_text: str
    subject: str
    sender: str
    author: str
    is_inbound: bool
    occurred_at: datetime
    is_answer: bool
    parent_text: str | None


def mails_beside_parents(organization: Organization, new: Collection[UUID]) -> list[UUID]:
    """Of these emails those that quote and may answer a stored one, and the stored ones that answer one of these.

    Of stored answers at most MOST_ANSWERS: whoever answers one mail ten thousand times makes no page wait for it.
    """
    rows = EmailMessage.objects.filter(organization=organization, pk__in=new)
    keys = list(rows.values_list("pk", "message_key", "answers_key"))
    children = EmailMessage.objects.filter(organization=organization, answers_key__in=[key for _, key, _ in keys])
    answers = children.order_by("pk").values_list("pk", flat=True)[:MOST_ANSWERS]
    answering = {pk for pk, _, answered in keys if answered}
    return sorted(answering.union(answers))


def stored_to_split(organization: Organization, ids: Collection[UUID]) -> list[StoredMail]:
    """Those of these emails that have words."""
    rows = list(
        EmailMessage.objects.filter(organization=organization, pk__in=ids).exclude(text="").select_related("engagement")
    )
    parents = parents_of(rows)
    authors = Participant.objects.filter(engagement_id__in=[row.pk for row in rows], role=ParticipantRole.FROM)
    named = {pk: (name, address) for pk, name, address in authors.values_list("engagement_id", "name", "address")}
    found = []
    for row in rows:
        parent = parents.get(row.pk)
        name, sender = named.get(row.pk, ("", ""))
        is_whole = parent is not None and bool(parent.text) and not parent.is_text_cut
        found.append(
            StoredMail(
                id=row.pk,
                text=row.text,
                new_text=row.new_text,
                subject=row.engagement.subject,
                sender=sender,
                author=f"{name} {sender}".strip(),
                is_inbound=row.engagement.direction == Direction.INBOUND,
                occurred_at=row.engagement.occurred_at,
                is_answer=bool(row.in_reply_to or row.references),
                parent_text=parent.text if parent is not None and is_whole else None,
            )
        )
    return found
