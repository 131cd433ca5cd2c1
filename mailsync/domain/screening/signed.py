"""Whether a mail ends with the name of the person it comes from, as a person's does: “Jane”, “- Jane Doe”.

A company's name is none: what stands in the domain, and what is sent from a role's or a program's address.
"""

import re

from core.addresses import domain_of
from mailsync.domain.phrases import fold
from mailsync.domain.screening.rule import Mail
from mailsync.domain.screening.shape import is_list_footer

_TAIL = 3_000
_LONGEST_LINE = 80
_LONGEST_NAME = 200
_WORDS = re.compile(r"[^\W\d_]{2,}")


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
