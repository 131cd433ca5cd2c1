"""Organizations made by rules: what stands around words is learned of their mail, and folded in the mail after it.

an organization of one language: twelve people of six customers, and two of its own, each with a way to sign
   │ the first two thirds of each one's mails teach
   ▼
the last third, never seen before: is all of the frame folded, and every word of the author kept?

Every second language is held back while rules are made.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from benchmarks.quality.adapter import NOW
from benchmarks.quality.measures import Tally
from mailsync.domain.compose import split_again
from mailsync.domain.edges import edges_of
from timeline.domain.learned import LearnedLines, scopes_of
from timeline.domain.learning import Taught, learn

KEY = b"q" * 32
_MAILS_OF_EACH = 18
_TEACHING = 12
_WORDS = re.compile(r"\w+")


class Pieces(NamedTuple):
    """What is written in one language."""

    language: str
    banner: str
    footer: str
    disclaimer: str
    slogan: str
    sign_off: str
    recurring: str
    question: str
    sentences: tuple[str, ...]
    names: tuple[str, ...]
    role: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes, and how they sign: `layout` 0 to 4."""

    name: str
    address: str
    is_ours: bool
    layout: int


@dataclass(slots=True)
class Mail:
    """`own` are the author's lines, `frame` lines that are nobody's; a greeting and a sign-off may be either."""

    person: Person
    text: str
    own: list[str] = field(default_factory=list)
    frame: list[str] = field(default_factory=list)


def pieces() -> Iterator[Pieces]:
    """One a language."""
    for line in (Path(__file__).parent / "learned_pieces.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            *plain, sentences, names, role = line.split(" | ")
            yield Pieces(*plain, tuple(sentences.split("; ")), tuple(names.split("; ")), role)  # type: ignore[call-arg, arg-type]


def measured(*, is_held_back: bool) -> tuple[Tally, Tally]:
    """Mails of which the frame is folded whole and nothing else, and the authors' words that are kept."""
    folded, words = Tally(), Tally()
    for number, said in enumerate(pieces()):
        if (number % 2 == 1) is not is_held_back:
            continue
        for seed in range(3):
            teaching, later = _organization(said, random.Random(f"{said.language} {seed}"))
            _measure(_learned(teaching), later, f"{said.language} {seed}", folded, words)
    return folded, words


def _measure(learned: LearnedLines, later: list[Mail], name: str, folded: Tally, words: Tally) -> None:
    for number, mail in enumerate(later):
        reply = split_again(
            mail.text,
            subject="",
            author=_author(mail.person),
            is_answer=False,
            learned=learned.of(mail.person.address, is_inbound=not mail.person.is_ours),
        )
        lines = {line.strip() for line in reply.new_text.split("\n")}
        is_right = lines.issuperset(mail.own) and lines.isdisjoint(mail.frame)
        folded.note(f"{name} {number}, layout {mail.person.layout}", is_right=is_right)
        for line in mail.own:
            for word in _WORDS.findall(line):
                words.note(f"{name} {number}: {line}", is_right=line in lines or word in reply.new_text)


def _learned(teaching: list[Mail]) -> LearnedLines:
    taught = []
    for number, mail in enumerate(teaching):
        person = mail.person
        authored = split_again(mail.text, subject="", author=_author(person), is_answer=False).authored
        edges = edges_of(authored, mail.text, author=_author(person), key=KEY)
        sender, domain = scopes_of(KEY, person.address)
        if edges.body:
            taught.append(Taught(sender, domain, NOW + timedelta(hours=number), not person.is_ours, edges))
    return LearnedLines(KEY, learn(sorted(taught, key=lambda each: each.domain)))


def _author(person: Person) -> str:
    return f"{person.name} {person.address}"


def _organization(said: Pieces, dice: random.Random) -> tuple[list[Mail], list[Mail]]:
    people = [
        Person(said.names[number % 2], f"p{number}@customer{number // 2}.example", is_ours=False, layout=number % 5)
        for number in range(12)
    ]
    people += [
        Person(name, f"r{number}@ours.example", is_ours=True, layout=0) for number, name in enumerate(said.names)
    ]
    teaching, later = [], []
    for person in people:
        mails = [_mail(said, person, dice, number) for number in range(_MAILS_OF_EACH)]
        teaching += mails[:_TEACHING]
        later += mails[_TEACHING:]
    dice.shuffle(teaching)
    return teaching, later


def _mail(said: Pieces, person: Person, dice: random.Random, number: int) -> Mail:
    sentences = dice.sample(said.sentences, dice.randint(1, 3))
    own = [f"{sentences[0]} ({number})", *sentences[1:]]
    if dice.random() < 0.3:  # noqa: PLR2004 - a share
        own.append(said.question)
    if person.is_ours or dice.random() < 0.2:  # noqa: PLR2004 - a share
        own.append(said.recurring)
    if dice.random() < 0.2:  # noqa: PLR2004 - a share
        own += [f"- {number + 1}0 x A", "- 30 x B"]
    is_short = dice.random() < 0.15  # noqa: PLR2004 - a share
    signature = [] if is_short else _signature(said, person)
    banner = [] if person.is_ours else [said.banner]
    footer = [] if person.is_ours else [said.footer]
    paragraphs = [*banner, *own, f"{said.sign_off}\n{person.name}" if is_short else said.sign_off]
    paragraphs += ["\n".join(signature)] if signature else []
    if person.layout == 1 and not is_short:
        paragraphs.append(said.disclaimer)
        signature = [*signature, said.disclaimer]
    frame = [*banner, *signature, *footer]
    return Mail(person, "\n\n".join([*paragraphs, *footer]), own, frame)


def _signature(said: Pieces, person: Person) -> list[str]:
    phone = f"+49 30 {sum(map(ord, person.address)):06}"
    company = person.address.partition("@")[2].partition(".")[0].title()
    layouts = (
        [person.name, said.role, f"{company} Ltd", phone],
        [f"{person.name} | {said.role} | {company}", f"T {phone} | www.{company.lower()}.example"],
        [
            person.name,
            f"{company} Ltd",
            "1 Example Street, 10115 Berlin",
            f"www.{company.lower()}.example",
            said.slogan,
        ],
        [person.name, said.role, person.address],
        ["--", person.name, f"{said.role}, {company}", phone, said.slogan],
    )
    return [line for line in layouts[person.layout] if line != "--"]
