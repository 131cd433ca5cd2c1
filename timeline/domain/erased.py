"""What is remembered of an erased mail so that it stays away and nothing else does: keyed hashes of what it said.

author · people · subject · minutes · words        each hashed with the organization's key; empty where nothing was said

A copy that arrives is the erased mail where every part agrees, as identity has it (timeline/domain/identity.py). Where
the words of one of the two cannot be told, for it is empty or was cut, erasure wins, and that is counted.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from core.hashing import hash_of
from timeline.domain.authored import Authored
from timeline.domain.identity import CLOCKS_APART, Envelope

_FORM = "="
_MOST_MINUTES = 40
_DIGITS = 16
"""Hexadecimal digits of a hash: it only tells mails under one Message-ID apart."""

Hashes = Callable[[str], str]
"""The organization's keyed hash of a text, hex."""


class Verdict(StrEnum):
    """What is said of a copy beside an erased mail."""

    OTHER = "other"
    ERASED = "erased"
    CANNOT_BE_TOLD = "cannot_be_told"


@dataclass(frozen=True, slots=True)
class Said:
    """What a mail or a copy says. `words` are its author's, without the additions that are known and with them: a copy
    that comes again in the form that was erased is recognized whatever became known since."""

    envelope: Envelope
    words: tuple[Authored, ...]


def statement(said: Said, hashes: Hashes, *, in_this_form: bool = False) -> str:
    """The hashes of an erased mail, in one text of at most 500 characters; empty where its copies drifted too far apart
    for that: everything under its Message-ID stays away then.

    `in_this_form` keeps nothing out but what says the very same to the very same people: what a rep deletes alone may
    be a mail that the rep made up.
    """
    minutes = _minutes(said.envelope)
    if len(minutes) > _MOST_MINUTES:
        return ""
    parts = (
        hashes(f"author {said.envelope.author}"),
        _people(said, hashes),
        hashes(f"subject {said.envelope.core}"),
        ",".join(hashes(f"minute {minute}")[:8] for minute in sorted(minutes)),
        _FORM + ",".join(_forms(said, hashes)) if in_this_form else ",".join(_words(said, hashes)),
    )
    return ".".join(parts)


def compare(erased: str, said: Said, hashes: Hashes) -> Verdict:
    """Whether a copy is the mail of which `erased` is the statement."""
    author, people, subject, minutes, words = erased.split(".")
    arriving = _people(said, hashes)
    if author != hashes(f"author {said.envelope.author}") or subject != hashes(f"subject {said.envelope.core}"):
        return Verdict.OTHER
    if people and arriving and people != arriving:
        return Verdict.OTHER
    if not set(minutes.split(",")) & {hashes(f"minute {minute}")[:8] for minute in _near(said.envelope)}:
        return Verdict.OTHER
    if words.startswith(_FORM):
        forms = _forms(said, hashes)
        is_form = any(_are_alike(one, each) for one in words[1:].split(",") for each in forms)
        return Verdict.ERASED if is_form and people == arriving else Verdict.OTHER
    own = _words(said, hashes)
    if not words or not own:
        return Verdict.CANNOT_BE_TOLD
    is_same = any(_are_alike(one, other) for one in words.split(",") for other in own)
    return Verdict.ERASED if is_same else Verdict.OTHER


def shortened(keyed_hash: str) -> str:
    """The part of a keyed hash that a statement holds."""
    return keyed_hash[:_DIGITS]


def _people(said: Said, hashes: Hashes) -> str:
    """Empty where it says nothing, or not whom an Exchange name stands for."""
    envelope = said.envelope
    is_told = envelope.people and not envelope.unnamed
    return hashes("people " + " ".join(sorted(envelope.people))) if is_told else ""


def _words(said: Said, hashes: Hashes) -> list[str]:
    """Words and addresses, each as a hash; none where they cannot be told."""
    if any(words.is_empty or words.is_cut for words in said.words):
        return []
    return _forms(said, hashes)


def _forms(said: Said, hashes: Hashes) -> list[str]:
    """The same of a copy as it stands, though it may be empty or cut."""
    return sorted({_hash_of(words, hashes) for words in said.words})


def _hash_of(words: Authored, hashes: Hashes) -> str:
    addresses = hashes(f"addresses {words.addresses}")[:6] if words.addresses else ""
    return f"{hashes('words ' + hash_of(*words.words))[:12]}-{addresses}"


def _are_alike(one: str, other: str) -> bool:
    """Addresses beside links say nothing where one copy has none."""
    (words, addresses), (others, beside) = one.split("-"), other.split("-")
    return words == others and (not addresses or not beside or addresses == beside)


def _minute(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


def _minutes(envelope: Envelope) -> set[str]:
    """Minutes of which one is near whatever moment its copies gave."""
    moment, minutes = envelope.earliest, {_minute(envelope.latest)}
    while moment < envelope.latest and len(minutes) <= _MOST_MINUTES:
        minutes.add(_minute(moment))
        moment += 2 * CLOCKS_APART
    return minutes | {_minute(envelope.earliest)}


def _near(envelope: Envelope) -> Iterable[str]:
    moment, end = envelope.earliest - CLOCKS_APART, envelope.latest + CLOCKS_APART
    while moment <= end:
        yield _minute(moment)
        moment += timedelta(minutes=1)
