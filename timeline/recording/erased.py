"""What was erased, as keyed hashes, asked before anything is recorded (F27); services/suppression.py writes them.

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

from accounts.models import Organization
from accounts.selectors.keys import organization_key
from core.addresses import address_candidates
from core.chunks import chunks
from core.db.bulk import Prepared
from timeline.domain.email import ComposedEmail
from timeline.domain.erased import Hashes, Verdict, compare, shortened
from timeline.domain.vocabulary import SuppressionKind
from timeline.models import Suppression
from timeline.recording.identify import CopyDesk

Suppressed = tuple[SuppressionKind, str]
"""A kind and what is kept from coming back: a message key, a fingerprint, an activity, or a normalized address."""

_AT_ONCE = 500

_ANY: Prepared[tuple[str]] = Prepared(
    lambda organization: (
        Suppression.objects.filter(organization__among=organization).order_by().values_list("keyed_hash")[:1]
    )
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
    desk = CopyDesk(organization, addresses)
    hashes = shortened_by(organization_key(organization))
    verdicts = []
    for email, some in zip(emails, marks, strict=True):
        erased = {each for mark in some if mark[0] == SuppressionKind.MESSAGE for each in found.get(mark, ())}
        said = desk.said(desk.arriving(email)) if erased else None
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
    hashes_of = {each: [hashed(key, each[0], form) for form in _forms(*each)] for each in wanted}
    hashes = sorted({keyed_hash for some in hashes_of.values() for keyed_hash in some})
    statements: dict[str, list[str]] = defaultdict(list)
    for some in chunks(hashes, _AT_ONCE):
        found_there = suppressions.filter(keyed_hash__among=some)
        for keyed_hash, said in found_there.values_list("keyed_hash", "statement"):
            statements[keyed_hash].append(said)
    found = {each: [said for keyed in some for said in statements[keyed]] for each, some in hashes_of.items()}
    return {each: said for each, said in found.items() if said}


def shortened_by(key: bytes) -> Hashes:
    """How what an email said is hashed."""
    return lambda text: shortened(hashed(key, SuppressionKind.MESSAGE, text))


def _forms(kind: SuppressionKind, value: str) -> tuple[str, ...]:
    """What a suppression of this value may stand under: whoever is erased is erased with every +tag."""
    return address_candidates(value) if kind == SuppressionKind.ADDRESS else (value,)


def hashed(key: bytes, kind: SuppressionKind, value: str) -> str:
    """The hash under which `value` is suppressed, 64 hexadecimal digits; `key` is the organization's."""
    return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()
