"""Copies that stood apart become one mail once it is known that they are: on the trail, and not under a legal hold.

an addition becomes known, or a copy shows that two moments are one mail's
   │ mails under one message key, two by two: envelope and words agree, neither is held?
   ▼
the later goes into the earlier: its copies, parents, people where there are none ──▶ audit ──▶ the later row is deleted

The earlier one's words stay. Nothing is suppressed by it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import partial
from itertools import combinations
from uuid import UUID

from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.models import Organization, User
from accounts.services.audit import record_event
from core.chunks import chunks
from core.db.portions import in_portions
from core.db.unit_of_work import unit_of_work
from timeline.assignment.assign import settle_again
from timeline.changes.door import record_change
from timeline.copies import make_hollow, move_copies
from timeline.domain.copies import RECIPIENTS
from timeline.models import Association, EmailMessage, Engagement, Participant
from timeline.recording.identify import MOST_COMPARED, CopyDesk, people_of, stored_mails
from timeline.recording.mail import Mail
from timeline.recording.merge import complete
from timeline.recording.people import as_compared
from timeline.recording.thread import lock_conversations, refresh_conversations
from timeline.selectors.legal_holds import held_among

_AT_ONCE = 100


def join_all(
    *, organization: Organization, actor: User | None = None, on_portion: Callable[[int], object] = int
) -> int:
    """Join what is known to be one mail by now, in portions that each commit; how many mails went into another."""
    keys = sorted(
        set(EmailMessage.objects.filter(organization=organization, place__gt=0).values_list("message_key", flat=True))
    )
    joined = 0
    for some in chunks(keys, _AT_ONCE):
        joined += len(unit_of_work(lambda some=some: join_copies(organization, some, actor=actor)))  # type: ignore[misc]
        on_portion(len(some))
    beyond = EmailMessage.objects.filter(organization=organization, place__gte=MOST_COMPARED)
    for rows in in_portions(beyond.select_related("engagement"), _AT_ONCE):
        unit_of_work(partial(_hash_anew, organization, rows))
    return joined


def _hash_anew(organization: Organization, rows: Sequence[EmailMessage]) -> None:
    """Let mails beyond the first be found by what is known of additions by now."""
    people = people_of(row.pk for row in rows)
    desk = CopyDesk(organization, {address for some in people.values() for _, address in some})
    for row in rows:
        row.words_hash = desk.hash_of(desk.mail_of(row, people.get(row.pk, ())))
    EmailMessage.objects.bulk_update(rows, ["words_hash"])


def join_copies(organization: Organization, keys: Collection[str], *, actor: User | None = None) -> dict[UUID, UUID]:
    """Join the mails under these message keys that are one; of each that went, where it went.

    Runs in the caller's transaction.
    """
    rows, people = stored_mails(organization, keys)
    addresses = {address for some in people.values() for _, address in some}
    desk = CopyDesk(organization, addresses)
    held = held_among(organization, [row.pk for row in rows])
    by_key: dict[str, list[Mail]] = defaultdict(list)
    for row in rows:
        if row.pk not in held:
            by_key[row.message_key].append(desk.mail_of(row, people[row.pk]))
    lock_conversations(row.engagement.conversation_id for row in rows)
    gone: dict[UUID, UUID] = {}
    for mails in by_key.values():
        while pair := next((pair for pair in combinations(mails, 2) if desk.are_one(*pair)), None):
            survivor, absorbed = pair
            silent = desk.take_in(survivor, absorbed)
            if silent is not None:
                make_hollow([silent.id])  # who held what has no words reads nothing of the mail that has them by it
            _move_people(desk, survivor, absorbed.row.engagement)
            _absorb(organization, survivor, absorbed.row)
            record_event(
                organization=organization, actor=actor, verb=AuditVerb.JOINED, subject=survivor.row.engagement,
                detail={"joined": str(absorbed.id)},
            )  # fmt: skip
            mails.remove(absorbed)
            gone = {one: survivor.id if other == absorbed.id else other for one, other in gone.items()}
            gone[absorbed.id] = survivor.id
    settle_again(organization, sorted(set(gone.values())), now=timezone.now())
    touched = [row.engagement.conversation_id for row in rows] if gone else []
    record_change(organization.pk, {*gone, *gone.values()}, conversations=touched, has_new_words=True)
    return gone


def _absorb(organization: Organization, survivor: Mail, other: EmailMessage) -> None:
    row, engagement = survivor.row, survivor.row.engagement
    other.sightings.update(email=row)
    if survivor.fills_words:
        row.text, row.new_text, row.is_text_cut = other.text, other.new_text, other.is_text_cut
        engagement.visibility, engagement.detail = other.engagement.visibility, other.engagement.detail
    complete(survivor, other)
    row.save()
    move_copies(organization, engagement, other.engagement)
    engagement.save(update_fields=["visibility", "detail", "changed_at"])
    conversations = {engagement.conversation_id, other.engagement.conversation_id}
    Engagement.objects.filter(pk=other.pk).delete()
    refresh_conversations(conversations)


def _move_people(desk: CopyDesk, survivor: Mail, other: Engagement) -> None:
    engagement, users = survivor.row.engagement, desk.our_people.at(other.occurred_at)
    recipients = Participant.objects.filter(engagement=other, role__in=RECIPIENTS)
    lacked = [part.pk for part in recipients if as_compared(part.address, users) in survivor.lacked]
    recipients.filter(pk__in=lacked).update(engagement=engagement)
    columns = ("account_id", "contact_id", "lead_id")
    Association.objects.bulk_create(
        [
            Association(
                organization_id=engagement.organization_id, engagement=engagement, occurred_at=engagement.occurred_at,
                **dict(zip(columns, places, strict=True)),
            )
            for places in other.associations.values_list(*columns)
        ],
        ignore_conflicts=True,
    )  # fmt: skip
