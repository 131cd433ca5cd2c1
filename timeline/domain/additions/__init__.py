"""What is not the author's in one copy of a mail: banners, disclaimers and signatures that servers put in, if known.

    Caution: this email came from outside …     head      a gateway's, by its own form (gateways.txt)
    We accept.                                            the author's words
    Rita Lindqvist | Acme | +46 …               foot      the organization's, by the hash of its words
    From: Jane …                                          quoted mail: what stands directly above it is a foot, too
    This message is confidential …              foot

Only a whole addition comes off, and only from there: what an author adds to a banner's words stays the author's.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.hashing import hash_of

MOST_WORDS = 1_000
"""Words of an addition; a longer one is none."""

_MOST_ADDITIONS = 8
"""Of one place: a mail that passed through several gateways has several banners."""

_LONGEST_FORM = 1_500
"""Characters in which a gateway's form has room."""


def _lines_of(name: str) -> list[str]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line and not line.startswith("#")]


_FORMS = "|".join(_lines_of("gateways.txt"))
_AT_BEGINNING = re.compile(rf"(?:{_FORMS})(?= |\Z)")
_AT_END = re.compile(rf"(?:\A|(?<= ))({_FORMS})\Z")


def addition_hash(words: Sequence[str]) -> str:
    """SHA-256, hex, of an addition's normalized words: what is kept of an organization's own."""
    return hash_of(*words)


@dataclass(frozen=True, slots=True)
class Additions:
    """The additions that are known: every gateway's, and an organization's own by the hash and number of their words.

    `basis` names the set: what was compared under another basis is to be compared again.
    """

    own: frozenset[tuple[int, str]] = frozenset()
    is_gateways_known: bool = True
    lengths: tuple[int, ...] = field(init=False)
    basis: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lengths", tuple(sorted({length for length, _ in self.own}, reverse=True)))
        named = "\n".join(f"{length} {digest}" for length, digest in sorted(self.own))
        object.__setattr__(self, "basis", hash_of(_FORMS, named)[:12])

    def from_head(self, words: Sequence[str]) -> int:
        """How many words at the beginning are additions."""
        start = 0
        for _ in range(_MOST_ADDITIONS):
            near = words[start : start + MOST_WORDS]
            taken = self._own(near, at_end=False) or (self.is_gateways_known and _form(near, at_end=False))
            if not taken:
                break
            start += taken
        return start

    def from_foot(self, words: Sequence[str]) -> int:
        """How many words at the end are additions."""
        end = len(words)
        for _ in range(_MOST_ADDITIONS):
            near = words[max(0, end - MOST_WORDS) : end]
            taken = self._own(near, at_end=True) or (self.is_gateways_known and _form(near, at_end=True))
            if not taken:
                break
            end -= taken
        return len(words) - end

    def _own(self, words: Sequence[str], *, at_end: bool) -> int:
        for length in self.lengths:
            if length <= len(words):
                some = words[len(words) - length :] if at_end else words[:length]
                if (length, addition_hash(some)) in self.own:
                    return length
        return 0


def known_additions(own: Iterable[tuple[int, str]] = ()) -> Additions:
    """The set with these of an organization's own, each the number of its words and their `addition_hash`."""
    return Additions(frozenset(own))


NONE = Additions(is_gateways_known=False)
"""A text as it came."""


def _form(words: Sequence[str], *, at_end: bool) -> int:
    """How many words one of the gateways' forms takes at the beginning or the end."""
    text = " ".join(words)
    if at_end:
        found = _AT_END.search(text, max(0, len(text) - _LONGEST_FORM))
        return len(found[1].split(" ")) if found else 0
    found = _AT_BEGINNING.match(text[:_LONGEST_FORM])
    return len(found[0].split(" ")) if found else 0
