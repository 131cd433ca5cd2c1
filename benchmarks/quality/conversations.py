"""Threads of a set's mails, built as recording builds them, against the ancestry that the set itself tells.

mails ──▶ fields as they are, or as some mailer spells them ──▶ conversations, in random batches ┐
      └─▶ every id in brackets that is nobody's address ──▶ connected parts ─────────────────────┴▶ the same pairs?
"""

import base64
import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import chain, count
from pathlib import Path
from uuid import UUID

from benchmarks.quality.adapter import NOW, POLICY, directory_of, read
from benchmarks.quality.measures import Tally, mails
from mailsync.domain.compose import compose_email
from mailsync.domain.envelope import Candidate, Content, Discard, KeptCopy
from mailsync.domain.headers import Headers
from mailsync.domain.screening import screen_envelope
from timeline.domain.threading import links_of, plan_threads

Fields = Iterable[tuple[str, str]]
_IN_BRACKETS = re.compile(r"<([^<>]+)>")
_BLANK = re.compile(r"\s")
_REFERRING = ("references", "in-reply-to")


@dataclass(frozen=True, slots=True)
class _Mail:
    """By its Message-ID without brackets: as it was received, and what of its fields says where it belongs."""

    candidate: Candidate
    fields: tuple[tuple[str, str], ...]


def threads(folders: Iterable[Path], spelled: Callable[[str, str], str] | None = None) -> tuple[Tally, Tally, Tally]:
    """Mails whose thread is right as a whole; pairs kept together; and pairs that were together of those that are.

    `spelled` writes a field's value anew, given the mail's id: as mailers and gateways spell ids.
    """
    found, people = _read(folders)
    ours = _ours(found, spelled)
    theirs = _connected({own: _ancestry(mail.fields, people) for own, mail in found.items()})
    whole, kept, apart = Tally(), Tally(), Tally()
    both = Counter((theirs[own], ours[own]) for own in ours)
    sizes, placed = Counter(theirs[own] for own in ours), Counter(ours.values())
    for own in ours:
        same = both[theirs[own], ours[own]]
        whole.note(own, is_right=same == sizes[theirs[own]] == placed[ours[own]])
    for tally, groups in ((kept, sizes), (apart, placed)):
        tally.right = sum(map(_pairs, both.values()))
        tally.wrong = ["a pair"] * (sum(map(_pairs, groups.values())) - tally.right)
    return whole, kept, apart


def as_mailers_spell(value: str, own: str) -> str:
    """A value as one of several mailers and gateways spells it, drawn by the mail's id."""
    value = " ".join(value.split())
    spellings = (
        value,
        value.replace("> <", "><"),
        value.replace("> <", ">,\r\n <"),
        value.replace("<", "&lt;").replace(">", "&gt;"),
        value.replace("<", "<\r\n\t"),
        f"<yes> {value}",
        _encoded(value, 17, base64.b64encode),
        _encoded(value, 60, base64.b64encode),
        _encoded(value, 19, _quoted_printable),
    )
    return spellings[hashlib.sha256(own.encode()).digest()[0] % len(spellings)]


def _quoted_printable(text: bytes) -> bytes:
    return b"".join(b"=%02X" % each for each in text)


def _encoded(value: str, size: int, encode: Callable[[bytes], bytes]) -> str:
    way = "b" if encode is base64.b64encode else "q"
    pieces = (value[at : at + size].encode() for at in range(0, len(value), size))
    return "\r\n ".join(f"=?utf-8?{way}?{encode(piece).decode()}?=" for piece in pieces)


def _read(folders: Iterable[Path]) -> tuple[dict[str, _Mail], set[str]]:
    """The mails that screening's first step keeps, each once; and everybody's address."""
    found: dict[str, _Mail] = {}
    people: set[str] = set()
    for _, raw in chain.from_iterable(mails(folder, "*.txt") for folder in folders):
        envelope, content = read(raw)
        people |= envelope.addresses
        candidate = screen_envelope(envelope, POLICY, directory_of(envelope))
        own = content.headers.get("message-id").strip().strip("<>")
        if not isinstance(candidate, Discard) and own:
            fields = tuple((name, value) for name in _REFERRING for value in content.headers.all(name))
            found.setdefault(own, _Mail(candidate, fields))
    return found, people


def _ours(found: dict[str, _Mail], spelled: Callable[[str, str], str] | None) -> dict[str, UUID]:
    links: dict[str, tuple[str, ...]] = {}
    for own, mail in found.items():
        fields: Fields = mail.fields
        if spelled:
            fields = [(name, spelled(value, own)) for name, value in mail.fields]
        copy = compose_email(mail.candidate, Content("g", Headers(fields)), POLICY, now=NOW)
        if isinstance(copy, KeptCopy):
            links[own] = links_of(copy.email)
    placed = _recorded(list(links.values()), random.Random(1))
    return {own: placed[node] for own, (node, *_) in links.items()}


def _ancestry(fields: Fields, people: set[str]) -> set[str]:
    ids: set[str] = set()
    for name, value in fields:
        found = [_BLANK.sub("", each) for each in _IN_BRACKETS.findall(value)]
        found = [each for each in found if each.casefold() not in people and not each.isalpha()]
        ids |= set(found[:1] if name == "in-reply-to" else found)
    return ids


def _pairs(number: int) -> int:
    return number * (number - 1) // 2


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
