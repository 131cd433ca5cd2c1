"""`$search` on messages: keyword query language over participants, subject and dates, newest sent first."""

import re
from collections.abc import Callable

from sandbox.addresses import Address, normalize
from sandbox.clock import epoch_of
from sandbox.graph import errors
from sandbox.mail import Item, Mail

_TERM = re.compile(r"(?P<field>\w+)\s*(?P<operator>:|>=|<=|>|<|=)\s*(?P<value>\S+)")
_DAY = 86_400

_PEOPLE: dict[str, Callable[[Mail], tuple[Address, ...]]] = {
    "from": lambda mail: tuple(person for person in (mail.author, mail.sender) if person),
    "to": lambda mail: mail.to,
    "cc": lambda mail: mail.cc,
    "bcc": lambda mail: mail.bcc,
    "recipients": lambda mail: (*mail.to, *mail.cc, *mail.bcc),
    "participants": lambda mail: (*mail.participants, *mail.bcc),
}


def matching(items: list[Item], text: str) -> list[Item]:
    """The items that a `$search` value finds. Raises GraphFailure (400) for one that is not quoted."""
    query = text.strip()
    if not (query.startswith('"') and query.endswith('"')):
        raise errors.bad_request("Syntax error: character ':' is not valid at this position; quote the search value.")
    inner = query[1:-1].replace('\\"', '"')
    alternatives = [_conjunction(part) for part in re.split(r"\s+OR\s+", inner)]
    found = [item for item in items if any(all(test(item) for test in tests) for tests in alternatives)]
    return sorted(found, key=lambda item: (item.mail.sent_at, item.ordinal), reverse=True)


def _conjunction(text: str) -> list[Callable[[Item], bool]]:
    tests = [
        _test(match["field"].lower(), match["operator"], match["value"].strip('"')) for match in _TERM.finditer(text)
    ]
    words = [word.lower() for word in _TERM.sub(" ", text).split() if word != "AND"]
    tests += [_word(word) for word in words]
    return tests


def _word(word: str) -> Callable[[Item], bool]:
    return lambda item: word in item.mail.subject.lower() or word in item.mail.text.lower()


def _test(field: str, operator: str, value: str) -> Callable[[Item], bool]:
    people = _PEOPLE.get(field)
    if people is not None:
        wanted = normalize(value)
        return lambda item: any(_is_about(person, wanted) for person in people(item.mail))
    if field == "subject":
        return lambda item: value.lower() in item.mail.subject.lower()
    if field in ("received", "sent"):
        return _dated(field, operator, value)
    raise errors.bad_request(f"The search property '{field}' is not supported.")


def _is_about(person: Address, wanted: str) -> bool:
    return wanted in (person.key, person.domain) or (wanted in person.name.lower() and "@" not in wanted)


def _dated(field: str, operator: str, value: str) -> Callable[[Item], bool]:
    try:
        day = epoch_of(value)
    except ValueError:
        raise errors.bad_request(f"'{value}' is not a date.") from None
    low = {">=": day, ">": day + _DAY, ":": day, "=": day}.get(operator, 0)
    high = {"<=": day + _DAY, "<": day, ":": day + _DAY, "=": day + _DAY}.get(operator, 2**40)
    return lambda item: low <= (item.received_at if field == "received" else item.mail.sent_at) < high
