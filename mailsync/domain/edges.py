"""The lines at the edges of a mail from which is learned what stands around people's words (timeline.domain.learned).

CAUTION: this email came from outside …     head: the first lines, and never all there are
We can deliver in May.                      body: what is said; mails that say the same count once
Best regards,
Rita Lindqvist                              foot: from the author's name, or from a way to reach them, to the end;
Acme AB | +46 8 123                               without either, long paragraphs at the end, as servers write them
Scanned by …                                tail: the last lines of all, quoted ones, too

A question is no such line, and nothing beyond one is.
"""

from collections.abc import Iterable, Iterator, Sequence

from mailsync.domain.signatures import asks, is_contact, names, says_something
from timeline.domain.learned import FEWEST_WORDS, Edges, keyed, line_hash, weight
from timeline.domain.learning import NOTICE, PLAIN, SAID, SHORT

_MOST_EDGE_LINES = 6
_MOST_SIGNED_LINES = 20
_FEWEST_NOTICE_WORDS = 20
_MOST_NOTICES = 3


def signed_from(lines: Sequence[str], author: str) -> int:
    """From which line on a learned signature or disclaimer may stand: nothing above is ever one.

    `author` is the author's name and address. That is where the author's name stands after which nothing is said but
    what stands below; without a name, where they can be reached; without that, where long paragraphs begin.
    """
    top, said, has_name = len(lines), 0, False
    for seen, number in enumerate(_with_words_backwards(lines)):
        line = lines[number]
        if seen == _MOST_SIGNED_LINES or asks(line):
            break
        if names(line, author):
            top, has_name = number, True
        elif has_name:
            break
        elif says_something(line):
            said += weight(line)
        elif is_contact(line) and (not said or said >= _FEWEST_NOTICE_WORDS):
            top = number
    return top if top < len(lines) else _notices_from(lines)


def edges_of(authored: str, text: str, *, author: str, key: bytes) -> Edges:
    """The keyed hashes of a mail's edges; none of one that says nothing between them.

    `authored` is what of `text` is not quoted, signature included.
    """
    lines = authored.split("\n")
    start = signed_from(lines, author)
    said = [line for line in lines[:start] if line.strip()]
    if sum(map(weight, said)) < FEWEST_WORDS:
        return Edges()
    is_notice = not any(names(line, author) or is_contact(line) for line in lines[start:])
    own = [line for line in lines if line.strip()]
    return Edges(
        body=keyed(key, "body", *said),
        head=_edge(key, own[:-1]),
        foot=tuple(_foot(key, lines[start:], is_notice=is_notice)),
        tail=_edge(key, [line for line in text.split("\n") if line.strip()][:0:-1]),
    )


def _edge(key: bytes, lines: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for line in lines:
        digest = line_hash(key, line)
        if len(found) == _MOST_EDGE_LINES or asks(line):
            break
        if digest:
            found.append(digest + (SHORT if weight(line) < FEWEST_WORDS else PLAIN))
    return tuple(found)


def _foot(key: bytes, lines: Iterable[str], *, is_notice: bool) -> Iterator[str]:
    for line in lines:
        if digest := line_hash(key, line):
            yield digest + (NOTICE if is_notice else SAID if says_something(line) else PLAIN)


def _with_words_backwards(lines: Sequence[str]) -> Iterator[int]:
    return (number for number in range(len(lines) - 1, -1, -1) if lines[number].strip())


def _notices_from(lines: Sequence[str]) -> int:
    """Where the last paragraphs begin that are as long as a disclaimer; a mail's first is none."""
    start = end = len(lines)
    for _ in range(_MOST_NOTICES):
        while end > 0 and not lines[end - 1].strip():
            end -= 1
        begin = end
        while begin > 0 and lines[begin - 1].strip():
            begin -= 1
        paragraph = lines[begin:end]
        if begin == 0 or any(map(asks, paragraph)) or sum(map(weight, paragraph)) < _FEWEST_NOTICE_WORDS:
            break
        start = end = begin
    return start
