"""Which of a page's mails are recorded already, and which share a Message-ID without being the same mail.

page of ComposedEmail ──message_key──▶ stored under it? ──envelope and words agree──▶ a copy of it
                                          │                     └─ with none ──▶ new, at the next place under the key
                                          └─ no ──▶ new; a second copy in the same page joins the first

What a copy tells that its mail did not is remembered with the mail (its moment, a link's address, people, words), so
that the same mails stand whichever copy comes first.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from uuid import UUID

from django.db.models import Q

from accounts.models import Organization
from core.db.bulk import Prepared
from core.ids import new_id
from timeline.domain.additions import NONE, Additions
from timeline.domain.authored import Authored, authored, digest_of
from timeline.domain.copies import FAILED, RECIPIENTS, completed, surer
from timeline.domain.email import ComposedEmail
from timeline.domain.erased import Said
from timeline.domain.identity import Envelope, agree, mail_key, subject_core, words_agree
from timeline.domain.vocabulary import ParticipantRole
from timeline.models import EmailMessage, Participant
from timeline.selectors.additions import additions_of
from timeline.selectors.holds import held_among
from timeline.services.people import OurPeople, as_compared, our_people

MOST_COMPARED = 20
"""Mails under one Message-ID that are compared word by word; those beyond are found by the hash of what they say."""

_RECORDED: Prepared[tuple[UUID]] = Prepared(
    lambda organization, keys: EmailMessage.objects.filter(
        organization__among=organization,
        message_key__among=keys,
        place__lt=MOST_COMPARED,
    ).values_list("pk")
)

People = Iterable[tuple[str, str]]
"""Roles and normalized addresses."""


@dataclass(slots=True)
class Mail:
    """A mail that a copy may be a copy of: recorded (`stored`), or met earlier in the page.

    `email` is what its copies in the page say together; None while there is none. `text` is None where the mail was
    found by its `words_hash`, and `words` until they are asked for: most copies have the very same text.
    """

    id: UUID
    message_key: str
    place: int
    envelope: Envelope
    text: str | None
    is_text_cut: bool = False
    addresses: str = ""
    authentication: str = ""
    words: Authored | None = None
    words_hash: str = ""
    stored: EmailMessage | None = None
    email: ComposedEmail | None = None
    is_held: bool = False
    fills_words: bool = False
    lacked: frozenset[str] = frozenset()
    """Of `envelope.people`, whom a later copy named first."""
    shares_envelope: bool = False
    """Another mail under its key says the same but for the words: they belong beside one another."""

    @property
    def key(self) -> str:
        return mail_key(self.message_key, self.place)

    @property
    def copy(self) -> ComposedEmail:
        """What the page's copies say of it."""
        if self.email is None:
            raise LookupError("No copy of this mail was in the page.")
        return self.email


@dataclass(frozen=True)
class Found:
    """The mail behind each copy of a page, in the page's order, and who of our own people is behind the addresses.

    `bridged` are the message keys under which a copy showed that two mails are one.
    """

    mails: Sequence[Mail]
    people: OurPeople
    bridged: frozenset[str] = frozenset()


def find_mails(organization: Organization, emails: Sequence[ComposedEmail]) -> Found:
    """The mail behind each copy: as many queries for one as for a thousand."""
    rows, people = stored_mails(organization, {email.message_key for email in emails})
    addresses = {person.address for email in emails for person in email.participants}
    addresses |= {address for some in people.values() for _, address in some}
    desk = CopyDesk(organization, our_people(organization, addresses))
    known: dict[str, list[Mail]] = defaultdict(list)
    held = held_among(organization, [row.pk for row in rows])
    for row in rows:
        mail = desk.mail_of(row, people[row.pk])
        mail.is_held = row.pk in held
        known[row.message_key].append(mail)
    for key, some in list(known.items()):
        if len(some) == MOST_COMPARED:
            known[key] = some + desk.mails_beyond(key, [email for email in emails if email.message_key == key])
    mails = [desk.place(email, known[email.message_key]) for email in emails]
    return Found(mails, desk.our_people, frozenset(desk.bridged))


def stored_mails(
    organization: Organization, keys: Iterable[str]
) -> tuple[list[EmailMessage], dict[UUID, list[tuple[str, str]]]]:
    """The first recorded mails under these message keys in the order of their places, locked, and each one's people."""
    ids = [pk for (pk,) in _RECORDED.ask(organization=organization.pk, keys=list(keys))]
    people: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    if not ids:
        return [], people
    rows = EmailMessage.objects.filter(pk__among=ids).select_related("engagement")
    # Locked: what two mailboxes add to one mail at the same moment must not overwrite each other.
    locked = list(rows.order_by("pk").select_for_update())
    parts = Participant.objects.filter(engagement_id__among=[row.pk for row in locked])
    for engagement, role, address in parts.values_list("engagement_id", "role", "address"):
        people[engagement].append((role, address))
    return sorted(locked, key=lambda row: (row.message_key, row.place)), people


class CopyDesk:
    """Compares copies: knows whose addresses our people's are, and which additions are not the author's."""

    def __init__(self, organization: Organization, people: OurPeople) -> None:
        self._organization = organization
        self.our_people = people
        self.bridged: set[str] = set()

    @cached_property
    def additions(self) -> Additions:
        """Asked for where two copies are to be compared, and not before."""
        return additions_of(self._organization)

    def mail_of(self, row: EmailMessage, people: People) -> Mail:
        """A recorded mail as it is compared."""
        moment = row.engagement.occurred_at
        envelope = self._envelope(people, row.engagement.subject, row.earliest_at or moment, row.latest_at or moment)
        envelope = replace(envelope, unnamed=row.exchange_names)
        return Mail(
            row.pk, row.message_key, row.place, envelope, row.text, row.is_text_cut, row.addresses_hash,
            row.authentication, stored=row,
        )  # fmt: skip

    def mails_beyond(self, key: str, emails: Iterable[ComposedEmail]) -> list[Mail]:
        """Of mails that are too many to be compared, those that say what these copies say, and the last of all."""
        rows = EmailMessage.objects.filter(
            organization=self._organization, message_key=key, place__gte=MOST_COMPARED
        ).select_related("engagement")
        hashes = {self._hash(self._envelope_of(email), self._words_of(email)) for email in emails}
        last = rows.order_by("-place").values_list("place", flat=True).first()
        wanted = rows.filter(Q(words_hash__in=hashes) | Q(place=last)).order_by("place").select_for_update()
        held = held_among(self._organization, [row.pk for row in wanted])
        nobody = self._envelope((), "", datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC))
        return [
            Mail(row.pk, key, row.place, nobody, None, words_hash=row.words_hash, stored=row, is_held=row.pk in held)
            for row in wanted
        ]

    def place(self, email: ComposedEmail, known: list[Mail]) -> Mail:
        """The mail that a copy belongs to, brought up to what the copy tells; a new one is added to `known`."""
        envelope = self._envelope_of(email)
        if not known:
            known.append(_new(email, envelope, 0))
            return known[0]
        ranks = [(self._rank(mail, envelope, email), mail) for mail in known]
        rank, mail = max(ranks, key=lambda pair: (pair[0], -pair[1].place))
        if rank == _OTHER:
            return self._beside(email, envelope, known)
        if sum(each == _ALIKE for each, _ in ranks) > 1:
            self.bridged.add(email.message_key)
        self._join(mail, email, envelope)
        return mail

    def _rank(self, mail: Mail, envelope: Envelope, email: ComposedEmail) -> int:
        """How surely a copy is of `mail`."""
        if mail.text is None:
            return _ALIKE if mail.words_hash == self._hash(envelope, self._words_of(email)) else _OTHER
        rank = self._likeness(mail, _new(email, envelope, 0))
        return _OTHER if rank == _SILENT and mail.is_held and self._words(mail).is_empty else rank

    def _likeness(self, one: Mail, other: Mail) -> int:
        """How surely two are one. Words whose From our own tenant's check denies fill no mail that has none."""
        if not agree(one.envelope, other.envelope):
            return _OTHER
        needs_words = one.envelope.rests_on_names(other.envelope)
        if one.text == other.text and not needs_words:
            return _ALIKE
        words, others = self._words(one), self._words(other)
        if not words_agree(words, others) or (needs_words and (words.is_empty or others.is_empty)):
            return _OTHER
        if words.is_empty == others.is_empty:
            return _ALIKE
        speaks = other if words.is_empty else one
        return _OTHER if speaks.authentication == FAILED else _SILENT

    def _beside(self, email: ComposedEmail, envelope: Envelope, known: list[Mail]) -> Mail:
        mail = _new(email, envelope, max(mail.place for mail in known) + 1)
        mail.words_hash = self._hash(envelope, self._words_of(email))
        mail.shares_envelope = any(agree(other.envelope, envelope) for other in known)
        known.append(mail)
        return mail

    def said(self, row: EmailMessage, people: People) -> Said:
        """What a recorded mail says, as an erased one is remembered."""
        return self._said(self.mail_of(row, people))

    def said_by(self, email: ComposedEmail) -> Said:
        """The same of a copy."""
        return self._said(_new(email, self._envelope_of(email), 0))

    def _said(self, mail: Mail) -> Said:
        text = mail.text or ""
        raw = authored(text, NONE, is_cut=mail.is_text_cut)
        return Said(mail.envelope, (self._words(mail), raw))

    def are_one(self, one: Mail, other: Mail) -> bool:
        """Whether two recorded mails are one after all."""
        return self._likeness(one, other) != _OTHER

    def take_in(self, mail: Mail, other: Mail) -> None:
        """Let `mail` know what `other`, which is the same, tells."""
        self._learn(mail, other)

    def _join(self, mail: Mail, email: ComposedEmail, envelope: Envelope) -> None:
        """Let the mail know what one more copy of it tells."""
        lacks_words = self._learn(mail, _new(email, envelope, 0))
        if mail.email is None:
            mail.email = email
        else:
            named, users = self._envelope_of(mail.email).people, self.our_people.at(email.occurred_at)
            lacking = {each.address for each in email.participants if as_compared(each.address, users) not in named}
            mail.email = completed(mail.email, email, lacks_words=lacks_words, lacks_people=lacking)

    def _learn(self, mail: Mail, other: Mail) -> bool:
        """Add what `mail` does not say; whether that were its words."""
        if mail.text is None:
            return False
        lacks_words = False
        if mail.text != other.text:
            known, arriving = self._words(mail), self._words(other)
            lacks_words = known.is_empty and not arriving.is_empty
            mail.words = arriving if lacks_words else known
            mail.addresses = mail.words.addresses or arriving.addresses
        if lacks_words:
            mail.text, mail.is_text_cut, mail.fills_words = other.text, other.is_text_cut, True
        mail.authentication = surer(mail.authentication, other.authentication)
        mail.lacked |= other.envelope.people - mail.envelope.people
        mail.envelope = mail.envelope.united(other.envelope)
        return lacks_words

    def _words(self, mail: Mail) -> Authored:
        if mail.words is None:
            mail.words = authored(mail.text or "", self.additions, is_cut=mail.is_text_cut)
        return replace(mail.words, addresses=mail.words.addresses or mail.addresses)

    def _hash(self, envelope: Envelope, words: Authored) -> str:
        return digest_of([self.additions.basis, envelope.author, *sorted(envelope.people), envelope.core, words.digest])

    def _words_of(self, email: ComposedEmail) -> Authored:
        return authored(email.text, self.additions, is_cut=email.is_text_cut)

    def _envelope_of(self, email: ComposedEmail) -> Envelope:
        people = [(person.role, person.address) for person in email.participants]
        envelope = self._envelope(people, email.subject, email.occurred_at, email.occurred_at)
        return replace(envelope, unnamed=email.exchange_names)

    def _envelope(self, people: People, subject: str, earliest: datetime, latest: datetime) -> Envelope:
        users = self.our_people.at(latest)
        folded = [(role, as_compared(address, users)) for role, address in people]
        author = next((person for role, person in folded if role == ParticipantRole.FROM), "")
        recipients = frozenset(person for role, person in folded if role in RECIPIENTS)
        return Envelope(author, recipients, subject_core(subject), earliest, latest)


_OTHER, _SILENT, _ALIKE = range(3)
"""Another mail; the same, as far as a copy without words can tell; the same."""


def _new(email: ComposedEmail, envelope: Envelope, place: int) -> Mail:
    return Mail(
        new_id(), email.message_key, place, envelope, email.text, email.is_text_cut,
        authentication=email.authentication, email=email,
    )  # fmt: skip
