"""The words of a mail's author as two copies of one mail have them alike, whatever mail systems made of the rest.

text as it is kept
   │ NFKC, casefolded, one kind of dash and quotation mark, nothing invisible
   │ no marks of layout: bullets, quotation marks at a line's beginning, emphasis, rules
   │ links without their wrappers (timeline/domain/links.py); an address in brackets after a link's text set apart
   ▼
words ──known additions off (timeline/domain/additions)──▶ Authored: two are alike or they are not

What was learned of an organization's mail (timeline/domain/learned) comes off by whole lines, before words are taken.

A number keeps its sign, its separators and its currency: "50,000", "50.000" and "-50,000" are three. Nothing is looked
for inside anything: "We accept" is not "We accept if the board agrees".
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.hashing import hash_of
from core.normalization import normalized
from timeline.domain.additions import Additions
from timeline.domain.links import unwrapped

LEAST_CUT = 40_000
"""Characters of its author's words that are enough to know a text by whose end was left out; what has fewer is compared
whole: a text may be long by what counts for nothing."""

_LONGEST_OPENING = 1_000
"""Characters of a line that may open a quotation."""

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffc\U000e0000-\U000e0fff]"
)
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        **dict.fromkeys("‘’‚‛′´`", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        "\ufdfa": "صلعم",  # NFKC makes eighteen characters of one
        "\ufdfb": "جل",
        **{raised: f"^{number}" for number, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
        **{lowered: f"_{number}" for number, lowered in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    }
)
"""Before NFKC, which makes 102 of 10², and the text of ligatures much longer."""

_QUOTE_MARKS = re.compile(r"[\s>|]+")
_BULLETS = frozenset("*•·▪▫‣◦●○■□➢✓-")
_RULE = frozenset("-_=*~#>|•·+")
_SIGNS = frozenset("-+<>=~")
_CURRENCY_CODE = 3
"""Letters (ISO 4217)."""
_EMPHASIS = re.compile(r"(?<![^\W_])[*_]+|[*_]+(?![^\W_])")
_IMAGE_NAME = re.compile(
    r"\[(?:cid:[\w.@$-]{1,120}"
    r"|(?:image|bild|inline image)(?: \d{1,3}|: ?[\w.@-]{1,80}\.(?:png|gif|jpe?g|bmp|svg|webp)))\]"
)
"""A name of a picture's file; what else stands in such brackets may be what somebody wrote."""
_ADDRESS = re.compile(r"<((?:https?://|mailto:|tel:)[^<>\s]+)>(\W{0,3})\Z")
_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_AFTER_LINKS = ")]'.,;:!?"
_LABEL = re.compile(
    r"(?:from|von|de|da|od|fra|från|van|lähettäjä|от|expéditeur|remitente|mittente|nadawca|odesílatel|feladó|kimden"
    r"|差出人|送信者|发件人|寄件者|보낸 사람|מאת)\s?[:：]"
)
_DIVIDER = re.compile(r"[-_=]{2,80}\s?\w[^\n]{2,60}\w\s?[-_=]{2,80}\Z")
_DIGIT = re.compile(r"\d")
_VERBS = ("wrote", "schrieb", "écrit", "escribió", "scritto", "escreveu", "schreef", "skrev", "napisał")


class KnownLines(Protocol):
    """What was learned of the lines around a sender's words: timeline.domain.learned.LinesOf."""

    def above(self, lines: Sequence[str]) -> int:
        """How many of the first `lines` are not the author's."""

    def below(self, lines: Sequence[str], *, signed_from: int) -> int:
        """From which of `lines` on they are not the author's, nor, from `signed_from` on, what signs them."""


@dataclass(frozen=True, slots=True)
class Authored:
    """What the author wrote in one copy; `addresses` is a hash of those of links whose text says something else.

    `is_cut` where the text's end was left out and enough of it is there to know it by.
    """

    words: tuple[str, ...]
    addresses: str = ""
    is_cut: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the copy says nothing: its author's words cannot be told."""
        return not self.words

    @property
    def digest(self) -> str:
        """SHA-256, hex, of the words and addresses."""
        return hash_of(self.addresses, *self.words)


def authored(text: str, additions: Additions, *, is_cut: bool = False, learned: KnownLines | None = None) -> Authored:
    """The author's words of a kept text, known additions taken off, and learned lines where they are not all."""
    lines = _plain(text).split("\n")
    words, addresses, quoted_from = _taken_apart(_without(lines, learned) if learned else lines)
    if learned and not words:
        words, addresses, quoted_from = _taken_apart(lines)
    start = additions.from_head(words[:quoted_from])
    above = quoted_from - additions.from_foot(words[start:quoted_from])
    end = len(words) - additions.from_foot(words[quoted_from:])
    kept = (*words[start:above], *words[quoted_from:end])
    beside = [
        f"{place - start - (quoted_from - above if place > quoted_from else 0)} {address}"
        for place, address in addresses
        if start < place <= above or quoted_from < place <= max(end, above)
    ]
    return Authored(kept, hash_of(*beside) if beside else "", is_cut and sum(map(len, kept)) + len(kept) >= LEAST_CUT)


def words_of_addition(text: str) -> tuple[str, ...]:
    """A banner or disclaimer as it is compared: its words, addresses of links left out."""
    return tuple(_taken_apart(_plain(text).split("\n"))[0])


def line_words(line: str) -> tuple[str, ...]:
    """The words of one line as lines are compared: addresses beside links left out."""
    return tuple(word for word in _words_of_line(_plain(line)) if not _ADDRESS.match(word))


def _without(lines: list[str], learned: KnownLines) -> list[str]:
    """The lines but for those that are learned at the head, at the foot and directly above the quote."""
    quote = next((number for number, line in enumerate(lines) if _opens_quote(line)), len(lines))
    own, quoted = lines[:quote], lines[quote:]
    own = own[learned.above(own) :]
    return own[: learned.below(own, signed_from=0)] + quoted[: learned.below(quoted, signed_from=0)]


def say_the_same(one: Authored, other: Authored) -> bool:
    """Whether two copies have the same words, up to the cut where one is cut; an address says nothing where none is.

    Empty copies are the caller's to judge.
    """
    if one.words == other.words:
        return not one.addresses or not other.addresses or one.addresses == other.addresses
    return _agree_up_to_cut(one, other)


def _agree_up_to_cut(one: Authored, other: Authored) -> bool:
    """The shorter of two is the one that was cut; its last word may be half a word."""
    short, long = sorted((one, other), key=lambda each: len(each.words))
    known = len(short.words) - 1
    return short.is_cut and known > 0 and short.words[:known] == long.words[:known]


def _taken_apart(lines: Iterable[str]) -> tuple[list[str], list[tuple[int, str]], int]:
    """The words, the addresses beside them (after how many words each), and how many words stand above the quote."""
    words: list[str] = []
    addresses: list[tuple[int, str]] = []
    quoted_from: int | None = None
    for line in lines:
        if quoted_from is None and _opens_quote(line):
            quoted_from = len(words)
        for word in _words_of_line(line):
            found = _ADDRESS.match(word) if word[0] == "<" else None
            if found is None or not words:
                words.append(word)
                continue
            if found[1] != words[-1]:
                addresses.append((len(words), found[1]))
            words[-1] += found[2]
    return words, addresses, len(words) if quoted_from is None else quoted_from


def _plain(text: str) -> str:
    if "://" in text:
        text = _LINK.sub(_without_wrapper, text)
    if not text.isascii():
        text = normalized("NFKC", _INVISIBLE.sub("", text.translate(_ALIKE)))
        text = _INVISIBLE.sub("", normalized("NFKC", text.casefold()))
    else:
        text = text.lower().replace("`", "'")
    return _IMAGE_NAME.sub(" ", text) if "[" in text else text


def _opens_quote(line: str) -> bool:
    """Whether quoted mail may begin here. One that is missed costs nothing but an addition above it that stays."""
    bare = line[:_LONGEST_OPENING].strip().replace("*", "")
    if bare.startswith(">") or _LABEL.match(bare) or _DIVIDER.match(bare):
        return True
    if not bare.endswith((":", "：")):
        return False
    return "@" in bare or bool(_DIGIT.search(bare)) or bare[:-1].rstrip().endswith(_VERBS)


def _words_of_line(line: str) -> Iterator[str]:
    marks = _QUOTE_MARKS.match(line)
    parts = line[marks.end() :].split() if marks else line.split()
    if parts and parts[0] in _BULLETS:
        parts = parts[1:]
    for number, part in enumerate(parts):
        word = _EMPHASIS.sub("", part) if "*" in part or "_" in part else part
        if not word or (_RULE.issuperset(word) and not _is_sign(word, parts[number + 1 : number + 3])):
            continue
        yield word


def _is_sign(word: str, following: Sequence[str]) -> bool:
    """A dash, a plus or a comparison before a number or an amount may be its sign; before "eur" or "$", too."""
    if word not in _SIGNS or not following:
        return False
    is_code = len(following[0]) == _CURRENCY_CODE and following[0].isalpha() and following[1:] != []
    return (following[-1] if is_code else following[0]).lstrip("$€£¥").strip("-+")[:1].isdigit()


def _without_wrapper(link: re.Match[str]) -> str:
    bare = link[0].rstrip(_AFTER_LINKS)
    return unwrapped(bare) + link[0][len(bare) :]
