"""Conversations in the tables: a page of mails finds or makes theirs, and two that a late mail ties become one.

mails ──links──▶ ThreadReference ──plan_threads──▶ join the younger to the older ──▶ remember new references
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from accounts.models import Organization
from core.db.bulk import Prepared, insert_rows
from core.ids import new_id
from timeline.changes.door import record_change
from timeline.domain.copies import ties
from timeline.domain.subjects import base_subject
from timeline.domain.threading import ThreadPlan, earliest, links_of, plan_threads
from timeline.models import Conversation, Engagement, LegalHold, ThreadReference
from timeline.recording.mail import Mail

_AT_ONCE = 500

_REFERENCES: Prepared[tuple[str, UUID]] = Prepared(
    lambda organization, hashes: ThreadReference.objects.filter(
        organization__among=organization, reference_hash__among=hashes
    ).values_list("reference_hash", "conversation_id")
)


class ConversationJoined(IntegrityError):
    """A conversation was joined to another between two reads; as with any lost race, the unit of work is repeated."""


def place_in_conversations(organization: Organization, mails: Sequence[Mail]) -> list[Conversation]:
    """Find or make the conversation of each mail; write all but the mails themselves; those that took in another.

    A conversation's row is locked until the caller's transaction ends, so that two pages that add to one take turns.
    Raises ConversationJoined.
    """
    links = [_links(mail) for mail in mails]
    known = dict(_REFERENCES.ask(organization=organization.pk, hashes={node for nodes in links for node in nodes}))
    for mail in mails:
        if mail.stored is not None and (standing := mail.stored.engagement.conversation_id):
            known[mail.key] = standing
    plan = plan_threads(links, known, new_id)
    rows = {}
    if wanted := set(known.values()):
        locked = Conversation.objects.select_for_update().filter(id__among=wanted).order_by("id")
        rows = {row.id: row for row in locked}
        if len(rows) < len(wanted):
            raise ConversationJoined("A conversation of this page was joined to another meanwhile.")
    moved = _join(plan.joined, rows)
    written = _place(organization, mails, plan, rows)
    insert_rows(
        ThreadReference,
        [
            {"organization_id": organization.pk, "conversation_id": place, "reference_hash": node}
            for node, place in sorted(plan.references.items())
        ],
    )
    gone = {absorbed for some in plan.joined.values() for absorbed in some}
    record_change(organization.pk, moved, conversations=written | gone)
    return [rows[survivor] for survivor in plan.joined]


def lock_conversations(conversations: Iterable[UUID | None]) -> None:
    """Take turns with whoever adds to these conversations or takes from them: in the order of their ids."""
    list(
        Conversation.objects.select_for_update()
        .filter(pk__in={pk for pk in conversations if pk})
        .order_by("pk")
        .values_list("pk")
    )


def refresh_conversations(conversations: Iterable[UUID | None]) -> None:
    """Count and date again what stands in these conversations, and delete those in which nothing is left."""
    ids = {pk for pk in conversations if pk}
    remaining: dict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
    for pk, occurred_at, subject in (
        Engagement.objects.filter(conversation__in=ids)
        .order_by("occurred_at", "pk")
        .values_list("conversation_id", "occurred_at", "subject")
    ):
        remaining[pk].append((occurred_at, base_subject(subject)))
    empty = [pk for pk in ids if pk not in remaining]
    # a hold that was released stays on record without what it held
    LegalHold.objects.filter(conversation__in=empty, released_at__isnull=False).update(conversation=None)
    Conversation.objects.filter(pk__in=empty).delete()
    for pk, mails in remaining.items():
        first_at, subject = earliest(mails)
        Conversation.objects.filter(pk=pk).update(
            email_count=len(mails), first_at=first_at, last_at=mails[-1][0], subject=subject
        )


def _links(mail: Mail) -> tuple[str, ...]:
    """A recorded mail stays tied by the parents and the index that are stored: a copy cannot tie it elsewhere."""
    email, row = mail.copy, mail.stored
    if row is not None:
        references, in_reply_to, index = ties(row, email)
        email = replace(
            email,
            references=tuple(references),
            in_reply_to=in_reply_to,
            thread_index=index,
            subject=row.engagement.subject,
        )
    elif mail.shares_envelope and email.internet_message_id:
        email = replace(email, references=(email.internet_message_id, *email.references))
    return links_of(email, mail.key)


def _join(joined: Mapping[UUID, Sequence[UUID]], rows: Mapping[UUID, Conversation]) -> list[UUID]:
    """Let conversations be one; the engagements that moved. What the survivors come to is still to be written."""
    moved: list[UUID] = []
    for survivor, absorbed in joined.items():
        moved += Engagement.objects.filter(conversation__in=absorbed).values_list("pk", flat=True)
        for model in (Engagement, ThreadReference, LegalHold):
            model._default_manager.filter(conversation_id__in=absorbed).update(  # noqa: SLF001 - three models, one door
                conversation_id=survivor
            )
        row = rows[survivor]
        for other in (rows[each] for each in absorbed):
            _add(row, other.first_at, other.subject, last_at=other.last_at, emails=other.email_count)
            if other.pinned_at and (row.pinned_at is None or other.pinned_at > row.pinned_at):
                row.pinned_at, row.pinned_by_id = other.pinned_at, other.pinned_by_id
                row.pinned_opportunity_id = other.pinned_opportunity_id
        Conversation.objects.filter(id__in=absorbed).delete()
    return moved


def _place(
    organization: Organization, mails: Iterable[Mail], plan: ThreadPlan, rows: Mapping[UUID, Conversation]
) -> set[UUID]:
    """Make the conversations that begin here; count and date the new mails of all; which conversations were written."""
    new: dict[UUID, Conversation] = {}
    changed = {each: rows[each] for each in plan.joined}
    for mail in mails:
        place = plan.conversations[mail.key]
        moment, subject = mail.copy.occurred_at, base_subject(mail.copy.subject)
        row = rows.get(place) or new.get(place)
        if row is None:
            row = new[place] = Conversation(
                id=place, organization_id=organization.pk, subject=subject, first_at=moment, last_at=moment
            )
        mail.conversation = row
        if mail.stored is None:
            _add(row, moment, subject, last_at=moment, emails=1)
            changed[place] = row
    insert_rows(Conversation, [new[each] for each in sorted(new)])
    Conversation.objects.bulk_update(
        [changed[each] for each in sorted(changed.keys() - new.keys())],
        ["subject", "first_at", "last_at", "email_count", "pinned_opportunity", "pinned_by", "pinned_at"],
        batch_size=_AT_ONCE,
    )
    return {*changed, *new}


def _add(row: Conversation, first_at: datetime, subject: str, *, last_at: datetime, emails: int) -> None:
    row.first_at, row.subject = earliest([(row.first_at, row.subject), (first_at, subject)])
    row.last_at = max(row.last_at, last_at)
    row.email_count += emails
