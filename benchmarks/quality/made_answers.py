"""Answers made by rules: how clients introduce what they quote, and answers between the lines of a stored mail.

pieces of a language ─▶ a mail and its answer, as one client of many lays it out ─▶ which lines are the author's
"""

import textwrap
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

from benchmarks.quality.made import LANGUAGES, MadeMail, Pieces, held_back

WHO = "Rita Poole <rita@globex.example>"
_DAY = "16.11.2026 10:02"
_WIDTH = 32
_LEFT, _RIGHT = "\u200e", "\u200f"


class Opening(NamedTuple):
    """How one language names fields, and introduces in a line what is quoted; {who} stands for who wrote it."""

    labels: tuple[str, ...]
    line: str


def _openings() -> Iterator[tuple[str, Opening]]:
    for row in (Path(__file__).parent / "openings.txt").read_text(encoding="utf-8").splitlines():
        if not row.startswith("#"):
            language, labels, line = row.split(" | ")
            yield language, Opening(tuple(labels.split("; ")), line)


OPENINGS = dict(_openings())


def _fields(opening: Opening, colon: str = ": ", label: str = "{}", between: str = "\n") -> str:
    values = (WHO, _DAY, "pat@acme.example", "Globex")
    return between.join(
        f"{label.format(name)}{colon}{value}" for name, value in zip(opening.labels, values, strict=True)
    )


def _marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _wrapped(text: str) -> str:
    return "\n".join(part for line in text.split("\n") for part in textwrap.wrap(line, _WIDTH) or [""])


LAYOUTS: dict[str, Callable[[Opening, str], str]] = {
    "line, marks": lambda said, text: f"{said.line.format(who=WHO)}\n{_marked(text)}",
    "line, a gap, marks": lambda said, text: f"{said.line.format(who=WHO)}\n\n{_marked(text)}",
    "line, no marks": lambda said, text: f"{said.line.format(who=WHO)}\n\n{text}",
    "line wrapped before who, marks": lambda said, text: (
        f"{said.line.format(who=chr(10) + WHO).strip()}\n{_marked(text)}"
    ),
    "line wrapped within the address, marks": lambda said, text: (
        f"{said.line.format(who=WHO.replace('<', f'<{chr(10)}'))}\n{_marked(text)}"
    ),
    "line with direction marks": lambda said, text: f"\u202b{said.line.format(who=WHO)}\u202c\u200f\n{_marked(text)}",
    "fields": lambda said, text: f"{_fields(said)}\n\n{text}",
    "fields below a rule": lambda said, text: f"{'_' * 32}\n{_fields(said)}\n\n{text}",
    "fields below a short rule": lambda said, text: f"-----\n\n{_fields(said)}\n\n{text}",
    "fields, no space": lambda said, text: f"{_fields(said, ':')}\n\n{text}",
    "fields, space before": lambda said, text: f"{_fields(said, ' : ')}\n\n{text}",
    "fields in bold": lambda said, text: f"{_fields(said, ' ', '*{}:*')}\n\n{text}",
    "fields on one line": lambda said, text: f"{_fields(said, between=' ')}\n\n{text}",
    "fields with direction marks": lambda said, text: f"{_fields(said, f':{_LEFT} ', _RIGHT + '{}')}\n\n{text}",
    "marked fields": lambda said, text: f"{said.line.format(who=WHO)}\n{_marked(_fields(said) + chr(10) * 2 + text)}",
}


def quotes_of_clients() -> Iterator[MadeMail]:
    """What a client introduces and quotes below an answer is no line of the answer's author's."""
    made = []
    for (language, said), (layout, laid_out) in product(OPENINGS.items(), LAYOUTS.items()):
        pieces = LANGUAGES[language]
        text = f"{pieces.message}\n\n{laid_out(said, _asked(pieces))}"
        others = (pieces.question, *pieces.items, "rita@globex.example", said.labels[-1])
        made.append(MadeMail(f"{layout}, {language}", text, (pieces.message,), others))
    return held_back(made)


def answers_between_lines() -> Iterator[MadeMail]:
    """What an author typed between, above and below the lines of a mail that is stored, however these are wrapped."""
    made = []
    layouts = ("line, no marks", "fields", "fields, no space", "fields below a rule")
    for (language, said), layout, is_wrapped in product(OPENINGS.items(), layouts, (False, True)):
        pieces = LANGUAGES[language]
        asked = _asked(pieces)
        answers = tuple(f"{pieces.name} {number}: {pieces.message}" for number in range(3))
        paragraphs = (_wrapped(each) if is_wrapped else each for each in asked.split("\n\n"))
        below = "\n".join(part for pair in zip(paragraphs, answers, strict=True) for part in pair)
        text = f"{pieces.message}\n\n{LAYOUTS[layout](said, below)}"
        name = f"{layout}, {'wrapped, ' if is_wrapped else ''}{language}"
        made.append(MadeMail(name, text, (pieces.message, *answers), (WHO, pieces.question), parent=asked))
    return held_back(made)


def _asked(pieces: Pieces) -> str:
    """A mail of three paragraphs."""
    items = (f"{number}. {item} ({number * 100})" for number, item in enumerate(pieces.items, 1))
    return "\n\n".join((pieces.head, "\n".join(items), pieces.question))


CLASSES = {
    "quotes of more clients": quotes_of_clients,
    "answers between stored lines": answers_between_lines,
}
