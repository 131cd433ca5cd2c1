"""Which mail a copy is a copy of: what says so is the whole of the mail, for whoever got it can send its Message-ID.

Message-ID ──▶ message_key         what copies have in common
none       ──▶ fingerprint         sender, UTC second, subject and recipients
                  │
                  ▼
under one key: `agree` on author, people, subject, moment and the author's words?  ──yes──▶ one mail
                  └──no──▶ two: the second has the key with its place among them (`mail_key`)
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import IntFlag

from core.addresses import normalize_address
from core.encoded_words import without_encoded_words
from core.hashing import hash_of
from core.remembering import remembered
from timeline.domain.authored import Authored, say_the_same
from timeline.domain.subjects import subject_core

_MAX_ID_LENGTH = 4_000
"""RFC 5322 lines hold 998 characters; what is far longer names nothing."""

_NOT_IN_IDS = re.compile(r"[\s\x00-\x1f\x7f<>]+")
_BRACKETED = re.compile(r"<([^<>]+)>")

CLOCKS_APART = timedelta(minutes=10)
"""Where one copy has the sent time and another only its arrival."""


def normalize_message_id(raw: str | None) -> str | None:
    """A Message-ID in angle brackets, folds and spaces taken out (RFC 5322 3.6.4); None where there is none.

    Some mailers write it as encoded words: read, it is the id that others refer to. The spelling is kept, so that it
    can be shown and looked for as it was sent.
    """
    if not raw or len(raw) > _MAX_ID_LENGTH:
        return None
    raw = without_encoded_words(raw)
    bracketed = _BRACKETED.search(raw)
    bare = _NOT_IN_IDS.sub("", bracketed.group(1) if bracketed else raw)
    return f"<{bare}>" if bare else None


def reference_hash(message_id: str) -> str:
    """SHA-256, hex, of a normalized Message-ID; the host part, right of the @, counts without case.

    Some programs quote the part left of it where another did not (RFC 5322 3.2.4): it is the same.
    """
    local, at, host = message_id.rpartition("@")
    if local.startswith('<"') and local.endswith('"'):
        local = f"<{local[2:-1]}"
    return hash_of(f"{local}{at}{host.casefold()}")


def fingerprint(sender: str | None, occurred_at: datetime, subject: str, recipients: Iterable[str]) -> str:
    """What a mail is known by where it has no Message-ID, SHA-256, hex.

    Addresses are compared normalized, the time as its UTC second, the subject without reply prefixes and the tags
    that gateways put in front of it.
    """
    second = occurred_at.astimezone(UTC).replace(microsecond=0).isoformat()
    addresses = sorted({_address(recipient) for recipient in recipients})
    return hash_of(_address(sender or ""), second, subject_core(subject), *addresses)


def message_key(message_id: str | None, fingerprint: str) -> str:
    """The key that makes two copies one mail, SHA-256, hex; `fingerprint` stands in for a missing Message-ID."""
    return reference_hash(message_id) if message_id else hash_of("fingerprint", fingerprint)


def mail_key(message_key: str, place: int) -> str:
    """The key of one mail among those that share a `message_key`: itself for the first, a hash with the place else."""
    return hash_of("reused", message_key, str(place)) if place else message_key


class Tells(IntFlag):
    """What a copy says at all besides author and subject: who got it, and its author's words."""

    NOTHING = 0
    PEOPLE = 1
    WORDS = 2


def is_hollow(copy: Tells, mail: Tells) -> bool:
    """Whether a copy is without what counts of the mail that it is of: its words, or where it has none, its people."""
    lacking = mail & ~copy
    return bool(lacking & Tells.WORDS) or bool(lacking & Tells.PEOPLE and not mail & Tells.WORDS)


Moments = tuple[datetime, datetime]
"""The earliest and the latest that copies of a mail give; aware."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a copy says but for the author's words.

    `author` and `people` (To and Cc together) are normalized addresses, or the user for each of one's own, whatever
    alias was written. `unnamed` counts who stands in To and Cc by an Exchange name alone, so that the copy does not
    tell who it is. `earliest` and `latest` are aware: the moments given by those of a mail's copies that tell as much
    as all together; `lesser` has those of copies that tell less.
    """

    author: str
    people: frozenset[str]
    core: str
    earliest: datetime
    latest: datetime
    unnamed: int = 0
    lesser: Mapping[Tells, Moments] = field(default_factory=dict)

    @property
    def names_nobody(self) -> bool:
        """Whether it says nothing of who got it, as a copy by Bcc may."""
        return not self.people and not self.unnamed

    def names_as(self, other: "Envelope") -> bool:
        """Whether two name the very same people, and as many by an Exchange name."""
        return self.people == other.people and self.unnamed == other.unnamed

    def tells(self, *, speaks: bool) -> Tells:
        """What a copy with this envelope says; `speaks` where it has words."""
        return (Tells.NOTHING if self.names_nobody else Tells.PEOPLE) | (Tells.WORDS if speaks else Tells.NOTHING)

    def united(self, other: "Envelope", *, speaks: bool = True, other_speaks: bool = True) -> "Envelope":
        """What two copies of one mail say together: an Exchange name stands for somebody whom the other one names.

        The smaller number of names left counts, so that a copy cannot make room for people by inventing names. Whom a
        copy without words names does not count beside words.
        """
        told, others = self.tells(speaks=speaks), other.tells(speaks=other_speaks)
        people, unnamed = self.people | other.people, self.unnamed
        if speaks == other_speaks:
            left = [copy.unnamed - len(people - copy.people) for copy in (self, other) if not copy.names_nobody]
            unnamed = max(0, min(left, default=0))
        elif other_speaks:
            people, unnamed = other.people, other.unnamed
        else:
            people = self.people
        moments = [*self.lesser.items(), *other.lesser.items(), (told, self.moments), (others, other.moments)]
        own = _span(each for kind, each in moments if kind == told | others)
        lesser = {kind: _span(each for one, each in moments if one == kind) for kind, _ in moments}
        return replace(
            self,
            people=people,
            unnamed=unnamed,
            earliest=own[0],
            latest=own[1],
            lesser={
                kind: span
                for kind, span in lesser.items()
                if kind != told | others and not own[0] <= span[0] <= span[1] <= own[1]
            },
        )

    @property
    def moments(self) -> Moments:
        """What its fullest copies give."""
        return self.earliest, self.latest

    def near(self, other: "Envelope", told: Tells, others: Tells) -> bool:
        """Whether the moments of two are near that tell so much.

        What tells less is near a mail by any copy of it that tells as much: not by one that tells less still, which
        might as well be of another mail.
        """
        if told == others:
            return _are_near(self.moments, other.moments)
        if told & others == others:
            return other.near(self, others, told)
        as_telling = (each for kind, each in other.lesser.items() if told & kind == told)
        return told & others == told and any(_are_near(self.moments, each) for each in (other.moments, *as_telling))


def agree(one: Envelope, other: Envelope, *, speaks: bool = True, other_speaks: bool = True) -> bool:
    """Whether two envelopes are of one mail: author, people, subject and moment. Symmetric.

    One side without people says nothing of them. A moment is near where it is within ten minutes of one that a copy of
    the mail gave: a copy may lack the sent time. `speaks` and `other_speaks` say whether each has words: a copy without
    them adds nobody to words, so it names the same people or none.
    """
    if one.author != other.author or one.core != other.core:
        return False
    if not _same_people(one, other, speaks=speaks, other_speaks=other_speaks):
        return False
    return one.near(other, one.tells(speaks=speaks), other.tells(speaks=other_speaks))


def _same_people(one: Envelope, other: Envelope, *, speaks: bool, other_speaks: bool) -> bool:
    if speaks != other_speaks:
        silent = other if speaks else one
        return silent.names_nobody or (one.names_as(other) and not one.unnamed)
    if one.names_nobody or other.names_nobody:
        return True
    return _name_the_same(one, other) if speaks else one.names_as(other)


def _are_near(one: Moments, other: Moments) -> bool:
    return other[0] - one[1] <= CLOCKS_APART and one[0] - other[1] <= CLOCKS_APART


def _span(moments: Iterable[Moments]) -> Moments:
    every = [each for some in moments for each in some]
    return min(every), max(every)


def _name_the_same(one: Envelope, other: Envelope) -> bool:
    """Whether both have the same people, where each of one's Exchange names may be a user whom the other names."""
    return all(
        len(lacking) <= copy.unnamed and not any("@" in person for person in lacking)  # a user has no @, an address has
        for copy, lacking in ((one, other.people - one.people), (other, one.people - other.people))
    )


def words_agree(known: Authored, arriving: Authored) -> bool:
    """Whether two copies' words are of one mail, where their envelopes are: the same, or one of them says nothing."""
    return known.is_empty or arriving.is_empty or say_the_same(known, arriving)


@remembered(1_024)
def _address(raw: str) -> str:
    return normalize_address(raw) or raw.strip().casefold()
