"""Counts, for each class of mail of each source, how many come out as they should."""

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.quality.adapter import NOW, POLICY, as_exchange_text, directory_of, read
from benchmarks.quality.made import MadeMail
from benchmarks.quality.programs import MadeLetter
from benchmarks.quality.reply_fixtures import Fixture
from mailsync.domain.compose import compose_email
from mailsync.domain.envelope import Content, Discard, Envelope, KeptCopy, ScreeningPolicy
from mailsync.domain.headers import Headers
from mailsync.domain.replies import split_reply
from mailsync.domain.screening import screen_envelope, screen_headers
from mailsync.domain.text import body_text
from mailsync.domain.vocabulary import Reason
from timeline.domain.quoting import ParentWords

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


def outcome(envelope: Envelope, content: Content, policy: ScreeningPolicy = POLICY) -> Reason | KeptCopy:
    """A mail through the whole corridor."""
    candidate = screen_envelope(envelope, policy, directory_of(envelope))
    if isinstance(candidate, Discard):
        return candidate.reason
    on_headers = screen_headers(candidate, content.headers, policy)
    if on_headers is not None:
        return on_headers.reason
    copy = compose_email(candidate, content, policy, now=NOW)
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
        parent = ParentWords(mail.parent) if mail.parent is not None else None
        said = split_reply(text, is_forwarding=mail.is_forwarding, author=mail.author, parent=parent).new_text
        is_right = all(line in said for line in mail.own) and not any(line in said for line in mail.others)
        tally.note(mail.name, is_right=is_right)
    return tally


def made_letters(found: Iterable[MadeLetter], *, is_kept: bool) -> Tally:
    """Whole mails made by rules: people's are kept, programs' are not."""
    tally = Tally()
    for mail in found:
        became = outcome(mail.envelope, mail.content, mail.policy)
        tally.note(mail.name, is_right=isinstance(became, KeptCopy) == is_kept)
    return tally


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
