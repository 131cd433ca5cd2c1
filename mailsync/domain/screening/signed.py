"""Whether a mail ends with the name of the person it comes from, as a person's does: “Jane”, “- Jane Doe”.

A company's name is none: what stands in the domain, and what is sent from a role's or a program's address.
"""

import re

from core.addresses import domain_of
from mailsync.domain.phrases import alternatives, fold
from mailsync.domain.screening.rule import Mail
from mailsync.domain.screening.shape import is_list_footer

_TAIL = 3_000
_LONGEST_LINE = 80
_LONGEST_NAME = 200
_WORDS = re.compile(r"[^\W\d_]{2,}")
_NAME_WORDS = re.compile(r"[^\W\d_]+")
_CLOSING = re.compile(rf"\W{{0,3}}{alternatives('closing')}(?:\W{{1,3}}|\Z)", re.IGNORECASE)
_NO_NAME = re.compile(
    r"[:：@/\d©]|\b(?:\w{0,20}team\w{0,4}|[ée]quip[eo]?a?|zesp[óo][łl]|t[ýyíi]m|\w{0,20}tiimi|екип\w{0,2}|команда|holdet"
    r"|vi i|unsubscribe|privacy|policy|terms|view|track|click|here|department|dept|abteilung|inc|ltd|gmbh|llc)\b"
    r"|チーム|团队|團隊|צוות|فريق|đội ngũ|ทีมงาน",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.!?]) ")
_LONGEST_SIGNATORY = 5
_SIGNATURE = 5
"""Lines of a signature, and from a closing to a name."""


def is_signed_by_its_author(mail: Mail) -> bool:
    """Whether a line of its last part holds words of its author's name and no others.

    Not above a mailing list's footer: what goes to a list is signed by people, and by the founders of companies, too.
    """
    names = names_of(mail)
    if not names:
        return False
    lines = (mail.text or "")[-_TAIL:].split("\n")
    signed = [place for place, line in enumerate(lines) if len(line) <= _LONGEST_LINE and _is_of(names, line)]
    return bool(signed) and not is_list_footer("\n".join(lines[signed[-1] + 1 :]), mail)


def is_signed_by_somebody(mail: Mail) -> bool:
    """Whether a person's name stands at its end, below a closing or in a paragraph of its own; no team's."""
    lines = [line.strip() for line in (mail.text or "")[-_TAIL:].split("\n")]
    for place, line in enumerate(lines):
        sentences = _SENTENCES.split(line[-_LONGEST_LINE:])
        if any(_closes(sentence, _next(lines, place), mail) for sentence in sentences):
            return True
    paragraphs = (mail.text or "")[-_TAIL:].rstrip().split("\n\n")
    last = paragraphs[-1].strip().split("\n")
    return (
        len(paragraphs) > 1 and len(last) <= _SIGNATURE and _is_capitalized(last[0]) and _may_be_a_name(last[0], mail)
    )


def _closes(line: str, following: str, mail: Mail) -> bool:
    """“Kind regards, Jane Doe”, in one line or two."""
    closing = _CLOSING.match(line)
    if closing is None:
        return False
    name = line[closing.end() :]
    if not name:
        return _may_be_a_name(following, mail)
    is_apart = not closing.group()[-1].isalpha() and "," in closing.group()
    return _may_be_a_name(name, mail) and (_is_capitalized(name) or is_apart)


def _next(lines: list[str], place: int) -> str:
    """The line that follows, over blank ones."""
    return next((line for line in lines[place + 1 : place + _SIGNATURE] if line), "")


def _may_be_a_name(line: str, mail: Mail) -> bool:
    words = _NAME_WORDS.findall(line)
    if not 0 < len(words) <= _LONGEST_SIGNATORY or _NO_NAME.search(line):
        return False
    return not any(mail.origin.is_works(fold(word)) for word in words)


def _is_capitalized(line: str) -> bool:
    return all(word[0].isupper() and (len(word) == 1 or not word.isupper()) for word in _NAME_WORDS.findall(line))


def _is_of(names: frozenset[str], line: str) -> bool:
    words = _WORDS.findall(fold(line))
    return bool(words) and names.issuperset(words)


def names_of(mail: Mail) -> frozenset[str]:
    """The words of its author's name, folded; none where it is a company's or a program's."""
    author, origin = mail.author, mail.origin
    if author is None or origin.is_role or origin.takes_no_reply or origin.is_announcer or origin.is_notifier:
        return frozenset()
    words = _WORDS.findall(fold(author.name[:_LONGEST_NAME])) or _WORDS.findall(author.address.partition("@")[0])
    domain = domain_of(author.address)
    return frozenset(word for word in words if word not in domain)
