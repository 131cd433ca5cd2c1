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
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db.models import Q

from accounts.models import Organization
from core.hashing import hash_of
from core.ids import new_id
from timeline.domain.additions import NONE, Additions
from timeline.domain.authored import Authored, authored
from timeline.domain.copies import FAILED, RECIPIENTS, completed, surer
from timeline.domain.email import ComposedEmail
from timeline.domain.erased import Said
from timeline.domain.identity import Envelope, Moments, Tells, agree, is_hollow, mail_key, subject_core, words_agree
from timeline.domain.vocabulary import ParticipantRole
from timeline.models import EmailMessage
from timeline.recording.people import OurPeople, as_compared, our_people
from timeline.selectors.additions import additions_of
from timeline.selectors.holds import held_among
from timeline.selectors.recorded_mails import MOST_COMPARED, crowded_keys, stored_mails

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
    is_shown: bool = True
    """A copy in the page says what the mail says: its mailbox holds it. A hollow one does not."""
    is_outgrown: bool = False
    """What was recorded of it is hollow beside what it says by now."""
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
    for key in crowded_keys(organization, {email.message_key for email in emails}):
        known[key] = known[key] + desk.mails_beyond(key, [email for email in emails if email.message_key == key])
    mails = [desk.place(email, known[email.message_key]) for email in emails]
    return Found(mails, desk.our_people, frozenset(desk.bridged))


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
        lesser = {Tells(int(kind)): _moments(some) for kind, some in row.lesser_moments.items()}
        envelope = replace(envelope, unnamed=row.exchange_names, lesser=lesser)
        return Mail(
            row.pk, row.message_key, row.place, envelope, row.text, row.is_text_cut, row.addresses_hash,
            row.authentication, stored=row, is_shown=False,
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
        return [
            Mail(
                row.pk,
                key,
                row.place,
                self._moments_of(row),
                None,
                authentication=row.authentication,
                words_hash=row.words_hash,
                stored=row,
                is_held=row.pk in held,
            )
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
        told = mail.envelope, mail.text
        self._join(mail, email, envelope)
        # of a mail that tells more than before, another may turn out to be a copy
        if len(known) > 1 and (sum(each != _OTHER for each, _ in ranks) > 1 or (mail.envelope, mail.text) != told):
            self.bridged.add(email.message_key)
        return mail

    def _rank(self, mail: Mail, envelope: Envelope, email: ComposedEmail) -> int:
        """How surely a copy is of `mail`."""
        if mail.text is None:
            is_near = mail.envelope.near(envelope, Tells.NOTHING, Tells.NOTHING)
            return _ALIKE if is_near and mail.words_hash == self._hash(envelope, self._words_of(email)) else _OTHER
        rank = self._likeness(mail, _new(email, envelope, 0))
        return _OTHER if rank == _SILENT and mail.is_held and self._words(mail).is_empty else rank

    def _likeness(self, one: Mail, other: Mail) -> int:
        """How surely two are one. Words whose From our own tenant's check denies fill no mail that has none."""
        if one.text == other.text and one.envelope.names_as(other.envelope):
            return _ALIKE if agree(one.envelope, other.envelope) else _OTHER
        words, others = self._words(one), self._words(other)
        speaks, other_speaks = not words.is_empty, not others.is_empty
        if not agree(one.envelope, other.envelope, speaks=speaks, other_speaks=other_speaks):
            return _OTHER
        if speaks == other_speaks:
            return _ALIKE if words_agree(words, others) else _OTHER
        return _OTHER if (one if speaks else other).authentication == FAILED else _SILENT

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

    def hash_of(self, row: EmailMessage, people: People) -> str:
        """What a recorded mail beyond the first is found by."""
        mail = self.mail_of(row, people)
        return self._hash(mail.envelope, self._words(mail))

    def are_one(self, one: Mail, other: Mail) -> bool:
        """Whether two recorded mails are one after all."""
        return self._likeness(one, other) != _OTHER

    def take_in(self, mail: Mail, other: Mail) -> Mail | None:
        """Let `mail` know what `other`, which is the same, tells; which of the two is hollow beside the other."""
        told, others = self._tells(mail), self._tells(other)
        self._learn(mail, other)
        return next((each for each, tells in ((mail, told), (other, others)) if is_hollow(tells, told | others)), None)

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
            mail.authentication, mail.is_shown = surer(mail.authentication, other.authentication), True
            return False
        if mail.text == other.text and mail.envelope.names_as(other.envelope):
            speaks = other_speaks = True  # as much as one another
        else:
            speaks, other_speaks = not self._is_silent(mail), not self._is_silent(other)
            mail.addresses = self._words(mail).addresses or self._words(other).addresses
        told, others = mail.envelope.tells(speaks=speaks), other.envelope.tells(speaks=other_speaks)
        mail.is_shown |= not is_hollow(others, told | others)
        mail.is_outgrown |= is_hollow(told, told | others) and not mail.is_held
        if lacks_words := other_speaks and not speaks:
            mail.text, mail.is_text_cut, mail.words, mail.fills_words = other.text, other.is_text_cut, other.words, True
        if speaks == other_speaks:
            mail.authentication = surer(mail.authentication, other.authentication)
        elif lacks_words:
            mail.authentication = other.authentication
        mail.lacked |= other.envelope.people - mail.envelope.people
        mail.envelope = mail.envelope.united(other.envelope, speaks=speaks, other_speaks=other_speaks)
        return lacks_words

    def _tells(self, mail: Mail) -> Tells:
        return mail.envelope.tells(speaks=not self._is_silent(mail))

    def _is_silent(self, mail: Mail) -> bool:
        """Whether a mail has no words of its author's."""
        return self._words(mail).is_empty

    def _words(self, mail: Mail) -> Authored:
        if mail.words is None:
            mail.words = authored(mail.text or "", self.additions, is_cut=mail.is_text_cut)
        return replace(mail.words, addresses=mail.words.addresses or mail.addresses)

    def _hash(self, envelope: Envelope, words: Authored) -> str:
        return hash_of(self.additions.basis, envelope.author, *sorted(envelope.people), envelope.core, words.digest)

    def _words_of(self, email: ComposedEmail) -> Authored:
        return authored(email.text, self.additions, is_cut=email.is_text_cut)

    def _moments_of(self, row: EmailMessage) -> Envelope:
        """The moments of a mail whose people and subject are in its hash."""
        moment = row.engagement.occurred_at
        return self._envelope((), "", row.earliest_at or moment, row.latest_at or moment)

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


def _moments(stored: Sequence[str]) -> Moments:
    earliest, latest = map(datetime.fromisoformat, stored)
    return earliest, latest


def _new(email: ComposedEmail, envelope: Envelope, place: int) -> Mail:
    return Mail(
        new_id(), email.message_key, place, envelope, email.text, email.is_text_cut,
        authentication=email.authentication, email=email,
    )  # fmt: skip
