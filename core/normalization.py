"""Unicode's normal forms of what strangers write, in time that grows with its length.

    e ◌́ ◌̖ ◌́ ◌̖ … ──at most 30 marks in a row──▶ unicodedata.normalize

Marks on one letter are sorted, and the standard library takes the square of their number for it; 30 are more than any
language writes (Unicode Standard Annex 15, Stream-Safe Text Format).
"""

import re
import unicodedata
from typing import Literal

MOST_MARKS_IN_A_ROW = 30

_MAY_BE_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS_IN_A_ROW},}}")
"""No letter, digit or blank is a combining mark."""


def normalized(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """`text` in a normal form, without the marks of a letter after the thirtieth."""
    if text.isascii():
        return text
    return unicodedata.normalize(form, _MAY_BE_MARKS.sub(_first_marks, text))


def _first_marks(found: re.Match[str]) -> str:
    kept: list[str] = []
    in_a_row = 0
    for character in found[0]:
        in_a_row = in_a_row + 1 if unicodedata.combining(character) else 0
        if in_a_row <= MOST_MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
