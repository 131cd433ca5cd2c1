"""The words that mail systems and mail programs write, as lists: one entry a line, `#` begins a remark.

Patterns are regular expressions, matched without case. Each file names where its entries come from.
"""

from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@cache
def entries(name: str) -> tuple[str, ...]:
    """The entries of `name`.txt in the order of the file."""
    lines = (_HERE / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def alternatives(name: str) -> str:
    """The entries of a file of patterns as one group of a regular expression."""
    return f"(?:{'|'.join(entries(name))})"


def words(name: str) -> frozenset[str]:
    """The entries of a file of plain words, lower case."""
    return frozenset(entry.casefold() for entry in entries(name))
