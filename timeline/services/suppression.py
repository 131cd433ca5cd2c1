"""What was erased does not come back: keyed hashes that import consults before it records (F27).

a mail:   its message key and its fingerprint, with what it said   ┐
a call:   its source and its id there                              ├─▶ HMAC-SHA256 by the organization's key
a person: the normalized address                                   ┘

What a mail said (timeline/domain/erased.py) is compared as identity is: whoever got a mail can send its Message-ID.
The key differs between organizations, so that equal hashes say nothing across them, and nobody can look an address up
in the table by hashing a list of guesses without the key.
"""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from accounts.models import Organization
from accounts.selectors.keys import organization_key
from core.addresses import address_candidates
from core.chunks import chunks
from core.db.bulk import Prepared
from timeline.domain.email import ComposedEmail
from timeline.domain.erased import Hashes, Verdict, compare, shortened, statement
from timeline.domain.vocabulary import SuppressionKind
from timeline.models import EmailMessage, Suppression
from timeline.selectors.recorded_mails import people_of
from timeline.services.copies import CopyDesk
from timeline.services.people import our_people

Suppressed = tuple[SuppressionKind, str]
"""A kind and what is kept from coming back: a message key, a fingerprint, an activity, or a normalized address."""

_AT_ONCE = 500

_ANY: Prepared[tuple[str]] = Prepared(
    lambda organization: (
        Suppression.objects.filter(organization__among=organization).order_by().values_list("keyed_hash")[:1]
    )
)


def suppression_hash(organization: Organization, kind: SuppressionKind, value: str) -> str:
    """The hash under which `value` is suppressed, 64 hexadecimal digits."""
    return _keyed_hash(organization_key(organization), kind, value)


def suppress(organization: Organization, values: Iterable[Suppressed]) -> None:
    """Keep `values` from being recorded from here on; safe to repeat."""
    key = organization_key(organization)
    Suppression.objects.bulk_create(
        [
            Suppression(organization=organization, kind=kind, keyed_hash=_keyed_hash(key, kind, value))
            for kind, value in sorted(set(values))
        ],
        ignore_conflicts=True,
        batch_size=_AT_ONCE,
    )


def suppress_emails(organization: Organization, emails: Iterable[EmailMessage], *, in_this_form: bool = False) -> None:
    """Keep these recorded emails from being recorded again, whatever form a copy has; nothing else is kept out.

    `in_this_form` keeps out copies alone that say the very same.
    """
    rows = list(emails)
    if not rows:
        return
    key, desk, people = _desk(organization, rows)
    Suppression.objects.bulk_create(
        [
            Suppression(
                organization=organization,
                kind=SuppressionKind.MESSAGE,
                keyed_hash=_keyed_hash(key, SuppressionKind.MESSAGE, value),
                statement=statement(desk.said(row, people[row.pk]), _shortened_by(key), in_this_form=in_this_form),
            )
            for row in rows
            for value in sorted({row.message_key, row.fingerprint})
        ],
        ignore_conflicts=True,
        batch_size=_AT_ONCE,
    )


def erased_among(organization: Organization, emails: Sequence[ComposedEmail]) -> list[Verdict]:
    """What erasure says of each arriving copy: three queries for a page of mails, one where nothing was erased."""
    marks = [
        [
            *((SuppressionKind.MESSAGE, value) for value in (email.message_key, email.fingerprint)),
            *((SuppressionKind.ADDRESS, person.address) for person in email.participants),
        ]
        for email in emails
    ]
    found = _statements(organization, {mark for some in marks for mark in some})
    return _verdicts(organization, emails, marks, found) if found else [Verdict.OTHER] * len(emails)


def suppressed_among(organization: Organization, values: Iterable[Suppressed]) -> frozenset[Suppressed]:
    """Those of `values` under which something was erased: three queries, one where nothing was erased at all."""
    return frozenset(_statements(organization, values))


def _verdicts(
    organization: Organization,
    emails: Sequence[ComposedEmail],
    marks: Sequence[Sequence[Suppressed]],
    found: Mapping[Suppressed, Sequence[str]],
) -> list[Verdict]:
    addresses = {person.address for email in emails for person in email.participants}
    desk = CopyDesk(organization, our_people(organization, addresses))
    hashes = _shortened_by(organization_key(organization))
    verdicts = []
    for email, some in zip(emails, marks, strict=True):
        erased = {each for mark in some if mark[0] == SuppressionKind.MESSAGE for each in found.get(mark, ())}
        said = desk.said_by(email) if erased else None
        told = {compare(each, said, hashes) if each else Verdict.ERASED for each in erased} if said else set()
        if any(mark in found for mark in some if mark[0] == SuppressionKind.ADDRESS):
            told.add(Verdict.ERASED)
        verdicts.append(
            next((each for each in (Verdict.ERASED, Verdict.CANNOT_BE_TOLD) if each in told), Verdict.OTHER)
        )
    return verdicts


def _statements(organization: Organization, values: Iterable[Suppressed]) -> dict[Suppressed, list[str]]:
    """What was erased under each of `values`; an empty statement says nothing but that."""
    wanted = sorted(set(values))
    # hashing a page's addresses costs more than asking whether any is there
    if not wanted or not _ANY.ask(organization=organization.pk):
        return {}
    suppressions = Suppression.objects.filter(organization=organization)
    key = organization_key(organization)
    hashes_of = {each: [_keyed_hash(key, each[0], form) for form in _forms(*each)] for each in wanted}
    hashes = sorted({keyed_hash for some in hashes_of.values() for keyed_hash in some})
    statements: dict[str, list[str]] = defaultdict(list)
    for some in chunks(hashes, _AT_ONCE):
        found_there = suppressions.filter(keyed_hash__among=some)
        for keyed_hash, said in found_there.values_list("keyed_hash", "statement"):
            statements[keyed_hash].append(said)
    found = {each: [said for keyed in some for said in statements[keyed]] for each, some in hashes_of.items()}
    return {each: said for each, said in found.items() if said}


def _desk(
    organization: Organization, rows: Sequence[EmailMessage]
) -> tuple[bytes, CopyDesk, Mapping[UUID, Sequence[tuple[str, str]]]]:
    people = people_of(row.pk for row in rows)
    addresses = {address for some in people.values() for _, address in some}
    return organization_key(organization), CopyDesk(organization, our_people(organization, addresses)), people


def _shortened_by(key: bytes) -> Hashes:
    return lambda text: shortened(_keyed_hash(key, SuppressionKind.MESSAGE, text))


def _forms(kind: SuppressionKind, value: str) -> tuple[str, ...]:
    """What a suppression of this value may stand under: whoever is erased is erased with every +tag."""
    return address_candidates(value) if kind == SuppressionKind.ADDRESS else (value,)


def _keyed_hash(key: bytes, kind: SuppressionKind, value: str) -> str:
    return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()
