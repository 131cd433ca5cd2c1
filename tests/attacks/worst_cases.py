"""Texts that a pattern likes least, made from the pattern's own letters.

"risp\\w+[^\\n]{0,60}above"
    rows of letters          "risp", "a", "x", "above", and each with the one that follows
    what leads to a repeat   "risp", "rispa", "rispax"
    worst cases              what leads + (row or one of a stock of nasty pieces) × n + an end that matches nothing
"""

import re
from collections.abc import Iterator
from itertools import pairwise, product

from tests.support.growth import Maker, repeated

STOCK = (
    " ", "\n", "\t", "a", "0", "Z", "é", "-", "=", "_", ".", ">", "<", "(", "[", "{", '"', "'", ":", ";", "@", "/",
    "\\", "*", "&", "a.", "0.", "a@", "a@a.", "=?a?q? ", "\u200c", "a\u200c", "\u00a0", "\u0316\u0301", " \u00a0",
    "http://", "<http://", '\\"', "- ", "a ", "\r\n", "(a)",
)  # fmt: skip
_STANDS_FOR = {"s": " ", "S": "x", "d": "0", "D": "x", "w": "a", "W": "-", "n": "\n", "r": "\r", "t": "\t"}
_NOTHING = "AZbB"
_HEAD = re.compile(r"\?(?:P<\w+>|[:=!>]|<[=!]|[aiLmsux-]+:)")
_REPEAT = re.compile(r"[*+?][+?]?|\{\d*,?\d*\}[+?]?")
_ESCAPE = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)", re.DOTALL)
_LONGEST_LEAD = 80


def worst_texts(pattern: str) -> Iterator[Maker]:
    """Makers of texts that a regular expression may go over again and again."""
    rows, leads = _read(pattern)
    own = [*rows, *(f"{row} " for row in rows if row.isalpha())][:60]
    for lead, pump in product(["", *leads[-8:], *rows[:5]], dict.fromkeys([*own, *STOCK])):
        if lead != pump:
            yield repeated(pump, lead=lead)


def _read(pattern: str) -> tuple[list[str], list[str]]:
    """Rows of letters that stand in what nearly matches, and what stands before each repeat."""
    rows, leads, row, whole, position = [], [], "", "", 0
    while position < len(pattern):
        letter, step = _next(pattern, position)
        if letter is None or (repeat := _REPEAT.match(pattern, position)):
            rows.append(row)
            row = ""
            if letter is not None and repeat:
                leads.append(whole[-_LONGEST_LEAD:])
        else:
            row, whole = row + letter, whole + letter
        position += step
    rows = [each for each in dict.fromkeys([*rows, row]) if each]
    pairs = [one + other for one, other in pairwise(rows)]
    return list(dict.fromkeys([*rows, *pairs])), [each for each in dict.fromkeys(leads) if each]


def _next(pattern: str, position: int) -> tuple[str | None, int]:
    """A letter that stands there, or None where a row ends; and how much of the pattern that took."""
    if found := _ESCAPE.match(pattern, position):
        return _escaped(found[0]), len(found[0])
    character = pattern[position]
    if character == "[":
        return _of_class(pattern, position)
    if character == "(":
        head = _HEAD.match(pattern, position + 1)
        return None, 1 + (len(head[0]) if head else 0)
    if repeat := _REPEAT.match(pattern, position):
        return "", len(repeat[0])
    if character in ")|":
        return None, 1
    return ("" if character in "^$" else "x" if character == "." else character), 1


def _escaped(escape: str) -> str:
    if escape[1] in "xuU" and len(escape) > 2:
        return chr(int(f"0x{escape[2:]}", 0))
    return "" if escape[1] in _NOTHING else _STANDS_FOR.get(escape[1], escape[1])


def _of_class(pattern: str, position: int) -> tuple[str, int]:
    start = position + 1 + (pattern[position + 1] == "^")
    end = start + 1 + (pattern[start] == "\\")
    while pattern[end] != "]":
        end += 1 + (pattern[end] == "\\")
    whole = re.compile(pattern[position : end + 1])
    likely = ("a", *pattern[start:end], "x", " ", "0", "-")
    return next((each for each in likely if whole.match(each)), "x"), end + 1 - position
