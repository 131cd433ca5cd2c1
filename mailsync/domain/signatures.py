"""Where a mail's last own lines end and what stands under them begins: a footer, a legal paragraph, a signature.

    Works for us.                     the author's
    - Jane                            a sign-off: one name, and no item of a list
    --                                a delimiter with a signature below it: at the end, short, and nothing said in it
    Jane Doe | Globex
    +49 30 1234
    This e-mail is confidential …     legal paragraphs
    ____________                      a mailing list's footer, with its address
    sales@lists.globex.example

A rule with words below is a rule: gateways, tables and forms have them.
"""

import re
from collections.abc import Sequence

from mailsync.domain.phrases import Phrases, entries, fold, words
from mailsync.domain.quoted_fields import LONGEST_LINE
from mailsync.domain.reply_phrases import DEVICE_SIGNATURE, LIST_FOOTER, is_disclaimer

_DELIMITER = re.compile(r"\s{0,2}(?:--|– –|- -)\s*$")
_DASH = re.compile(r"\s{0,2}[—–]\s*$")
_UNDERLINE = re.compile(r"\s{0,2}_{2,40}\s*$")
_MOST_SIGNATURE_LINES = 15
_MOST_LOOSE_LINES = 6
_LONGEST_LOOSE_LINE = 80
_FOOTER_RULE = re.compile(r"\s*(?:_{2,200}|[-_=*]{10,200})\s*$")
_MOST_FOOTER_LINES = 12
_LONGEST_DEVICE_LINE = 120
_MOST_DISCLAIMERS = 6
_MOST_DISCLAIMER_LINES = 25
_MOST_WARNING_LINES = 4

_LETTER = re.compile(r"[^\W\d_]")
_ENDS_OF_SENTENCES = ".!…。！।۔"
_QUESTION_MARKS = re.compile("[?？؟;](?=\\s|$)|[？؟]")
_COMMAS_WITHOUT_CASE = frozenset("，、。！？؟،")
_CLOSERS = "\"'”’»)]"
_ABBREVIATION = re.compile(
    r"(?:\b[^\W\d_]\.){1,4}$|\b(?:inc|ltd|co|corp|llc|bv|nv|as|oy|ab|jr|sr|dr|prof|mba|ing|dipl|tel|no|nr)\.$",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 8
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.\w|https?://|\bwww\.", re.IGNORECASE)
_PHONE = re.compile(
    r"(?:\+|\b00|\(0)\d[\d ()./–-]{5,30}|\b(?:tel|phone|fon|mobile?|mob|cell|fax|[tmpf])\b\.?\s?[:.]?\s?[+(]?\d",
    re.IGNORECASE,
)
_DOMAIN = re.compile(r"@\S*")
_PARTICLES = words("name_particles")
_MOST_NAME_WORDS = 5
_FEWEST_PROSE_WORDS = 3
_LONGEST_PARTICLE = 3
_SIGN_OFF = re.compile(r"[-–—]{1,2}\s?(?P<name>[^\W\d_][\w.'’-]{0,30}(?:\s[^\W\d_][\w.'’-]{0,30}){0,3})$")
_ITEM = re.compile(r"\s{0,8}(?:[-–—*•·‣▪◦]|\d{1,3}[.)])\s?\S")
_WARNING = Phrases(entries("outside_warning"), re.IGNORECASE)


def without_signature(lines: list[str], author: str = "") -> tuple[list[str], list[str]]:
    """The lines above, and from, what signs them; `author` is the name and address of whoever may sign, if known."""
    end = _before_list_footer(lines)
    end = _before_disclaimers(lines, end)
    end = _before_device_lines(lines, end)
    end = _before_delimiter(lines, end)
    end = _before_device_lines(lines, end)
    end = _before_sign_off(lines, end, author)
    return lines[:end], lines[end:]


def _before_list_footer(lines: Sequence[str]) -> int:
    """Above a mailing list's footer: a rule, and below it the list's words and an address."""
    for number in range(len(lines) - 1, max(-1, len(lines) - _MOST_FOOTER_LINES), -1):
        if _FOOTER_RULE.match(lines[number]):
            footer = "\n".join(lines[number:])[:2_000]
            if LIST_FOOTER.search(footer) and _ADDRESS.search(footer):
                return number
    return len(lines)


def _before_disclaimers(lines: Sequence[str], end: int) -> int:
    """Above the last paragraphs as long as each is a legal one, and never above the first."""
    kept = end
    for _ in range(_MOST_DISCLAIMERS):
        while end > 0 and not lines[end - 1].strip():
            end -= 1
        start = end
        while start > 0 and end - start < _MOST_DISCLAIMER_LINES and lines[start - 1].strip():
            start -= 1
        is_whole_paragraph = start > 0 and not lines[start - 1].strip()
        if not is_whole_paragraph or not is_disclaimer("\n".join(lines[start:end])):
            break
        kept = end = start
    return kept


def _before_delimiter(lines: Sequence[str], end: int) -> int:
    """Above the last delimiter that has a signature below it and nothing else."""
    below: list[str] = []
    for number in range(end - 1, -1, -1):
        line = lines[number]
        if not line[:1].isalnum():  # most lines begin so, and no delimiter
            if below and _delimits(lines, number, below[::-1]):
                return number
            if not line.strip():
                continue
        if says_something(line):
            break
        below.append(line)
        if len(below) > _MOST_SIGNATURE_LINES:
            break
    return end


def _delimits(lines: Sequence[str], number: int, below: Sequence[str]) -> bool:
    """Whether a line divides a signature from what it signs; `below` are the lines with text under it."""
    line = lines[number]
    is_strict = bool(_DELIMITER.match(line))
    is_underline = not is_strict and bool(_UNDERLINE.match(line))
    if not (is_strict or is_underline or _DASH.match(line)):
        return False
    if not is_strict and (len(below) > _MOST_LOOSE_LINES or max(map(len, below)) > _LONGEST_LOOSE_LINE):
        return False
    names = _name_words(below[0])
    has_contact = any(map(is_contact, below))
    if is_underline:
        is_blank_to_fill = number > 0 and lines[number - 1].rstrip().endswith((":", "："))
        looks_like_one = names > 1 and has_contact and not is_blank_to_fill
    else:
        looks_like_one = has_contact or (names > 0 and not _has_no_case(below[0]))
    return looks_like_one and not _is_one_of_several(lines, number, has_contact) and not _warns(lines[:number])


def _is_one_of_several(lines: Sequence[str], number: int, has_contact: bool) -> bool:  # noqa: FBT001 - told apart by name
    """Whether rules like it divide the text above as well: then it is one between sections."""
    return not has_contact and lines[number].strip() in {line.strip() for line in lines[:number]}


def _warns(above: Sequence[str]) -> bool:
    """Whether nothing but a gateway's warning stands above: the message is below it."""
    text = [line for line in above if line.strip()]
    if not 0 < len(text) <= _MOST_WARNING_LINES:
        return False
    joined = "\n".join(text)[:LONGEST_LINE]
    return _WARNING.stand_in(joined, fold(joined))


def says_something(line: str) -> bool:
    """Whether a line is a sentence or part of one, as no line of a signature is. In doubt it is."""
    looked_at = line[:LONGEST_LINE]
    spoken = [part for part in looked_at.split() if part.isalpha() or _LETTER.search(part)]
    if "@" in looked_at or "://" in looked_at or "www." in looked_at.lower():  # as every address and link
        spoken = [part for part in spoken if part.isalpha() or not _ADDRESS.search(part)]
    if not spoken:
        return False
    bare = " ".join(spoken)
    last = line[:LONGEST_LINE].rstrip().rstrip(_CLOSERS)
    if (
        last[-1:] in _ENDS_OF_SENTENCES
        and last.endswith(spoken[-1].rstrip(_CLOSERS))
        and not _ABBREVIATION.search(last, max(0, len(last) - _LONGEST_ABBREVIATION))
    ):
        return True
    if _QUESTION_MARKS.search(bare):
        return True
    if _has_no_case(bare):
        return len(spoken) >= _MOST_NAME_WORDS or not _COMMAS_WITHOUT_CASE.isdisjoint(bare)
    return sum(word[0].islower() and len(word) > _LONGEST_PARTICLE for word in spoken) >= _FEWEST_PROSE_WORDS


def asks(line: str) -> bool:
    """Whether a question ends in a line."""
    return bool(_QUESTION_MARKS.search(line[:LONGEST_LINE]))


def names(line: str, author: str) -> bool:
    """Whether a line begins with a name, and with one of the author's; `author` is their name and address."""
    if not _name_words(line) or says_something(line):
        return False
    known = {part for part in re.split(r"[\s._-]", fold(_DOMAIN.sub("", author))) if part}
    named = fold(line[:LONGEST_LINE])
    if not known.isdisjoint(part for part in re.split(r"\W", named) if len(part) > 1):
        return True
    without_case = [part for part in known if _has_no_case(part) and not part.isascii()]
    return sum(len(part) for part in without_case if part in named) > 1


def _has_no_case(text: str) -> bool:
    return text.upper() == text.lower()


def is_contact(line: str) -> bool:
    """Whether a line gives an address, a site or a telephone number."""
    looked_at = line[:LONGEST_LINE]
    return bool(_ADDRESS.search(looked_at) or _PHONE.search(looked_at))


def _name_words(line: str) -> int:
    """Of how many words the name is that a line begins a signature with; 0 where it is none."""
    name = re.split(r"[,|/(·•–—]| [-@]", line[:LONGEST_LINE].strip(), maxsplit=1)[0].strip()
    parts = name.split()
    if not 0 < len(parts) <= _MOST_NAME_WORDS or any(
        character.isdigit() or character in "@:?!：" for character in name
    ):
        return 0
    named = [word for word in parts if word.casefold() not in _PARTICLES]
    return len(parts) if named and not any(word[0].islower() for word in named) else 0


def _before_device_lines(lines: Sequence[str], end: int) -> int:
    """Above what a phone or a program signs with, and a delimiter right above that."""
    has_one = False
    while end > 0:
        last = lines[end - 1][:LONGEST_LINE].strip()
        is_device = len(last) < _LONGEST_DEVICE_LINE and bool(DEVICE_SIGNATURE.match(last))
        if last and not is_device and not (has_one and _DELIMITER.match(last)):
            return end
        has_one = has_one or is_device
        end -= 1
    return end


def _before_sign_off(lines: Sequence[str], end: int, author: str) -> int:
    """Above “- Jane” in a paragraph of its own; not where it is an item of a list, or names somebody else."""
    if end < 2 or lines[end - 2].strip():  # noqa: PLR2004 - with a line above it
        return end
    found = _SIGN_OFF.match(lines[end - 1][:LONGEST_LINE].strip())
    if not found or not _is_name(found["name"]) or not _is_of(found["name"], author):
        return end
    start = end - 1
    while start > 0 and not lines[start - 1].strip():
        start -= 1
    above = lines[start - 1].rstrip() if start else ""
    return end if not above or _ITEM.match(above) or above.endswith((":", "：")) else start


def _is_name(text: str) -> bool:
    """“Jane”, “Jane van Doe”, “J. D.”, “JD”; not “Signed NDA”."""
    named = [word for word in text.split() if word.casefold() not in _PARTICLES]
    if not named or any(word[0].islower() for word in named):
        return False
    return len(named) == 1 or not any(len(word) > 2 and word.isupper() and not _has_no_case(word) for word in named)  # noqa: PLR2004


def _is_of(name: str, author: str) -> bool:
    """Whether a name is the author's, as far as anybody can tell: initials always may be."""
    if not author:
        return True
    known = fold(author)
    return any(fold(word.strip(".'’-")) in known for word in name.split()) or name.replace(".", "").isupper()
