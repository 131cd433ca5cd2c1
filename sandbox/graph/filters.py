"""`$filter` on messages: comparisons joined by `and`, as much of OData as Exchange takes."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.addresses import normalize
from sandbox.clock import epoch_of
from sandbox.graph import errors
from sandbox.mail import Item

Value = str | int | bool
_CLAUSE = re.compile(
    r"^(?P<field>[\w/]+)\s+(?P<operator>eq|ne|ge|gt|le|lt)\s+(?P<value>'(?:[^']|'')*'|\S+)$", re.IGNORECASE
)
_CALL = re.compile(
    r"^(?P<call>startswith|contains)\((?P<field>[\w/]+)\s*,\s*'(?P<value>(?:[^']|'')*)'\)$", re.IGNORECASE
)
_AND = re.compile(r"\s+and\s+(?=(?:[^']*'[^']*')*[^']*$)", re.IGNORECASE)

_FIELDS: dict[str, Callable[[Item], Value]] = {
    "receiveddatetime": lambda item: item.received_at,
    "createddatetime": lambda item: item.received_at,
    "sentdatetime": lambda item: item.mail.sent_at,
    "isread": lambda item: item.is_read,
    "isdraft": lambda item: item.is_draft,
    "hasattachments": lambda item: bool(item.mail.attachments),
    "internetmessageid": lambda item: item.mail.message_id or "",
    "conversationid": lambda item: item.conversation_id,
    "parentfolderid": lambda item: item.folder_id,
    "subject": lambda item: item.mail.subject.lower(),
    "importance": lambda item: item.mail.importance,
    "from/emailaddress/address": lambda item: item.mail.author.key if item.mail.author else "",
    "sender/emailaddress/address": lambda item: (
        item.mail.sender.key if item.mail.sender else (item.mail.author.key if item.mail.author else "")
    ),
}
_TIMES = frozenset({"receiveddatetime", "createddatetime", "sentdatetime"})
_ADDRESSES = frozenset({"from/emailaddress/address", "sender/emailaddress/address"})
_COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "ge": lambda left, right: left >= right,  # type: ignore[operator]
    "gt": lambda left, right: left > right,  # type: ignore[operator]
    "le": lambda left, right: left <= right,  # type: ignore[operator]
    "lt": lambda left, right: left < right,  # type: ignore[operator]
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison."""

    field: str
    operator: str
    value: Value

    def holds(self, item: Item) -> bool:
        """True where the item satisfies it."""
        found = _FIELDS[self.field](item)
        if self.operator == "startswith":
            return str(found).startswith(str(self.value))
        if self.operator == "contains":
            return str(self.value) in str(found)
        return _COMPARISONS[self.operator](found, self.value)


def read_filter(text: str) -> list[Clause]:
    """The clauses of a `$filter`. Raises GraphFailure (400) for what Exchange does not take."""
    stripped = text.strip()
    if not stripped:
        return []
    return [_clause(part.strip().removeprefix("(").strip()) for part in _AND.split(stripped)]


def _clause(part: str) -> Clause:
    called = _CALL.match(part)
    if called is not None:
        field = called["field"].lower()
        _known(field, part)
        return Clause(field, called["call"].lower(), called["value"].replace("''", "'").lower())
    match = _CLAUSE.match(part) or _CLAUSE.match(part.removesuffix(")").strip())
    if match is None:
        raise errors.failure(400, "BadRequest", f"Invalid filter clause: {part}")
    field = match["field"].lower()
    _known(field, part)
    return Clause(field, match["operator"].lower(), _value(field, match["value"]))


def _known(field: str, part: str) -> None:
    if field not in _FIELDS:
        raise errors.failure(
            400, "ErrorInvalidUrlQueryFilter", f"The query filter contains an unknown property: {part}"
        )


def _value(field: str, text: str) -> Value:
    if field in _TIMES:
        try:
            return epoch_of(text.strip("'"))
        except ValueError:
            raise errors.bad_request(f"Invalid date in filter: {text}") from None
    if text in ("true", "false"):
        return text == "true"
    plain = text[1:-1].replace("''", "'") if text.startswith("'") else text
    if field in _ADDRESSES:
        return normalize(plain)
    return plain.lower() if field == "subject" else plain


def check_order(clauses: list[Clause], orderby: str) -> None:
    """Properties of `$orderby` must lead the `$filter`, in the same order; else InefficientFilter."""
    if not clauses or not orderby:
        return
    wanted = [part.split()[0].lower() for part in orderby.split(",") if part.strip()]
    leading = list(dict.fromkeys(clause.field for clause in clauses))
    if leading[: len(wanted)] != wanted:
        raise errors.too_complex()
