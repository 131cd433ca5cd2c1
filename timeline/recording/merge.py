"""Another sighting of a recorded mail adds what the mail does not say, and nothing to what it says already.

subject, words, author, time      the first copy's, for good; an empty mail is filled once, on the trail
parents, thread index, people     where none are stored
who holds it                      one more, and who reads it by that; its inbox owner and its deal follow
                                  (a copy without words holds nothing of a mail that has some)
under a legal hold                words, people and who reads it are frozen
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.domain.audit import AuditVerb
from accounts.models import Organization, User
from accounts.services.audit import record_event
from core.db.bulk import NewRow, insert_rows
from timeline.assignment.assign import settle_again
from timeline.assignment.records import association_rows, records_of
from timeline.assignment.standing import decided_for
from timeline.copies import hold_hollow, hold_known, make_hollow
from timeline.domain.assignment import MailFacts
from timeline.domain.copies import RECIPIENTS
from timeline.domain.sharing import Sharing
from timeline.models import Association, Conversation, EmailMessage, Engagement, Participant
from timeline.recording.identify import Mail
from timeline.recording.people import as_compared, participant_rows

_AT_ONCE = 500
_ENGAGEMENT_COLUMNS = ("visibility", "detail", "changed_at")
_WORDS = ("text", "new_text", "is_text_cut")
_EMAIL_COLUMNS = (
    *("in_reply_to", "references", "thread_index", "earliest_at", "latest_at", "lesser_moments", "addresses_hash"),
    *("authentication", "exchange_names"),
)


@dataclass(frozen=True, slots=True)
class Holding:
    """The mailbox that a page was read from: of whom, for whose eyes, and when it was read."""

    organization: Organization
    owner: User
    sharing: Sharing
    now: datetime


@dataclass(frozen=True)
class Seen:
    """A mail that a mailbox holds: its people, and the nearest of the users whose mailboxes hold it."""

    mail: Mail
    users: Mapping[str, UUID]
    """Whose address it is, by address."""
    participants: frozenset[UUID]
    """The users among its people."""
    inbox_owner: UUID | None

    def facts(self, conversation: Conversation) -> MailFacts:
        """What decides where a mail that is not recorded yet stands."""
        email = self.mail.copy
        return MailFacts(
            occurred_at=email.occurred_at,
            parts=[(person.role, person.address) for person in email.participants],
            match=email.match,
            users=self.participants,
            inbox_owner=self.inbox_owner,
            decided=decided_for(conversation),
        )


def bring_up_to_date(holding: Holding, seen: Iterable[Seen]) -> list[UUID]:
    """Let the rows of these recorded mails say what this sighting adds; which of them changed."""
    engagements: list[Engagement] = []
    emails: list[EmailMessage] = []
    associations: list[NewRow] = []
    known = [(each, row) for each in sorted(seen, key=lambda one: one.mail.id) if (row := each.mail.stored) is not None]
    states = {row.pk: _state(row) for _, row in known}
    make_hollow(row.pk for each, row in known if each.mail.is_outgrown)
    rows = [row.engagement for each, row in known if each.mail.is_shown]
    newly_held = hold_known(holding.organization, holding.owner.pk, holding.sharing, rows)
    hollow = [row.pk for each, row in known if not each.mail.is_shown]
    hold_hollow(holding.organization, holding.owner.pk, holding.sharing, hollow)
    for each, row in known:
        _complete(row, each.mail)
        associations += association_rows(
            records_of(each.mail.copy.match),
            organization=row.organization_id,
            engagement=row.pk,
            occurred_at=row.engagement.occurred_at,
        )
        is_new_reader = row.pk in newly_held and holding.owner.pk not in each.participants
        if is_new_reader or _state(row) != states[row.pk]:
            row.engagement.changed_at = holding.now
            engagements.append(row.engagement)
            emails.append(row)
    Engagement.objects.bulk_update(engagements, _ENGAGEMENT_COLUMNS, batch_size=_AT_ONCE)
    EmailMessage.objects.bulk_update(emails, _EMAIL_COLUMNS, batch_size=_AT_ONCE)
    Association.objects.bulk_create(
        [Association(**row) for row in associations], ignore_conflicts=True, batch_size=_AT_ONCE
    )
    filled = _fill(holding, [each for each in seen if each.mail.stored is not None and not each.mail.is_held])
    nearer = {row.pk for each, row in known if row.inbox_owner_id != each.inbox_owner}
    settle_again(holding.organization, sorted(nearer | filled), now=holding.now)
    return sorted({row.pk for row in emails} | filled)


def remembered(mail: Mail, moment: datetime) -> dict[str, Any]:
    """What the copies of a mail told that its own columns do not say."""
    envelope = mail.envelope
    return {
        "earliest_at": envelope.earliest if envelope.earliest != moment else None,
        "latest_at": envelope.latest if envelope.latest != moment else None,
        "lesser_moments": {
            str(int(tells)): [each.isoformat() for each in span] for tells, span in envelope.lesser.items()
        },
        "addresses_hash": mail.addresses,
    }


def _complete(row: EmailMessage, mail: Mail) -> None:
    """Set what the row lacks and a copy has: it says what came before the mail, and no word of it."""
    copy = mail.copy
    if mail.is_shown and not row.references and row.in_reply_to is None:
        row.references, row.in_reply_to = list(copy.references), copy.in_reply_to
    if mail.is_shown:
        row.thread_index = row.thread_index or copy.thread_index
    row.authentication = mail.authentication
    if mail.text is not None:
        row.exchange_names = row.exchange_names if mail.is_held else mail.envelope.unnamed
        for column, value in remembered(mail, row.engagement.occurred_at).items():
            setattr(row, column, value)


def _fill(holding: Holding, seen: Iterable[Seen]) -> set[UUID]:
    """Give words to mails of which none were known, and recipients to those without; which of them changed."""
    filled, people = list[EmailMessage](), list[NewRow]()
    for each in seen:
        row, copy = each.mail.stored, each.mail.copy
        if row is None:
            continue
        if each.mail.fills_words:
            row.text, row.new_text, row.is_text_cut = copy.text, copy.new_text, copy.is_text_cut
            filled.append(row)
        if lacked := each.mail.lacked:
            rows = participant_rows(
                copy.participants, copy.match, each.users, organization=row.organization_id, engagement=row.pk
            )
            people += [
                part
                for part in rows
                if part["role"] in RECIPIENTS and as_compared(part["address"], each.users) in lacked
            ]
    EmailMessage.objects.bulk_update(filled, _WORDS, batch_size=_AT_ONCE)
    insert_rows(Participant, people)
    changed = {row.pk for row in filled} | {part["engagement_id"] for part in people}
    Engagement.objects.filter(pk__in=changed).update(changed_at=holding.now)
    for row in filled:
        record_event(organization=holding.organization, actor=None, verb=AuditVerb.FILLED, subject=row.engagement)
    return changed


def _state(row: EmailMessage) -> tuple[object, ...]:
    engagement = row.engagement
    return (
        *(getattr(row, column) for column in _EMAIL_COLUMNS),
        engagement.visibility,
        engagement.detail,
    )
