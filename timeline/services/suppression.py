"""What was erased does not come back: keyed hashes that import consults before it records (F27).

a mail:   its message key and its fingerprint  ┐
a person: the normalized address               ├─▶ HMAC-SHA256(the organization's key, kind + value) ─▶ Suppression
                                               ┘
The key differs between organizations, so that equal hashes say nothing across them, and nobody can look an address up
in the table by hashing a list of guesses without the key.
"""

import hashlib
import hmac
from collections.abc import Iterable

from django.db.models import UUIDField

from accounts.domain.addresses import address_candidates
from accounts.models import Organization
from accounts.prepared import Given, Prepared
from accounts.services.keys import organization_key
from timeline.domain.vocabulary import SuppressionKind
from timeline.models import Suppression

Suppressed = tuple[SuppressionKind, str]
"""A kind and what is kept from coming back: a message key or fingerprint, or a normalized address."""

_AT_ONCE = 500

_ANY: Prepared[tuple[str]] = Prepared(
    lambda: (
        Suppression.objects.filter(organization=Given("organization", UUIDField()))
        .order_by()
        .values_list("keyed_hash")[:1]
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


def suppressed_among(organization: Organization, values: Iterable[Suppressed]) -> frozenset[Suppressed]:
    """Those of `values` that may not be recorded: three queries for a page of mails, one where nothing was erased."""
    wanted = sorted(set(values))
    # hashing a page's addresses costs more than asking whether any is there
    if not wanted or not _ANY.ask(organization=organization.pk):
        return frozenset()
    suppressions = Suppression.objects.filter(organization=organization)
    key = organization_key(organization)
    hashes_of = {each: [_keyed_hash(key, each[0], form) for form in _forms(*each)] for each in wanted}
    hashes = sorted({keyed_hash for some in hashes_of.values() for keyed_hash in some})
    found: set[str] = set()
    for start in range(0, len(hashes), _AT_ONCE):
        some = suppressions.filter(keyed_hash__among=hashes[start : start + _AT_ONCE])
        found |= set(some.values_list("keyed_hash", flat=True))
    return frozenset(each for each, some in hashes_of.items() if found.intersection(some))


def _forms(kind: SuppressionKind, value: str) -> tuple[str, ...]:
    """What a suppression of this value may stand under: whoever is erased is erased with every +tag."""
    return address_candidates(value) if kind == SuppressionKind.ADDRESS else (value,)


def _keyed_hash(key: bytes, kind: SuppressionKind, value: str) -> str:
    return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()
