"""A copy of a recorded mail adds what the mail does not say, and nothing to what it says already.

subject, words, author, time      the first copy's, for good; an empty mail is filled once, on the trail
parents, thread index, people     where none are stored
whose copies there are            one more, and who reads it by that; its inbox owner and its deal follow
                                  (a copy without words gives nothing of a mail that has some)
under a legal hold                words, people and who reads it are frozen
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from accounts.domain.audit import AuditVerb
from accounts.models import Organization, User
from accounts.services.audit import record_event
from core.db.bulk import NewRow, insert_rows
from timeline.assignment.assign import settle_again
from timeline.assignment.records import association_rows, records_of
from timeline.changes.door import record_change
from timeline.copies import add_hollow_copies, make_hollow, renew_copies
from timeline.domain.assignment import nearest_inbox_owner
from timeline.domain.copies import RECIPIENTS, Tied, ties
from timeline.domain.identity import reference_hash
from timeline.domain.sharing import Sharing
from timeline.models import Association, EmailMessage, Engagement, Participant
from timeline.recording.mail import Mail
from timeline.recording.people import as_compared, participant_rows, places_of_users

_AT_ONCE = 500
_WORDS = ("text", "new_text", "is_text_cut")


def merge_copies(
    organization: Organization, owner: User, sharing: Sharing, mails: Iterable[Mail], *, now: datetime
) -> None:
    """Let the rows of these recorded mails say what the copies in `owner`'s mailbox add.

    Runs in the caller's transaction, which has locked the rows.
    """
    mails = sorted(mails, key=lambda mail: mail.id)
    make_hollow(mail.id for mail in mails if mail.is_outgrown)
    shown = [mail.row.engagement for mail in mails if mail.is_shown]
    before = {each.pk: (each.visibility, each.detail) for each in shown}
    newly_copied = renew_copies(organization, owner.pk, sharing, shown)
    add_hollow_copies(organization, owner.pk, sharing, [mail.id for mail in mails if not mail.is_shown])
    changed = {each.pk for each in shown if (each.visibility, each.detail) != before[each.pk]}
    columns, nearer, associations = set[str](), set[UUID](), list[NewRow]()
    for mail in mails:
        completed = complete(mail, mail.copy if mail.is_shown else None)
        columns |= completed
        places = places_of_users(mail.copy.participants, mail.users)
        if completed or (mail.id in newly_copied and owner.pk not in places):
            changed.add(mail.id)
        copy_owners = {owner.pk} if mail.is_shown else set[UUID]()
        if mail.row.inbox_owner_id is not None and not mail.is_outgrown:
            copy_owners.add(mail.row.inbox_owner_id)
        if mail.row.inbox_owner_id != nearest_inbox_owner(copy_owners, places):
            nearer.add(mail.id)
        associations += association_rows(
            records_of(mail.copy.match),
            organization=organization.pk,
            engagement=mail.id,
            occurred_at=mail.row.engagement.occurred_at,
        )
    rows = [mail.row for mail in mails if mail.id in changed]
    for row in rows:
        row.engagement.changed_at = now
    sharing_columns = ("visibility", "detail", "changed_at")
    Engagement.objects.bulk_update([row.engagement for row in rows], sharing_columns, batch_size=_AT_ONCE)
    if columns:
        EmailMessage.objects.bulk_update(rows, sorted(columns), batch_size=_AT_ONCE)
    Association.objects.bulk_create(
        [Association(**row) for row in associations], ignore_conflicts=True, batch_size=_AT_ONCE
    )
    filled = _fill(organization, [mail for mail in mails if not mail.is_held], now)
    settle_again(organization, sorted(nearer | filled), now=now)
    record_change(organization.pk, changed | filled, has_new_words=True)


def complete(mail: Mail, other: Tied | None) -> set[str]:
    """Set on a mail's row what its copies told by now, and what ties it with `other`; which columns say something else.

    Those are what came before the mail and what it was compared by: no word of it.
    """
    row = mail.row
    told = mail.told if mail.text is not None else {"authentication": mail.authentication}
    if mail.is_held:
        told.pop("exchange_names", None)
    if other is not None:
        references, in_reply_to, thread_index = ties(row, other)
        told |= {"references": list(references), "in_reply_to": in_reply_to, "thread_index": thread_index}
        told["answers_key"] = reference_hash(in_reply_to) if in_reply_to else ""
    changed = {column for column, value in told.items() if getattr(row, column) != value}
    for column in changed:
        setattr(row, column, told[column])
    return changed


def _fill(organization: Organization, mails: Iterable[Mail], now: datetime) -> set[UUID]:
    """Give words to mails of which none were known, and recipients to those without; which of them changed."""
    filled, people = list[EmailMessage](), list[NewRow]()
    for mail in mails:
        row, copy = mail.row, mail.copy
        if mail.fills_words:
            row.text, row.new_text, row.is_text_cut = copy.text, copy.new_text, copy.is_text_cut
            filled.append(row)
        if mail.lacked:
            rows = participant_rows(
                copy.participants, copy.match, mail.users, organization=organization.pk, engagement=mail.id
            )
            people += [
                part
                for part in rows
                if part["role"] in RECIPIENTS and as_compared(part["address"], mail.users) in mail.lacked
            ]
    EmailMessage.objects.bulk_update(filled, _WORDS, batch_size=_AT_ONCE)
    insert_rows(Participant, people)
    changed = {row.pk for row in filled} | {part["engagement_id"] for part in people}
    Engagement.objects.filter(pk__in=changed).update(changed_at=now)
    for row in filled:
        record_event(organization=organization, actor=None, verb=AuditVerb.FILLED, subject=row.engagement)
    return changed
