"""Words as search compares them: folded, so that both backends find the same in any language.

"Re: Verträge (Müller & Cie.)"  ──▶ "re vertrage muller cie"        case, accents and width do not count
"jane.doe@globex.example"       ──▶ "jane doe globex example"       an address whole and by its parts
"東京都"                          ──▶ "東 京 都"                       scripts without spaces: each character is a word

A search term finds every word that begins with it; a term that folds to several words finds them in a row, the last
one by its beginning. Quotation marks make one term of several words.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import filterfalse

from core.normalization import normalized

LONGEST_WORD = 64
MOST_TERMS = 16
LONGEST_SEARCH = 300

_APART = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t"}
)
_WORD = re.compile(r"[^\W_]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_ASCII_WORDS = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
_TERM = re.compile(r'"([^"]*)"|(\S+)')


def words_of(text: str) -> list[str]:
    """The folded words of `text`, in order."""
    if not text.isascii():
        text = _NOT_ASCII.sub(_letters_of, _UNSPACED.sub(r" \1 ", _folded(text)))
    words = text.translate(_ASCII_WORDS).split() if text.isascii() else _WORD.findall(text)
    return [word[:LONGEST_WORD] for word in words] if len(max(words, key=len, default="")) > LONGEST_WORD else words


def searchable(text: str) -> str:
    """`text` as it stands in the index: folded words, one space before each and one after the last."""
    return joined(words_of(text))


def joined(words: Iterable[str]) -> str:
    """Folded words as they stand in the index."""
    line = " ".join(words)
    return f" {line} " if line else ""


def terms_of(search: str) -> tuple[tuple[str, ...], ...]:
    """The terms of what a person typed, each as its folded words; all must be found."""
    found = [words_of(quoted or bare) for quoted, bare in _TERM.findall(search[:LONGEST_SEARCH])]
    return tuple(dict.fromkeys(tuple(words) for words in found if words))[:MOST_TERMS]


def _folded(text: str) -> str:
    bare = _NOT_ASCII.sub(_without_accents, normalized("NFKD", text.casefold()))
    if bare.isascii():
        return bare.lower()  # a trademark sign is two capitals by now
    return normalized("NFKC", bare).casefold().translate(_APART)


def _without_accents(found: re.Match[str]) -> str:
    return "".join(filterfalse(unicodedata.combining, found[0]))


def _letters_of(found: re.Match[str]) -> str:
    """Letters and digits; of quotation marks, dashes and emoji the space that they leave between words."""
    return "".join([character if character.isalnum() else " " for character in found[0]])
