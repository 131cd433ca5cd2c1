"""Lines that are not their author's, known by keyed hashes: gateways' banners, signatures, companies' disclaimers.

CAUTION: this email came from outside …      head     of what comes in: a gateway's
We accept.                                            the author's, whatever is learned
Rita Lindqvist                               signed   of this sender, or of this sender's company
Acme AB | +46 8 123
This email is confidential …                 signed
Scanned by …                                 foot     of what comes in: a gateway's

A line is compared by its words (timeline.domain.authored), and only from the very edge inwards: nothing is looked for
inside anything, and a run of fewer than FEWEST_WORDS words stays, for people write so little themselves.
"""

import hmac
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from timeline.domain.authored import line_words

FEWEST_WORDS = 4
"""Of a run of lines that is taken off."""

HEAD, FOOT = "head", "foot"
"""The scopes of what stands above, and below, what comes in, whoever sent it."""

_DIGITS = 16
_LETTERS_OF_A_WORD = 3
"""Of scripts that put no blanks between words: two or three letters say what a word says."""

_PROVIDERS = frozenset(
    line
    for line in (Path(__file__).parent / "mail_providers.txt").read_text(encoding="utf-8").split("\n")
    if line and not line.startswith("#")
)


def keyed(key: bytes, *parts: str) -> str:
    """HMAC-SHA256, the first 64 bits in hex: what is stored of a line, an address or a domain."""
    return hmac.new(key, "\0".join(parts).encode("utf-8", "surrogatepass"), "sha256").hexdigest()[:_DIGITS]


def line_hash(key: bytes, line: str) -> str:
    """The keyed hash of a line's words; empty where it has none."""
    words = line_words(line)
    return keyed(key, "line", *words) if words else ""


def scopes_of(key: bytes, address: str) -> tuple[str, str]:
    """The scope of a sender and that of the sender's company, which at a mail provider is the sender's own."""
    domain = address.rpartition("@")[2]
    sender = keyed(key, "sender", address)
    return sender, sender if domain in _PROVIDERS else keyed(key, "domain", domain)


def weight(line: str) -> int:
    """How many words a line has, as far as that can be told of scripts without blanks."""
    return sum(
        1 if word.isascii() or word.upper() != word.lower() else -(-len(word) // _LETTERS_OF_A_WORD)
        for word in line.split()
    )


class Edges(NamedTuple):
    """A kept mail's edges by keyed hashes (mailsync.domain.edges), each line's with a mark of its kind after it."""

    body: str = ""
    head: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinesOf:
    """What is known of the lines around one sender's words; `head` and `foot` are empty for what goes out."""

    key: bytes = b""
    head: frozenset[str] = frozenset()
    foot: frozenset[str] = frozenset()
    signed: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.head or self.foot or self.signed)

    def above(self, lines: Sequence[str]) -> int:
        """How many of the first `lines` are a banner's."""
        return self._run(lines, range(len(lines)), self.head) if self.head else 0

    def below(self, lines: Sequence[str], *, signed_from: int) -> int:
        """From which of `lines` on they are a banner's, a signature's or a disclaimer's.

        Nothing above `signed_from` is a signature's, whatever is learned.
        """
        if not (self.foot or self.signed):
            return len(lines)
        backwards = range(len(lines) - 1, -1, -1)
        return len(lines) - self._run(lines, backwards, self.foot, self.signed, signed_from)

    def _run(
        self,
        lines: Sequence[str],
        order: Iterable[int],
        known: Container[str],
        signed: Container[str] = (),
        signed_from: int = 0,
    ) -> int:
        """How many lines from the edge on, blank ones between them counted, are known; 0 where they say too little."""
        taken = words = 0
        for seen, number in enumerate(order, start=1):
            line = lines[number]
            if digest := line_hash(self.key, line):
                if not (digest in known or (number >= signed_from and digest in signed)):
                    break
                words += weight(line)
                taken = seen
        return taken if words >= FEWEST_WORDS else 0


NOTHING = LinesOf()


@dataclass(frozen=True, slots=True)
class LearnedLines:
    """What an organization's mail has taught, by scope: of banners, and of the senders that were asked for."""

    key: bytes = b""
    by_scope: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, address: str, *, is_inbound: bool) -> LinesOf:
        """What concerns the mail of one sender."""
        if not self.by_scope:
            return NOTHING
        sender, company = scopes_of(self.key, address)
        none = frozenset[str]()
        return LinesOf(
            self.key,
            self.by_scope.get(HEAD, none) if is_inbound else none,
            self.by_scope.get(FOOT, none) if is_inbound else none,
            self.by_scope.get(sender, none) | self.by_scope.get(company, none),
        )
