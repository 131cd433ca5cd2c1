"""Which of a page's mails are recorded already, and which share a Message-ID without being the same mail.

page of ComposedEmail ──message_key──▶ stored under it? ──envelope and words agree──▶ a copy of it
                                          │                     └─ with none ──▶ new, at the next place under the key
                                          └─ no ──▶ new; a second copy in the same page joins the first

What a copy tells that its mail did not is remembered with the mail (its moment, a link's address, people, words), so
that the same mails stand whichever copy comes first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db.models import Q

from accounts.models import Organization
from core.db.bulk import Prepared
from core.hashing import hash_of
from core.ids import new_id
from timeline.domain.additions import NONE, Additions
from timeline.domain.authored import Authored, authored
from timeline.domain.copies import FAILED, RECIPIENTS, completed, surer
from timeline.domain.email import ComposedEmail
from timeline.domain.erased import Said
from timeline.domain.identity import Envelope, Moments, Tells, agree, is_hollow, words_agree
from timeline.domain.learned import LearnedLines
from timeline.domain.subjects import subject_core
from timeline.domain.vocabulary import ParticipantRole
from timeline.models import EmailMessage, Participant
from timeline.recording.mail import Mail
from timeline.recording.people import as_compared, our_people
from timeline.selectors.additions import additions_of
from timeline.selectors.learned import LearnedFrom
from timeline.selectors.legal_holds import held_among

People = Iterable[tuple[str, str]]
"""Roles and normalized addresses."""

MOST_COMPARED = 20
"""Mails under one Message-ID that are compared word by word; those beyond are found by the hash of what they say."""

_RECORDED: Prepared[tuple[UUID]] = Prepared(
    lambda organization, keys: EmailMessage.objects.filter(
        organization__among=organization,
        message_key__among=keys,
        place__lt=MOST_COMPARED,
    ).values_list("pk")
)


_CROWDED: Prepared[tuple[str]] = Prepared(
    lambda organization, keys: (
        EmailMessage.objects.filter(organization__among=organization, message_key__among=keys, place__gte=MOST_COMPARED)
        .order_by()
        .values_list("message_key")
    )
)


def find_mails(organization: Organization, emails: Sequence[ComposedEmail]) -> list[Mail]:
    """The mail behind each copy, in their order: as many queries for one as for a thousand."""
    rows, people = stored_mails(organization, {email.message_key for email in emails})
    addresses = {person.address for email in emails for person in email.participants}
    addresses |= {address for some in people.values() for _, address in some}
    desk = CopyDesk(organization, addresses)
    known: dict[str, list[Mail]] = defaultdict(list)
    for row in rows:
        known[row.message_key].append(desk.mail_of(row, people[row.pk]))
    for key in crowded_keys(organization, {email.message_key for email in emails}):
        known[key] += desk.mails_beyond(key, [email for email in emails if email.message_key == key])
    held = held_among(organization, [mail.id for some in known.values() for mail in some])
    for mail in (mail for some in known.values() for mail in some):
        mail.is_held = mail.id in held
    mails = [desk.place(email, known[email.message_key]) for email in emails]
    for mail in mails:
        mail.users = desk.our_people.at(mail.copy.occurred_at)
    return mails


class CopyDesk:
    """Compares copies: knows whose addresses our people's are, and which additions are not the author's."""

    def __init__(self, organization: Organization, addresses: Collection[str]) -> None:
        """`addresses` are all that stand in what is compared: two queries."""
        self._organization = organization
        self._addresses = addresses
        self.our_people = our_people(organization, addresses)

    @cached_property
    def additions(self) -> Additions:
        """Asked for where two copies are to be compared, and not before."""
        return additions_of(self._organization)

    @cached_property
    def _learned(self) -> LearnedLines:
        """Likewise."""
        return LearnedFrom(self._organization).lines(self._addresses)

    def mail_of(self, row: EmailMessage, people: People | None) -> Mail:
        """A recorded mail as it is compared: by its `people` and text, without people by its moment and its hash."""
        moment, subject, text = row.engagement.occurred_at, "", None
        if people is not None:
            subject, text = row.engagement.subject, row.text
        envelope = self._envelope(people or (), subject, row.earliest_at or moment, row.latest_at or moment)
        if people is not None:
            lesser = {Tells(int(kind)): _moments(some) for kind, some in row.lesser_moments.items()}
            envelope = replace(envelope, unnamed=row.exchange_names, lesser=lesser)
        return Mail(
            row.pk, row.message_key, row.place, envelope, text, row.is_text_cut, row.addresses_hash,
            row.authentication, _sender(people or ()), words_hash=row.words_hash, stored=row, is_shown=False,
        )  # fmt: skip

    def arriving(self, email: ComposedEmail) -> Mail:
        """What a copy says, as a mail that would be the first of its key."""
        people = [(person.role, person.address) for person in email.participants]
        envelope = self._envelope(people, email.subject, email.occurred_at, email.occurred_at)
        if email.exchange_names:
            envelope = replace(envelope, unnamed=email.exchange_names)
        return Mail(
            new_id(), email.message_key, 0, envelope, email.text, email.is_text_cut,
            authentication=email.authentication, sender=_sender(people), email=email,
        )  # fmt: skip

    def mails_beyond(self, key: str, emails: Iterable[ComposedEmail]) -> list[Mail]:
        """Of mails that are too many to be compared, those that say what these copies say, and the last of all."""
        rows = EmailMessage.objects.filter(
            organization=self._organization, message_key=key, place__gte=MOST_COMPARED
        ).select_related("engagement")
        hashes = {self.hash_of(self.arriving(email)) for email in emails}
        last = rows.order_by("-place").values_list("place", flat=True).first()
        wanted = rows.filter(Q(words_hash__in=hashes) | Q(place=last)).order_by("place").select_for_update()
        return [self.mail_of(row, None) for row in wanted]

    def place(self, email: ComposedEmail, known: list[Mail]) -> Mail:
        """The mail that a copy belongs to, brought up to what the copy tells; a new one is added to `known`."""
        arriving = self.arriving(email)
        ranks = [(self._rank(mail, arriving), mail) for mail in known]
        rank, mail = max(ranks, key=lambda pair: (pair[0], -pair[1].place), default=(_OTHER, arriving))
        if rank == _OTHER:
            if known:
                arriving.place = max(other.place for other in known) + 1
                arriving.words_hash = self.hash_of(arriving)
                arriving.shares_envelope = any(agree(other.envelope, arriving.envelope) for other in known)
            known.append(arriving)
            return arriving
        told = mail.envelope, mail.text
        self._join(mail, arriving)
        # of a mail that tells more than before, another may turn out to be a copy
        if len(known) > 1 and (sum(each != _OTHER for each, _ in ranks) > 1 or (mail.envelope, mail.text) != told):
            mail.is_bridged = True
        return mail

    def _rank(self, mail: Mail, arriving: Mail) -> int:
        """How surely a copy is of `mail`."""
        if mail.text is None:
            is_near = mail.envelope.near(arriving.envelope, Tells.NOTHING, Tells.NOTHING)
            return _ALIKE if is_near and mail.words_hash == self.hash_of(arriving) else _OTHER
        rank = self._likeness(mail, arriving)
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

    def said(self, mail: Mail) -> Said:
        """What a mail says, as an erased one is remembered."""
        raw = authored(mail.text or "", NONE, is_cut=mail.is_text_cut)
        return Said(mail.envelope, (self._words(mail), raw))

    def hash_of(self, mail: Mail) -> str:
        """What a mail beyond the first of its key is found by."""
        envelope = mail.envelope
        return hash_of(
            self.additions.basis, envelope.author, *sorted(envelope.people), envelope.core, self._words(mail).digest
        )

    def are_one(self, one: Mail, other: Mail) -> bool:
        """Whether two recorded mails are one after all."""
        return self._likeness(one, other) != _OTHER

    def take_in(self, mail: Mail, other: Mail) -> Mail | None:
        """Let `mail` know what `other`, which is the same, tells; which of the two is hollow beside the other."""
        told, others = (each.envelope.tells(speaks=not self._words(each).is_empty) for each in (mail, other))
        self._learn(mail, other)
        return next((each for each, tells in ((mail, told), (other, others)) if is_hollow(tells, told | others)), None)

    def _join(self, mail: Mail, arriving: Mail) -> None:
        """Let the mail know what one more copy of it tells."""
        lacks_words = self._learn(mail, arriving)
        first, later = mail.email, arriving.copy
        if first is None:
            mail.email = later
            return
        users, later_users = self.our_people.at(first.occurred_at), self.our_people.at(later.occurred_at)
        named = {as_compared(each.address, users) for each in first.participants if each.role in RECIPIENTS}
        lacking = {each.address for each in later.participants if as_compared(each.address, later_users) not in named}
        mail.email = completed(first, later, lacks_words=lacks_words, lacks_people=lacking)

    def _learn(self, mail: Mail, other: Mail) -> bool:
        """Add what `mail` does not say; whether that were its words."""
        if mail.text is None:
            mail.authentication, mail.is_shown = surer(mail.authentication, other.authentication), True
            return False
        if mail.text == other.text and mail.envelope.names_as(other.envelope):
            speaks = other_speaks = True  # as much as one another
        else:
            words, others_words = self._words(mail), self._words(other)
            speaks, other_speaks = not words.is_empty, not others_words.is_empty
            mail.addresses = words.addresses or others_words.addresses
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

    def _words(self, mail: Mail) -> Authored:
        if mail.words is None:
            lines = self._learned.of(mail.sender, is_inbound=True)
            mail.words = authored(mail.text or "", self.additions, is_cut=mail.is_text_cut, learned=lines or None)
        return replace(mail.words, addresses=mail.words.addresses or mail.addresses)

    def _envelope(self, people: People, subject: str, earliest: datetime, latest: datetime) -> Envelope:
        users = self.our_people.at(latest)
        folded = [(role, as_compared(address, users)) for role, address in people]
        author = next((person for role, person in folded if role == ParticipantRole.FROM), "")
        recipients = frozenset(person for role, person in folded if role in RECIPIENTS)
        return Envelope(author, recipients, subject_core(subject), earliest, latest)


_OTHER, _SILENT, _ALIKE = range(3)
"""Another mail; the same, as far as a copy without words can tell; the same."""


def _sender(people: People) -> str:
    return next((address for role, address in people if role == ParticipantRole.FROM), "")


def _moments(stored: Sequence[str]) -> Moments:
    earliest, latest = map(datetime.fromisoformat, stored)
    return earliest, latest


def crowded_keys(organization: Organization, keys: Iterable[str]) -> list[str]:
    """Of these message keys those with mails beyond the first: some of the first may be gone."""
    return sorted({key for (key,) in _CROWDED.ask(organization=organization.pk, keys=list(keys))})


def stored_mails(
    organization: Organization, keys: Iterable[str]
) -> tuple[list[EmailMessage], dict[UUID, list[tuple[str, str]]]]:
    """The first recorded mails under these message keys in the order of their places, locked, and each one's people."""
    ids = [pk for (pk,) in _RECORDED.ask(organization=organization.pk, keys=list(keys))]
    if not ids:
        return [], {}
    rows = EmailMessage.objects.filter(pk__among=ids).select_related("engagement")
    # Locked: what two mailboxes add to one mail at the same moment must not overwrite each other.
    locked = list(rows.order_by("pk").select_for_update())
    return sorted(locked, key=lambda row: (row.message_key, row.place)), people_of(row.pk for row in locked)


def people_of(emails: Iterable[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """Roles and addresses of each of these emails' people."""
    people: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    parts = Participant.objects.filter(engagement_id__among=list(emails))
    for engagement, role, address in parts.values_list("engagement_id", "role", "address"):
        people[engagement].append((role, address))
    return people
