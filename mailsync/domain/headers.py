"""A mail's header fields as they were received, read the way RFC 5322 means them: folded, repeated, in any case."""

import re
from collections.abc import Iterable, Iterator, KeysView
from email.errors import HeaderParseError
from email.header import decode_header
from itertools import islice

from core.remembering import remembered

_LINE_ENDS = re.compile(r"[\r\n]+")
_TOKEN_ENDS = re.compile(r"[\s;,(]")
_MOST_FIELDS = 2_000
_LONGEST_VALUE = 20_000
_LONGEST_ENCODED = 1_000
"""Characters of a field that are read as encoded words: the standard library takes the square of their number."""
_MOST_CHARACTERS = 1_000_000
"""Of all values together; Exchange takes headers of 256 kB at most."""
_LONGEST_NAME = 998
"""Characters of a line (RFC 5322 2.1.1)."""


class Headers:
    """Fields by name without case; values unfolded. Repeated fields keep their order."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: dict[str, list[str]] = {}
        room = _MOST_CHARACTERS
        for name, value in islice(fields, _MOST_FIELDS):
            self._fields.setdefault(_normal_name(name[:_LONGEST_NAME]), []).append(_unfolded(value[:room]))
            room -= min(room, len(value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._fields == other._fields

    __hash__ = None  # type: ignore[assignment]

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __bool__(self) -> bool:
        return bool(self._fields)

    def get(self, name: str) -> str:
        """The first value of `name` (lower case), or empty."""
        values = self._fields.get(name)
        return values[0] if values else ""

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of `name` (lower case)."""
        return tuple(self._fields.get(name, ()))

    @property
    def names(self) -> KeysView[str]:
        """Of the fields that are there, lower case."""
        return self._fields.keys()

    def word(self, name: str) -> str:
        """The first token of a field, lower case, without comments and parameters: `auto-replied (vacation)`."""
        values = self._fields.get(name)
        return _TOKEN_ENDS.split(values[0], maxsplit=1)[0].casefold() if values else ""


@remembered(1_024)
def _normal_name(name: str) -> str:
    """Remembered, for most mails have the same fields."""
    return name.strip().rstrip(":").casefold()


def _unfolded(value: str) -> str:
    if "\n" not in value and "\r" not in value:
        return value[:_LONGEST_VALUE].strip()
    # line by line: a pattern with the blanks before a line's end goes over a long run of blanks again and again
    first, *others = [line.strip() for line in _LINE_ENDS.split(value[:_LONGEST_VALUE])]
    return " ".join(filter(None, (first, *others))) if others else first


def decoded(value: str) -> str:
    """The beginning of a field's text with encoded words (RFC 2047) read; what cannot be read stays as it is."""
    value = value[:_LONGEST_ENCODED]
    if "=?" not in value:
        return value
    try:
        return "".join(
            part if isinstance(part, str) else part.decode(charset or "ascii", "replace")
            for part, charset in decode_header(value)
        )
    except (HeaderParseError, LookupError, ValueError):
        return value
