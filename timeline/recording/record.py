"""Recording mail: each once, in its conversation, under its deal, whichever mailbox shows it first.

page of composed mails
   │ suppressed? ──▶ Suppressed                            erased mail and people stay away
   │ known?      ──▶ its row, and what this copy adds       identify.py, merge.py
   │ conversation                                           thread.py
   │ deal, owner                                            timeline/domain/assignment.py
   ▼
Engagement + EmailMessage + Participant + Association + MailboxCopy + Change, in the caller's transaction

The number of queries is the same for one mail and for five hundred. Unique constraints decide between two workers:
the loser's IntegrityError is for the caller, who repeats the whole unit of work and then finds the winner's rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import Organization, User
from core.db.bulk import NewRow, insert_rows
from timeline.assignment.assign import Assigner, columns_of, settle_again
from timeline.assignment.records import association_rows, records_of
from timeline.changes.door import record_change
from timeline.copies import hold_new
from timeline.domain.assignment import Settled, nearest_inbox_owner
from timeline.domain.email import ComposedEmail
from timeline.domain.erased import Verdict
from timeline.domain.sharing import Sharing
from timeline.domain.threading import threaded
from timeline.domain.vocabulary import Kind
from timeline.models import Association, Conversation, EmailMessage, Engagement, Participant
from timeline.recording.erased import erased_among
from timeline.recording.identify import Found, Mail, find_mails
from timeline.recording.join import join_copies
from timeline.recording.merge import Holding, Seen, bring_up_to_date, remembered
from timeline.recording.people import participant_rows, places_of_users
from timeline.recording.thread import Arrival, place_in_conversations
from timeline.search.texts import refresh_search_texts, search_text, write_search_texts

SOURCE = "microsoft"


@dataclass(frozen=True, slots=True)
class RecordedEmail:
    """A mail that is in the timeline; `is_new` where this call brought it there."""

    email_id: UUID
    is_new: bool


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A mail that was erased, or in which an erased person takes part: nothing of it is recorded.

    `is_certain` is false where the words of the copy, or of what was erased, cannot be told.
    """

    is_certain: bool = True


def record_emails(
    *,
    organization: Organization,
    mailbox_owner: User,
    emails: Sequence[ComposedEmail],
    visibility: Visibility,
    detail: Detail,
    now: datetime,
) -> list[RecordedEmail | Suppressed]:
    """Record a page of mails that `mailbox_owner`'s mailbox holds; one answer a mail, in their order.

    `visibility` and `detail` are the mailbox's; an email that several hold has the widest. Runs in the caller's
    transaction. Raises IntegrityError where another worker recorded the same mail meanwhile: repeat the transaction.
    """
    holding = Holding(organization, mailbox_owner, Sharing(Visibility(visibility), Detail(detail)), now)
    verdicts = erased_among(organization, emails)
    kept = [email for email, verdict in zip(emails, verdicts, strict=True) if verdict is Verdict.OTHER]
    found = find_mails(organization, kept)
    if found.mails:
        _write(holding, _seen(holding, found))
    joined = join_copies(organization, found.bridged) if found.bridged else {}
    return _answers(verdicts, found.mails, joined)


def _answers(
    verdicts: Iterable[Verdict], mails: Iterable[Mail], joined: Mapping[UUID, UUID]
) -> list[RecordedEmail | Suppressed]:
    answers: list[RecordedEmail | Suppressed] = []
    remaining, told = iter(mails), set[UUID]()
    for verdict in verdicts:
        if verdict is not Verdict.OTHER:
            answers.append(Suppressed(is_certain=verdict is Verdict.ERASED))
            continue
        mail = next(remaining)
        answers.append(RecordedEmail(joined.get(mail.id, mail.id), is_new=mail.stored is None and mail.id not in told))
        told.add(mail.id)
    return answers


def _seen(holding: Holding, found: Found) -> list[Seen]:
    seen = []
    for mail in {mail.id: mail for mail in found.mails}.values():
        users = found.people.at(mail.copy.occurred_at)
        places = places_of_users(mail.copy.participants, users)
        holders = {holding.owner.pk} if mail.is_shown else set()
        if mail.stored is not None and mail.stored.inbox_owner_id is not None and not mail.is_outgrown:
            holders.add(mail.stored.inbox_owner_id)
        seen.append(Seen(mail, users, frozenset(places), nearest_inbox_owner(holders, places)))
    return seen


def _write(holding: Holding, seen: Sequence[Seen]) -> None:
    placement = place_in_conversations(holding.organization, [_arrival(each.mail) for each in seen])
    places = placement.conversations
    _write_new(holding, [each for each in seen if each.mail.stored is None], places)
    changed = bring_up_to_date(holding, [each for each in seen if each.mail.stored is not None])
    pinned = [each.pk for each in placement.joined if each.pinned_at is not None]
    if pinned:
        together = Engagement.objects.filter(conversation__in=pinned).values_list("pk", flat=True)
        settle_again(holding.organization, sorted(together), now=holding.now)
    new = [each.mail.id for each in seen if each.mail.stored is None]
    refresh_search_texts(changed)
    record_change(holding.organization.pk, {*changed, *placement.moved}, new=new, conversations=placement.written)


def _arrival(mail: Mail) -> Arrival:
    """A recorded mail stays tied by the parents and the index that are stored: a copy cannot tie it elsewhere."""
    email = mail.copy
    if (row := mail.stored) is not None:
        if row.references or row.in_reply_to:
            email = replace(email, references=tuple(row.references), in_reply_to=row.in_reply_to)
        email = replace(email, thread_index=row.thread_index or email.thread_index, subject=row.engagement.subject)
    elif mail.shares_envelope and email.internet_message_id:
        email = replace(email, references=(email.internet_message_id, *email.references))
    stored = mail.stored.engagement.conversation_id if mail.stored is not None else None
    return Arrival(threaded(email, mail.key), email.occurred_at, stored)


def _write_new(holding: Holding, seen: Sequence[Seen], places: Mapping[str, Conversation]) -> None:
    page = {each.mail.id: each.facts(places[each.mail.key]) for each in seen}
    assigner = Assigner(holding.organization, page.values())
    engagements, emails, participants, associations, texts = [list[NewRow]() for _ in range(5)]
    for each in sorted(seen, key=lambda one: one.mail.id):
        email = each.mail.copy
        own = {"organization": holding.organization.pk, "engagement": each.mail.id}
        people = [(person.name, person.address) for person in email.participants]
        engagements.append(_engagement(holding, each, assigner.settle(page[each.mail.id]), places[each.mail.key]))
        words = email.new_text or email.text
        texts.append(
            search_text(holding.organization.pk, each.mail.id, subject=email.subject, people=people, body=words)
        )
        emails.append(_email(holding, each))
        participants += participant_rows(email.participants, email.match, each.users, **own)
        associations += association_rows(records_of(email.match), occurred_at=email.occurred_at, **own)
    insert_rows(Engagement, engagements)
    insert_rows(EmailMessage, emails)
    insert_rows(Participant, participants)
    insert_rows(Association, associations)
    hold_new(holding.organization, holding.owner.pk, holding.sharing, [each.mail.id for each in seen])
    write_search_texts(texts)


def _engagement(holding: Holding, seen: Seen, settled: Settled, conversation: Conversation) -> NewRow:
    email = seen.mail.copy
    return {
        "id": seen.mail.id,
        "organization_id": holding.organization.pk,
        "kind": Kind.EMAIL,
        "source": SOURCE,
        "external_id": seen.mail.key,
        "occurred_at": email.occurred_at,
        "direction": email.direction,
        "subject": email.subject,
        "conversation_id": conversation.pk,
        "visibility": holding.sharing.visibility,
        "detail": holding.sharing.detail,
        **columns_of(settled),
    }


def _email(holding: Holding, seen: Seen) -> NewRow:
    email = seen.mail.copy
    return {
        "engagement_id": seen.mail.id,
        "organization_id": holding.organization.pk,
        "message_key": seen.mail.message_key,
        "place": seen.mail.place,
        "fingerprint": email.fingerprint,
        "internet_message_id": email.internet_message_id,
        "in_reply_to": email.in_reply_to,
        "references": list(email.references),
        "text": email.text,
        "new_text": email.new_text,
        "is_text_cut": email.is_text_cut,
        "thread_index": email.thread_index,
        **remembered(seen.mail, email.occurred_at),
        "words_hash": seen.mail.words_hash,
        "authentication": seen.mail.authentication,
        "exchange_names": seen.mail.envelope.unnamed,
        "inbox_owner_id": seen.inbox_owner,
    }
