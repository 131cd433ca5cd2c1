"""How mail programs introduce what they quote, forward and sign, language by language.

English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Swedish, Danish, Norwegian, Finnish, Czech,
Bulgarian, Russian, Japanese and Chinese, and a few more where it costs nothing. Gathered from what Outlook, Exchange,
Gmail, Apple Mail, Thunderbird, Yahoo, Samsung and Zoho write.
"""

import re
from itertools import pairwise

from core.remembering import remembered
from mailsync.domain.phrases import Phrases, alternatives, entries, fold

_ORIGINAL = alternatives("original_message")
ATTRIBUTION_END = re.compile(
    rf"(?:^|[\s,;)>\]]|(?<=[^\x00-\x7f])|(?<=\d)){alternatives('attribution_verb')}\s*+[:：]?\s*+[-=]{{0,20}}+\s*+$",
    re.IGNORECASE,
)
"""The verb closes the line: “On Monday Jane wrote:”."""

ATTRIBUTION_MIDDLE = re.compile(
    r"(?:^|\s)(?:schrieb|schreef|skrev|hat|heeft|wrote|a écrit|escribió|napisał\(a\)|написал(?:а|\(а\))?|kirjoitti"
    r"|ha scritto|escreveu|napsala?"
    r"|ezt írta|napisana przez)\s(?=.{1,301}+$)",
    re.IGNORECASE,
)
"""The verb stands before the name, in a line that ends with a colon: “Am 3.5. um 10:00 schrieb Jane:”."""

ATTRIBUTION_QUOTING = re.compile(
    r"\s*(?:missatge de|quoting|zitat von|zitiere|citando(?: a)?|citation de|citerar|citeren van|cytowanie)"
    r"\s.{2,200}[:：]\s*$",
    re.IGNORECASE,
)
"""Horde's “Quoting Jane Doe <jane@globex.example>:”."""

ATTRIBUTION_WHOLE = re.compile(
    rf"\s*[^<>\n]{{0,80}}<[\w.+'=-]{{1,64}}@[\w.-]{{1,255}}>\)?,?\s{alternatives('attribution_verb')}\s?[:：]\s*$",
    re.IGNORECASE,
)
"""Nothing but a name, an address in brackets and the verb: “Jane Doe <jane@globex.example> wrote:”."""

ATTRIBUTION_BARE = re.compile(r"<?[\w.+'=-]{1,64}@[\w.-]{1,255}>?\)?\s*(?:\([^()]{0,80}\)\s*)?[:：]\s*$")
"""No verb, a name with its address and a colon: “2026-03-12 10:00 GMT+01:00 Jane <jane@globex.example>:”."""

ATTRIBUTION_START = re.compile(
    rf"\s*(?:[-=]{{2,20}}\s*)?{alternatives('attribution_start')}[\s,.\d年月:-]", re.IGNORECASE
)
_FIRST_WORD = re.compile(r"[^\s,.\d年月:-]*")


def _first_word(line: str) -> str:
    found = _FIRST_WORD.match(line)
    return fold(found[0]) if found else ""


_ATTRIBUTION_WORDS = frozenset(_first_word(word) for entry in entries("attribution_start") for word in entry.split("|"))


def starts_attribution(line: str) -> bool:
    """ATTRIBUTION_START on a line that begins with a letter; its first word rules most lines out."""
    return _first_word(line) in _ATTRIBUTION_WORDS and bool(ATTRIBUTION_START.match(line))


TIME_OF_DAY = re.compile(r"(?<!\d)\d{1,2}[:.h時时点]\s?\d{2}(?!\d)")
DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\.?\s(?:de\s)?[^\W\d]{3,12}\.?,?\s(?:de\s)?\d{2,4}"
    r"|[^\W\d]{3,12}\.?\s\d{1,2},?\s\d{4}|\d{4}年)"
)
ADDRESS = re.compile(r"[\w.+'=-]{1,64}@[\w-]{1,63}\.[\w.-]{1,200}")

_DASHES = r"[-_=*–—]{2,80}"
_ANSWER_LINE = (
    r"(?:#{1,3}\s?-.{5,120}-\s?#{1,3}"
    r"|[-_=*]{2,40}\s*(?:please )?(?:reply|write|type|respond|enter)[^\n]{0,40} above this line.{0,60})"
)
ANSWER_LINE = re.compile(rf"\s*{_ANSWER_LINE}\s*$", re.IGNORECASE)
"""A help desk's “##- Please type your reply above this line -##”."""

_WORDS_ALONE = (
    r"(?:original message|ursprüngliche nachricht|message d.origine)\s*+:?|original message processed by .{1,40}"
)
DIVIDER_WITHOUT_RULE = re.compile(rf"(?:{_WORDS_ALONE})\s*$", re.IGNORECASE)
DIVIDER = re.compile(
    rf"\s*(?:{_DASHES}\s*{_ORIGINAL}\s*:?\s*[-_=*–—]{{0,80}}|{_ORIGINAL}\s*[-_=*–—]{{3,80}}|{_WORDS_ALONE}"
    r"|-{5,80}\s*original\s*-{5,80}|[^\n]{2,80}\s---\d[\d./-]{5,12}\s\d[^\n-]{3,20}---.{0,400}"
    rf"|{_ANSWER_LINE})\s*$",
    re.IGNORECASE,
)
DIVIDER_BEFORE_FIELDS = re.compile(
    rf"\s*{_DASHES}\s*(?:{_ORIGINAL}|{alternatives('forwarded_message')})\s*:?\s*{_DASHES}\s*(?=[^\W\d_])",
    re.IGNORECASE,
)
"""A divider that shares its line with the fields below it, as some phones write it."""

FORWARD = re.compile(
    rf"\s*(?:{_DASHES}\s*(?:start of )?{alternatives('forwarded_message')}\b.{{0,160}}"
    rf"|{alternatives('forward_opening')})\s*$",
    re.IGNORECASE,
)

LONGEST_LABEL = 40
_MOST_COLONS = 30
_LABEL_LINE = re.compile(r"\s*\*{0,2}([^\W\d_][^:：*\n]{0,24}?)\s?\*{0,2}\s?[:：](?!//)")
"""Some clients put no space between a field's colon and its value; what heads a mail is several of them at once."""


_LABEL_WORDS = re.compile(r"[^\s:：*]+")


def label_kinds_within(line: str) -> list[tuple[frozenset[str], str]]:
    """The header fields that stand one after the other in a line, and the value of each, from the line's first on."""
    parts = re.split("[:：]", line, maxsplit=_MOST_COLONS)
    found: list[tuple[frozenset[str], str]] = []
    for before, value in pairwise(parts):
        words = _LABEL_WORDS.findall(before[-LONGEST_LABEL:])
        kinds = next(
            (kinds for count in (3, 2, 1) if (kinds := _KINDS_OF.get(" ".join(words[-count:]).casefold()))), None
        )
        if kinds:
            found.append((kinds, value))
        elif not found:
            return []
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]}:{value}")
    return found


@remembered(64)
def label_kinds(line: str) -> frozenset[str]:
    """Which header fields a line may begin: `Data:` is a date in one language, and some words mean two fields.

    Remembered for a few lines, because blocks are looked for from every line of one.
    """
    found = _LABEL_LINE.match(line)
    if not found:
        return frozenset()
    word = found.group(1).strip().casefold()
    return _KINDS_OF.get(word, frozenset())


def _kinds_by_word() -> dict[str, frozenset[str]]:
    kinds: dict[str, set[str]] = {}
    for entry in entries("labels"):
        kind, _, words = entry.partition(": ")
        for word in words.split("|"):
            kinds.setdefault(word.casefold(), set()).add(kind)
    return {word: frozenset(found) for word, found in kinds.items()}


_KINDS_OF = _kinds_by_word()


def bare_label_kinds(line: str) -> frozenset[str]:
    """The same for a line that is a label and nothing else, as Notes writes them above their values."""
    return _KINDS_OF.get(line.strip().casefold(), frozenset())


DEVICE_SIGNATURE = re.compile(rf"\s*{alternatives('device_signature')}\s*$", re.IGNORECASE)
LONGEST_DISCLAIMER = 3_000
DISCLAIMER = Phrases(entries("disclaimer"), re.IGNORECASE | re.MULTILINE)
LIST_FOOTER = re.compile(
    r"mailing list|mailman|listinfo|unsubscribe|list-?archive|to (?:post|subscribe)|https?://\S{0,200}?lists?\.",
    re.IGNORECASE,
)


def is_disclaimer(paragraph: str) -> bool:
    """Whether a paragraph is one that companies put under every mail: confidentiality, registration, viruses."""
    looked_at = paragraph[:LONGEST_DISCLAIMER]
    return DISCLAIMER.stand_in(looked_at, fold(looked_at))
