"""Texts that a pattern likes least, made from the pattern's own letters, and how its work grows with their length.

    "risp\\w+[^\\n]{0,60}above"
        rows of letters          "risp", "a", "x", "above", and each with the one that follows
        what leads to a repeat   "risp", "rispa", "rispax"
        worst cases              what leads + (row or one of a stock of nasty pieces) × n + an end that matches nothing

Work is CPU time of this thread, the least of several runs, and only ever compared with work of the same kind: four
times the text takes four times the work where it is linear, and sixteen times where it grows with the square.
"""

import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise, product

STOCK = (
    " ", "\n", "\t", "a", "0", "Z", "é", "-", "=", "_", ".", ">", "<", "(", "[", "{", '"', "'", ":", ";", "@", "/",
    "\\", "*", "&", "a.", "0.", "a@", "a@a.", "=?a?q? ", "\u200c", "a\u200c", "\u00a0", "\u0316\u0301", " \u00a0",
    "http://", "<http://", '\\"', "- ", "a ", "\r\n", "(a)",
)  # fmt: skip
ENDING = "\x01!"
MOST_GROWTH = 8.0
"""Of work, for four times the text. It lies as far above linear as below the square."""
MEASURED_AT_MOST = 60
"""Times: what takes microseconds takes longer for a while where other processes fill the caches."""

Maker = Callable[[int], str]
"""Makes a text of so many characters."""

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


def repeated(pump: str, *, lead: str = "", ending: str = ENDING) -> Maker:
    """`lead`, then `pump` again and again, then `ending`."""
    return lambda length: (lead + pump * (length // len(pump) + 1))[:length] + ending


def growth(run: Callable[[str], object], make: Maker, length: int, *, most: float = MOST_GROWTH) -> list[float]:
    """The work at a length, at twice and at four times it. Measured again while it looks like more than it may be."""
    texts = [make(length * times) for times in (1, 2, 4)]
    least = [float("inf")] * len(texts)
    for attempt in range(MEASURED_AT_MOST):
        for number, text in enumerate(texts):
            least[number] = min(least[number], work(partial(run, text)))
        is_too_long_for_chance = attempt > 0 and least[2] > 1
        if least[2] <= most * least[0] or is_too_long_for_chance:
            break
    return least


def work(run: Callable[[], object]) -> float:
    """CPU time that this thread takes for it."""
    begun = time.thread_time()
    run()
    return time.thread_time() - begun


def heaviest(
    run: Callable[[str], object], makers: "Iterator[Maker] | list[Maker]", length: int, most: int
) -> list[Maker]:
    """The makers whose texts of a length take the most work."""
    measured = []
    for number, make in enumerate(makers):
        text = make(length)
        measured.append((work(partial(run, text)), number, make))
    return [make for _, _, make in sorted(measured, reverse=True)[:most]]


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
