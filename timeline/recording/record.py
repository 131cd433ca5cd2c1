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
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import Organization, User
from core.db.bulk import NewRow, insert_rows
from timeline.assignment.assign import columns_of, settle_again, settle_page
from timeline.assignment.records import association_rows, records_of
from timeline.assignment.standing import decided_for
from timeline.changes.door import record_change
from timeline.copies import add_copies
from timeline.domain.assignment import MailFacts, Settled
from timeline.domain.email import ComposedEmail
from timeline.domain.erased import Verdict
from timeline.domain.identity import reference_hash
from timeline.domain.quoting import beside
from timeline.domain.sharing import Sharing
from timeline.domain.vocabulary import Kind
from timeline.models import Association, EmailMessage, Engagement, Participant, SearchText
from timeline.recording.erased import erased_among
from timeline.recording.identify import find_mails
from timeline.recording.join import join_copies
from timeline.recording.mail import Mail
from timeline.recording.merge import merge_copies
from timeline.recording.people import participant_rows
from timeline.recording.thread import place_in_conversations
from timeline.search.texts import search_text

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
    sharing = Sharing(Visibility(visibility), Detail(detail))
    verdicts = erased_among(organization, emails)
    kept = [email for email, verdict in zip(emails, verdicts, strict=True) if verdict is Verdict.OTHER]
    found = find_mails(organization, kept) if kept else []
    survivors = _write(organization, mailbox_owner, sharing, found, now) if found else {}
    answers: list[RecordedEmail | Suppressed] = []
    remaining, untold = iter(found), {mail.id for mail in found if mail.stored is None}
    for verdict in verdicts:
        if verdict is not Verdict.OTHER:
            answers.append(Suppressed(is_certain=verdict is Verdict.ERASED))
            continue
        mail = next(remaining)
        answers.append(RecordedEmail(survivors.get(mail.id, mail.id), is_new=mail.id in untold))
        untold.discard(mail.id)
    return answers


def _write(
    organization: Organization, owner: User, sharing: Sharing, found: Iterable[Mail], now: datetime
) -> Mapping[UUID, UUID]:
    """Write what a page's mails come to; into which other those went that a copy showed to be the same."""
    mails = list({mail.id: mail for mail in found}.values())
    joined = place_in_conversations(organization, mails)
    if new := [mail for mail in mails if mail.stored is None]:
        _write_new(organization, owner, sharing, new)
    if known := [mail for mail in mails if mail.stored is not None]:
        merge_copies(organization, owner, sharing, known, now=now)
    if pinned := [each.pk for each in joined if each.pinned_at is not None]:
        together = Engagement.objects.filter(conversation__in=pinned).values_list("pk", flat=True)
        settle_again(organization, sorted(together), now=now)
    bridged = {mail.message_key for mail in mails if mail.is_bridged}
    return join_copies(organization, bridged) if bridged else {}


def _write_new(organization: Organization, owner: User, sharing: Sharing, mails: Sequence[Mail]) -> None:
    """Write mails of which no copy was recorded: all that `owner`'s mailbox holds."""
    mails = sorted(mails, key=lambda mail: mail.id)
    facts = [
        MailFacts(
            occurred_at=mail.copy.occurred_at,
            parts=[(person.role, person.address) for person in mail.copy.participants],
            match=mail.copy.match,
            users=frozenset(mail.users[each.address] for each in mail.copy.participants if each.address in mail.users),
            inbox_owner=owner.pk,
            decided=decided_for(mail.conversation),
        )
        for mail in mails
    ]
    participants, associations, texts = [list[NewRow]() for _ in range(3)]
    for mail in mails:
        email, own = mail.copy, {"organization": organization.pk, "engagement": mail.id}
        participants += participant_rows(email.participants, email.match, mail.users, **own)
        associations += association_rows(records_of(email.match), occurred_at=email.occurred_at, **own)
        people = [(person.name, person.address) for person in email.participants]
        words = email.new_text or email.text
        folded = beside(email.text, words)
        texts.append(
            search_text(organization.pk, mail.id, subject=email.subject, people=people, body=words, folded=folded)
        )
    settled = zip(mails, settle_page(organization, facts), strict=True)
    insert_rows(Engagement, [_engagement(organization, sharing, mail, place) for mail, place in settled])
    insert_rows(EmailMessage, [_email(organization, owner, mail) for mail in mails])
    insert_rows(Participant, participants)
    insert_rows(Association, associations)
    add_copies(organization, owner.pk, sharing, [mail.id for mail in mails])
    insert_rows(SearchText, texts)
    record_change(organization.pk, new=[mail.id for mail in mails])


def _engagement(organization: Organization, sharing: Sharing, mail: Mail, settled: Settled) -> NewRow:
    email = mail.copy
    return {
        "id": mail.id,
        "organization_id": organization.pk,
        "kind": Kind.EMAIL,
        "source": SOURCE,
        "external_id": mail.key,
        "occurred_at": email.occurred_at,
        "direction": email.direction,
        "subject": email.subject,
        "conversation_id": mail.conversation.pk,
        **sharing._asdict(),
        **columns_of(settled),
    }


def _email(organization: Organization, owner: User, mail: Mail) -> NewRow:
    email = mail.copy
    return {
        "engagement_id": mail.id,
        "organization_id": organization.pk,
        "message_key": mail.message_key,
        "place": mail.place,
        "fingerprint": email.fingerprint,
        "internet_message_id": email.internet_message_id,
        "in_reply_to": email.in_reply_to,
        "answers_key": reference_hash(email.in_reply_to) if email.in_reply_to else "",
        "references": list(email.references),
        "text": email.text,
        "new_text": email.new_text,
        "is_text_cut": email.is_text_cut,
        "thread_index": email.thread_index,
        "words_hash": mail.words_hash,
        **mail.told,
        "inbox_owner_id": owner.pk,
    }
