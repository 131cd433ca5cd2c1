"""Conversations in the tables: a page of mails finds or makes theirs, and two that a late mail ties become one.

mails ──link hashes──▶ ThreadReference ──plan_threads──▶ join the younger to the older ──▶ remember new references
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from accounts.models import Organization
from core.db.bulk import Prepared, insert_rows
from core.ids import new_id
from timeline.domain.identity import base_subject
from timeline.domain.threading import NewConversation, Place, ThreadedMail, ThreadPlan, link_hashes, plan_threads
from timeline.models import Conversation, Engagement, LegalHold, ThreadReference

_AT_ONCE = 500

_REFERENCES: Prepared[tuple[str, UUID]] = Prepared(
    lambda organization, hashes: ThreadReference.objects.filter(
        organization__among=organization, reference_hash__among=hashes
    ).values_list("reference_hash", "conversation_id")
)


class ConversationJoined(IntegrityError):
    """A conversation was joined to another between two reads; as with any lost race, the unit of work is repeated."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that joins a conversation, or a copy of one that stands in `conversation` already."""

    mail: ThreadedMail
    occurred_at: datetime
    conversation: UUID | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """The conversation of each mail by its key; `joined` are those that took in another, `moved` what came with it.

    `written` are all whose rows were written or deleted.
    """

    conversations: Mapping[str, Conversation]
    joined: tuple[Conversation, ...]
    moved: tuple[UUID, ...]
    written: frozenset[UUID]


def place_in_conversations(organization: Organization, arrivals: Sequence[Arrival]) -> Placement:
    """Find or make the conversation of each mail; write all but the mails themselves.

    A conversation's row is locked until the caller's transaction ends, so that two pages that add to one take turns.
    Raises ConversationJoined.
    """
    mails = [arrival.mail for arrival in arrivals]
    plan = plan_threads(mails, _known(organization, mails) | _standing(arrivals))
    rows = _locked(plan)
    absorbed = [join.absorbed for join in plan.joins]
    moved = Engagement.objects.filter(conversation__in=absorbed).values_list("pk", flat=True)
    moved_ids = tuple(moved) if absorbed else ()
    joined = _join(plan, rows)
    made, written = _remember_arrivals(organization, plan, rows, arrivals)
    _remember_references(organization, plan, made)
    return Placement(
        {key: rows[_id_of(place, made)] for key, place in plan.conversations.items()},
        tuple(rows[survivor] for survivor in joined),
        moved_ids,
        frozenset(written).union(absorbed),
    )


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
        .order_by("occurred_at")
        .values_list("conversation_id", "occurred_at", "subject")
    ):
        remaining[pk].append((occurred_at, base_subject(subject)))
    empty = [pk for pk in ids if pk not in remaining]
    # a hold that was released stays on record without what it held
    LegalHold.objects.filter(conversation__in=empty, released_at__isnull=False).update(conversation=None)
    Conversation.objects.filter(pk__in=empty).delete()
    for pk, mails in remaining.items():
        first_at, subject = min(mails)
        Conversation.objects.filter(pk=pk).update(
            email_count=len(mails), first_at=first_at, last_at=mails[-1][0], subject=subject
        )


def _known(organization: Organization, mails: Iterable[ThreadedMail]) -> dict[str, UUID]:
    hashes = {node for mail in mails for node in link_hashes(mail)}
    return dict(_REFERENCES.ask(organization=organization.pk, hashes=hashes))


def _standing(arrivals: Iterable[Arrival]) -> dict[str, UUID]:
    return {arrival.mail.key: arrival.conversation for arrival in arrivals if arrival.conversation}


def _locked(plan: ThreadPlan) -> dict[UUID, Conversation]:
    wanted = {place for place in plan.conversations.values() if isinstance(place, UUID)}
    wanted |= {each for join in plan.joins for each in (join.survivor, join.absorbed)}
    if not wanted:
        return {}
    rows = {row.id: row for row in Conversation.objects.select_for_update().filter(id__among=wanted).order_by("id")}
    if len(rows) < len(wanted):
        raise ConversationJoined("A conversation of this page was joined to another meanwhile.")
    return rows


def _join(plan: ThreadPlan, rows: dict[UUID, Conversation]) -> list[UUID]:
    absorbed_by: dict[UUID, list[UUID]] = defaultdict(list)
    for join in plan.joins:
        absorbed_by[join.survivor].append(join.absorbed)
    for survivor, absorbed in absorbed_by.items():
        for model in (Engagement, ThreadReference, LegalHold):
            model._default_manager.filter(conversation_id__in=absorbed).update(  # noqa: SLF001 - three models, one door
                conversation_id=survivor
            )
        for each in absorbed:
            _take_in(rows[survivor], rows[each])
        Conversation.objects.filter(id__in=absorbed).delete()
    return list(absorbed_by)


def _take_in(survivor: Conversation, absorbed: Conversation) -> None:
    _stretch(survivor, absorbed.first_at, absorbed.subject)
    survivor.last_at = max(survivor.last_at, absorbed.last_at)
    survivor.email_count += absorbed.email_count
    if absorbed.pinned_at and (survivor.pinned_at is None or absorbed.pinned_at > survivor.pinned_at):
        survivor.pinned_at, survivor.pinned_by_id = absorbed.pinned_at, absorbed.pinned_by_id
        survivor.pinned_opportunity_id = absorbed.pinned_opportunity_id


def _stretch(conversation: Conversation, first_at: datetime, subject: str) -> None:
    """The subject is the earliest mail's; of two in one second the one that sorts first."""
    earliest = min((conversation.first_at, conversation.subject), (first_at, subject))
    conversation.first_at, conversation.subject = earliest


def _remember_arrivals(
    organization: Organization, plan: ThreadPlan, rows: dict[UUID, Conversation], arrivals: Iterable[Arrival]
) -> tuple[dict[NewConversation, UUID], set[UUID]]:
    """Count and date the mails on their conversations, making those that are new.

    The new ones' ids by token, and all that were written.
    """
    made: dict[NewConversation, UUID] = {}
    changed = {join.survivor for join in plan.joins}
    for arrival in arrivals:
        place = plan.conversations[arrival.mail.key]
        subject = base_subject(arrival.mail.subject)
        if isinstance(place, NewConversation) and place not in made:
            made[place] = new_id()
            rows[made[place]] = Conversation(
                id=made[place],
                organization_id=organization.pk,
                subject=subject,
                first_at=arrival.occurred_at,
                last_at=arrival.occurred_at,
            )
        row = rows[_id_of(place, made)]
        if arrival.conversation is None:
            _stretch(row, arrival.occurred_at, subject)
            row.last_at = max(row.last_at, arrival.occurred_at)
            row.email_count += 1
            changed.add(row.id)
    new = set(made.values())
    insert_rows(Conversation, [rows[each] for each in sorted(new)])
    Conversation.objects.bulk_update(
        [rows[each] for each in sorted(changed - new)],
        ["subject", "first_at", "last_at", "email_count", "pinned_opportunity", "pinned_by", "pinned_at"],
        batch_size=_AT_ONCE,
    )
    return made, changed | new


def _remember_references(organization: Organization, plan: ThreadPlan, made: Mapping[NewConversation, UUID]) -> None:
    insert_rows(
        ThreadReference,
        [
            {"organization_id": organization.pk, "conversation_id": _id_of(place, made), "reference_hash": node}
            for node, place in sorted(plan.references.items())
        ],
    )


def _id_of(place: Place, made: Mapping[NewConversation, UUID]) -> UUID:
    return made[place] if isinstance(place, NewConversation) else place
