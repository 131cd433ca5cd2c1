"""Counts, for each class of mail of each source, how many come out as they should."""

import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID

from benchmarks.quality.adapter import NOW, POLICY, as_exchange_text, directory_of, read
from benchmarks.quality.made import MadeMail
from benchmarks.quality.reply_fixtures import Fixture
from mailsync.domain.compose import compose_email
from mailsync.domain.envelope import Content, Discard, Envelope, KeptCopy
from mailsync.domain.headers import Headers
from mailsync.domain.replies import split_reply
from mailsync.domain.screening import screen_envelope, screen_headers
from mailsync.domain.text import body_text
from mailsync.domain.vocabulary import Reason
from timeline.domain.threading import links_of, plan_threads

STALL = 1.0
"""Seconds of processor time that no mail may take."""

_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe", "mailing-list", "x-mailing-list", "x-beenthere")
_WORDS = re.compile(r"\w+")


@dataclass(slots=True)
class Tally:
    """How many of a class came out right; `wrong` names the files that did not."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)

    def note(self, name: str, *, is_right: bool) -> None:
        if is_right:
            self.right += 1
        else:
            self.wrong.append(name)

    @property
    def total(self) -> int:
        return self.right + len(self.wrong)


def outcome(envelope: Envelope, content: Content) -> Reason | KeptCopy:
    """A mail through the whole corridor."""
    candidate = screen_envelope(envelope, POLICY, directory_of(envelope))
    if isinstance(candidate, Discard):
        return candidate.reason
    on_headers = screen_headers(candidate, content.headers, POLICY)
    if on_headers is not None:
        return on_headers.reason
    copy = compose_email(candidate, content, POLICY, now=NOW)
    return copy.reason if isinstance(copy, Discard) else copy


def mails(folder: Path, pattern: str = "*") -> Iterator[tuple[str, bytes]]:
    """The files of a folder, by name."""
    for path in sorted(folder.glob(pattern)):
        if path.is_file() and path.suffix not in (".py", ".json", ".png", ".gif", ".au"):
            yield path.name, path.read_bytes()


def people_and_lists(folders: Iterable[Path]) -> tuple[Tally, Tally]:
    """Ham: what people wrote must be kept, posts to lists dropped. What a program mailed is left out."""
    people, lists = Tally(), Tally()
    for folder in folders:
        for name, raw in mails(folder, "*.txt"):
            envelope, content = read(raw)
            headers = content.headers
            is_list = any(each in headers for each in _LIST_HEADERS) or headers.word("precedence") in ("list", "bulk")
            kept = isinstance(outcome(envelope, content), KeptCopy)
            if is_list:
                lists.note(name, is_right=not kept)
            elif not _is_program(envelope, headers) and not name.startswith(_PROGRAMS_AMONG_PEOPLE):
                people.note(name, is_right=kept)
    return people, lists


def bulk(folder: Path, *, is_text: bool) -> tuple[Tally, Tally]:
    """Newsletters and offers: with List-Unsubscribe, and without. What people wrote to one another is left out.

    `is_text` shows them as Exchange's text, which is what is asked for; else as the HTML that may come all the same.
    """
    with_header, without = Tally(), Tally()
    for name, raw in mails(folder, "*.txt"):
        if name.startswith(_PEOPLE_AMONG_BULK):
            continue
        envelope, content = read(raw)
        content = as_exchange_text(content) if is_text else content
        tally = with_header if "list-unsubscribe" in content.headers else without
        tally.note(name, is_right=not isinstance(outcome(envelope, content), KeptCopy))
    return with_header, without


def bounces(folder: Path) -> Tally:
    """Delivery reports. Two answers, one by a person and one by a program, lie among the set's and are left out."""
    tally = Tally()
    for name, raw in mails(folder, "*.txt"):
        if name in _ANSWERS_AMONG_BOUNCES:
            continue
        tally.note(name, is_right=outcome(*read(raw)) is Reason.BOUNCE)
    return tally


def torture(folder: Path) -> Tally:
    """Broken and strange mail: no exception, no stall."""
    tally = Tally()
    for name, raw in mails(folder):
        started = time.process_time()
        try:
            outcome(*read(raw))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is counted
            tally.note(f"{name}: {error!r}", is_right=False)
            continue
        seconds = time.process_time() - started
        tally.note(f"{name}: {seconds:.1f} s", is_right=seconds < STALL)
    return tally


def replies(fixtures: Iterable[Fixture]) -> tuple[Tally, Tally]:
    """The author's part right to the line, with or without the signature; and no word of the author lost."""
    lines, words = Tally(), Tally()
    for fixture in fixtures:
        reply = split_reply(body_text(fixture.text, is_html=fixture.is_html).text)
        with_signature = f"{reply.new_text}\n{reply.signature}"
        said = _lines(reply.new_text), _lines(with_signature)
        expected = [_lines(body_text(each, is_html=False).text) for each in fixture.expected]
        lines.note(fixture.name, is_right=any(each in said for each in expected))
        kept = set(_WORDS.findall(with_signature))
        words.note(fixture.name, is_right=any(set(_WORDS.findall(" ".join(each))) <= kept for each in expected))
    return lines, words


def made_mails(found: Iterable[MadeMail]) -> Tally:
    """Mails made by rules: every line of the author's stands in the author's text, and no line of another's."""
    tally = Tally()
    for mail in found:
        text = body_text(mail.text, is_html=mail.is_html).text
        said = split_reply(text, is_forwarding=mail.is_forwarding, author=mail.author).new_text
        is_right = all(line in said for line in mail.own) and not any(line in said for line in mail.others)
        tally.note(mail.name, is_right=is_right)
    return tally


def threads(folders: Iterable[Path], seed: int = 1) -> Tally:
    """Each mail's thread, built from random batches in random order, against the set's own ancestry."""
    composed: dict[str, tuple[str, ...]] = {}
    parents: dict[str, set[str]] = {}
    for folder in folders:
        for _, raw in mails(folder, "*.txt"):
            envelope, content = read(raw)
            candidate = screen_envelope(envelope, POLICY, directory_of(envelope))
            message_id = content.headers.get("message-id").strip().strip("<>")
            if isinstance(candidate, Discard) or not message_id or message_id in composed:
                continue
            plain = Content("g", _threading(content.headers))
            copy = compose_email(candidate, plain, POLICY, now=NOW)
            if isinstance(copy, KeptCopy):
                composed[message_id] = links_of(copy.email)
                parents[message_id] = _ancestry(content.headers)
    ours = _recorded(list(composed.values()), random.Random(seed))
    theirs = _connected(parents)
    tally = Tally()
    mates_of: dict[str, set[str]] = {}
    for message_id, group in theirs.items():
        mates_of.setdefault(group, set()).add(message_id)
    placed: dict[UUID, set[str]] = {}
    for message_id, (own, *_) in composed.items():
        placed.setdefault(ours[own], set()).add(message_id)
    for message_id, (own, *_) in composed.items():
        same = placed[ours[own]] == mates_of[theirs[message_id]] & composed.keys()
        tally.note(message_id, is_right=same)
    return tally


_THREAD_HEADERS = ("references", "in-reply-to", "message-id")


def _threading(headers: Headers) -> Headers:
    """Those that say where a mail belongs."""
    return Headers((name, value) for name in _THREAD_HEADERS for value in headers.all(name))


def _ancestry(headers: Headers) -> set[str]:
    references = re.findall(r"<([^<>\s]+)>", headers.get("references"))
    answered = re.findall(r"<([^<>\s]+)>", headers.get("in-reply-to"))[:1]
    return {*references, *answered}


def _connected(parents: dict[str, set[str]]) -> dict[str, str]:
    """Connected parts by repeated flooding: slow and plain, so that it shares nothing with what it checks."""
    neighbours: dict[str, set[str]] = {}
    for message_id, found in parents.items():
        for parent in found:
            neighbours.setdefault(message_id, set()).add(parent)
            neighbours.setdefault(parent, set()).add(message_id)
    group: dict[str, str] = {}
    for start in parents:
        waiting = [start]
        while waiting:
            node = waiting.pop()
            if node not in group:
                group[node] = start
                waiting += neighbours.get(node, ())
    return {message_id: group[message_id] for message_id in parents}


def _recorded(found: list[tuple[str, ...]], rng: random.Random) -> dict[str, UUID]:
    """Threading as recording applies it, in random batches."""
    rng.shuffle(found)
    references: dict[str, UUID] = {}
    conversations: dict[str, UUID] = {}
    ids = (UUID(int=number) for number in count(1))
    while found:
        batch = [found.pop() for _ in range(min(len(found), rng.randint(1, 200)))]
        nodes = {node for links in batch for node in links}
        plan = plan_threads(batch, {node: references[node] for node in nodes if node in references}, partial(next, ids))
        for survivor, absorbed in plan.joined.items():
            for rows in (references, conversations):
                rows.update({key: survivor for key, value in rows.items() if value in absorbed})
        references |= plan.references
        conversations |= plan.conversations
    return conversations


def _is_program(envelope: Envelope, headers: Headers) -> bool:
    """Ham that no person wrote, though nothing in its headers says list: looked at by hand, sender by sender."""
    author = envelope.from_.address if envelope.from_ else ""
    return author.startswith(_NO_PEOPLE) and "in-reply-to" not in headers


_NO_PEOPLE = (
    "rssfeeds@",  # weblogs' feeds as mail, under every author's name
    "nobody@",
    "mailer-daemon@",
    "guterman@mediaunspun.",  # newsletters
    "donotuse@worldwidewords.",
    "confnews@",
    "rhn-admin@",  # notices of updates
)


_PROGRAMS_AMONG_PEOPLE = ("00033.2ceb520d",)
"""An automatic reply."""

_PEOPLE_AMONG_BULK = ("00039.b2b936a8", "00042.5b7f2a0e")
"""A customer's questions to a company's support, in Japanese."""

_ANSWERS_AMONG_BOUNCES = ("groupwise_03.txt", "qmail_08.txt")


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n") if line.strip()]


def by_reason(folder: Path) -> Counter[str]:
    """What became of the mail of a folder, for a closer look."""
    return Counter(
        found.value if isinstance(found := outcome(*read(raw)), Reason) else "kept" for _, raw in mails(folder)
    )
