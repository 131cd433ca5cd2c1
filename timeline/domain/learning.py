"""What recurs at the edges of kept mail, and is its author's no more: banners, signatures, disclaimers (F41).

edges of an organization's mails, sender's domain by sender's domain
   │ foot: of one sender, FEWEST_MAILS that say something else each; of one company, the same from two people at least
   │ head, tail: of what comes in from people whom we have written to: five mails from three domains, half of the mails
   │             between the first and the last that has it, and half of the NEAREST_DOMAINS that write about then
   ▼
scope ──▶ lines

Who writes to us from three domains of their own teaches no banner, in whatever number: one stands in everybody's mail.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from timeline.domain.learned import FOOT, HEAD, Edges

FEWEST_MAILS = 4
"""Of one sender or company."""

FEWEST_SENDERS = 2
"""Of one company: what one person alone writes is known of that person."""

FEWEST_BANNERED = 5
FEWEST_DOMAINS = 3
NEAREST_DOMAINS = 20
"""Of those that write at the time of a banner half have it; a burst of mails from a few of them is no banner."""

MOST_MAILS_OF_A_COMPANY = 400
"""The newest are looked at."""

MOST_BANNERED = 20_000
"""Mails among which banners are looked for; of more, an even share is."""

MOST_LINES = 40
"""Of a scope; the most frequent ones."""

_MOST_CANDIDATES = 200

PLAIN, SAID, NOTICE, SHORT = ".", "s", "n", "-"
"""Kinds of lines: one that says nothing, a sentence, a sentence without a name or a way to reach somebody above it, and
one so short that people begin and end with it."""


class Taught(NamedTuple):
    """A mail's edges, whose it is, and whether it tells of banners."""

    sender: str
    domain: str
    occurred_at: datetime
    tells_of_banners: bool
    edges: Edges


@dataclass(slots=True)
class _Line:
    """Where a line was seen among the mails of one sender or company, in their order."""

    first: int
    bodies: set[str] = field(default_factory=set)
    senders: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    times: int = 0
    last: int = 0


Learned = dict[str, frozenset[str]]


def learn(mails: Iterable[Taught], *, one_in: int = 1) -> Learned:
    """The lines by scope. `mails` come domain by domain; banners are looked for in one of `one_in` of them."""
    learned: dict[str, set[str]] = defaultdict(set)
    bannered: list[Taught] = []
    telling = 0
    for company, some in groupby(mails, key=attrgetter("domain")):
        newest: deque[Taught] = deque(maxlen=MOST_MAILS_OF_A_COMPANY)
        for mail in some:
            newest.append(mail)
            telling += mail.tells_of_banners
            if mail.tells_of_banners and telling % one_in == 0:
                bannered.append(mail)
        for scope, lines in _signed(company, newest):
            learned[scope] |= lines
    bannered.sort(key=attrgetter("occurred_at"))
    learned[HEAD] |= _banners([mail.edges.head for mail in bannered], bannered)
    learned[FOOT] |= _banners([mail.edges.tail for mail in bannered], bannered)
    return {scope: frozenset(lines) for scope, lines in learned.items() if lines}


def _signed(company: str, mails: Iterable[Taught]) -> Iterator[tuple[str, set[str]]]:
    signed = [mail for mail in mails if mail.edges.foot]
    by_sender: dict[str, list[Taught]] = defaultdict(list)
    for mail in signed:
        by_sender[mail.sender].append(mail)
    for sender, some in by_sender.items():
        if len(some) >= FEWEST_MAILS:
            yield sender, _most({line: seen for line, seen in _seen(some).items() if NOTICE not in seen.kinds})
    if len(by_sender) >= FEWEST_SENDERS:
        yield (
            company,
            _most({line: seen for line, seen in _seen(signed).items() if len(seen.senders) >= FEWEST_SENDERS}),
        )


def _seen(mails: Sequence[Taught]) -> dict[str, _Line]:
    """The lines of these mails that enough of them have; a sentence, half of those from its first to its last."""
    lines: dict[str, _Line] = {}
    for number, mail in enumerate(mails):
        for marked in dict.fromkeys(mail.edges.foot):
            line = lines.setdefault(marked[:-1], _Line(first=number))
            line.kinds.add(marked[-1])
            line.bodies.add(mail.edges.body)
            line.senders.add(mail.sender)
            line.times += line.last < number or not line.times
            line.last = number
    return {
        digest: line
        for digest, line in lines.items()
        if len(line.bodies) >= FEWEST_MAILS and (line.kinds == {PLAIN} or 2 * line.times > line.last - line.first)
    }


def _most(lines: Mapping[str, _Line]) -> set[str]:
    return set(sorted(lines, key=lambda digest: (-lines[digest].times, digest))[:MOST_LINES])


def _banners(edges: Sequence[Sequence[str]], mails: Sequence[Taught]) -> set[str]:
    """The lines of `edges`, each of the mail at its place in `mails`, that stand in everybody's mail for a while."""
    places: dict[str, list[int]] = defaultdict(list)
    for number, edge in enumerate(edges):
        for marked in dict.fromkeys(edge):
            places[marked].append(number)
    frequent = [line for line, seen in places.items() if len(seen) >= FEWEST_BANNERED]
    frequent = sorted(frequent, key=lambda line: (-len(places[line]), line))[:_MOST_CANDIDATES]
    found = {marked for marked in frequent if _is_everybodys(places[marked], mails)}
    long = {marked for marked in found if marked[-1] != SHORT}
    # what is short is a banner's only where more of the banner stands further in: else it may be a greeting
    inside: dict[str, int] = defaultdict(int)
    for edge in edges:
        last = max((number for number, marked in enumerate(edge) if marked in long), default=0)
        for marked in edge[:last]:
            inside[marked] += 1
    short = {marked for marked in found - long if 2 * inside[marked] > len(places[marked])}
    return {marked[:-1] for marked in sorted(long | short, key=lambda each: (-len(places[each]), each))[:MOST_LINES]}


def _is_everybodys(places: Sequence[int], mails: Sequence[Taught]) -> bool:
    having = [mails[place] for place in places]
    domains = _domains(having)
    if len({mail.edges.body for mail in having}) < FEWEST_BANNERED or len(domains) < FEWEST_DOMAINS:
        return False
    begin, end = places[0], places[-1] + 1
    if 2 * len(having) < end - begin:
        return False
    around = _domains(mails[begin:end])
    while len(around) < NEAREST_DOMAINS and (begin > 0 or end < len(mails)):
        begin, end = max(0, begin - 1), min(len(mails), end + 1)
        around |= _domains((mails[begin], mails[end - 1]))
    return 2 * len(domains) >= len(around)


def _domains(mails: Iterable[Taught]) -> set[str]:
    """Whoever writes from a mail provider is of one domain with all who do: such addresses are there for the asking."""
    return {"" if mail.domain == mail.sender else mail.domain for mail in mails}
