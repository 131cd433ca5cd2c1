"""Which of a page's mails are recorded already, and which share a Message-ID without being the same mail.

page of ComposedEmail ──message_key──▶ stored? ──is_same_mail──▶ a copy of it
                                          │            └─ no ──▶ a key of its own (Message-ID reused)
                                          └─ no ──▶ new; a second copy in the same page joins the first
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import CharField, UUIDField

from accounts.ids import new_id
from accounts.models import Organization
from accounts.prepared import Given, Prepared
from timeline.domain.copies import Wording, combined
from timeline.domain.email import ComposedEmail
from timeline.domain.identity import Likeness, is_same_mail, reused_message_key
from timeline.domain.vocabulary import ParticipantRole
from timeline.models import EmailMessage, Participant

_RECORDED: Prepared[tuple[UUID]] = Prepared(
    lambda: EmailMessage.objects.filter(
        organization=Given("organization", UUIDField()), message_key__among=Given("keys", CharField())
    ).values_list("pk")
)


@dataclass(frozen=True, slots=True)
class Known:
    """A mail that a copy may be a copy of: recorded (`stored`), or met earlier in the page."""

    id: UUID
    key: str
    likeness: Likeness
    stored: EmailMessage | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of a page, and what its copies there say together."""

    known: Known
    email: ComposedEmail

    @property
    def id(self) -> UUID:
        return self.known.id

    @property
    def key(self) -> str:
        return self.known.key

    @property
    def stored(self) -> EmailMessage | None:
        return self.known.stored


def find_mails(organization: Organization, emails: Sequence[ComposedEmail]) -> list[Mail]:
    """The mail behind each copy, in the same order: one query where none is recorded, else three."""
    known = _stored(organization, emails)
    entries, mails = [], dict[UUID, Mail]()
    for email in emails:
        entry = _find(email, known)
        entries.append(entry)
        met = mails.get(entry.id)
        mails[entry.id] = Mail(entry, _reworded(met.email, wording_of(email)) if met else email)
    return [mails[entry.id] for entry in entries]


def wording_of(email: ComposedEmail) -> Wording:
    """What another copy may say differently."""
    return Wording(email.subject, email.text, email.new_text, email.is_text_cut, email.in_reply_to, email.references)


def stored_wording(row: EmailMessage) -> Wording:
    """The same of a recorded mail."""
    return Wording(
        row.engagement.subject, row.text, row.new_text, row.is_text_cut, row.in_reply_to, tuple(row.references)
    )


def _reworded(email: ComposedEmail, other: Wording) -> ComposedEmail:
    words = combined(wording_of(email), other)
    return replace(
        email,
        subject=words.subject,
        text=words.text,
        new_text=words.new_text,
        is_text_cut=words.is_text_cut,
        in_reply_to=words.in_reply_to,
        references=words.references,
    )


def _keys_of(email: ComposedEmail) -> tuple[str, ...]:
    """The keys that a mail may stand under: its own, and the one it has where its Message-ID is another's."""
    if email.internet_message_id is None:
        return (email.message_key,)
    return (email.message_key, reused_message_key(email.internet_message_id, email.fingerprint))


def _find(email: ComposedEmail, known: dict[str, Known]) -> Known:
    """The last key is decisive: it holds the fingerprint, so what stands under it is the same mail."""
    *doubtful, decisive = _keys_of(email)
    likeness = _likeness(email)
    for key in doubtful:
        if key not in known:
            return known.setdefault(key, Known(new_id(), key, likeness))
        if is_same_mail(known[key].likeness, likeness):
            return known[key]
    return known.setdefault(decisive, Known(new_id(), decisive, likeness))


def _stored(organization: Organization, emails: Iterable[ComposedEmail]) -> dict[str, Known]:
    keys = {key for email in emails for key in _keys_of(email)}
    ids = [pk for (pk,) in _RECORDED.ask(organization=organization.pk, keys=keys)]
    if not ids:
        return {}
    rows = EmailMessage.objects.filter(pk__among=ids).select_related("engagement")
    # Locked: what two mailboxes add to one mail at the same moment must not overwrite each other.
    by_id = {row.pk: row for row in rows.order_by("pk").select_for_update()}
    authors = Participant.objects.filter(engagement_id__among=by_id, role=ParticipantRole.FROM)
    senders = dict(authors.values_list("engagement_id", "address"))
    return {
        row.message_key: Known(
            row.pk,
            row.message_key,
            Likeness(senders.get(row.pk), row.engagement.occurred_at, row.engagement.subject),
            stored=row,
        )
        for row in by_id.values()
    }


def _likeness(email: ComposedEmail) -> Likeness:
    sender = next((person.address for person in email.participants if person.role == ParticipantRole.FROM), None)
    return Likeness(sender, email.occurred_at, email.subject)
