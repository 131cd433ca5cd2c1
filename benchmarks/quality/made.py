"""Mails made by rules of their class, in every language that the product knows: what is the author's is known of each.

pieces of one language ─▶ a mail, the lines that its author wrote, and what is somebody else's

Every second mail is held back while rules are made (`is_held_back`): there is a figure on mail that nobody looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import NamedTuple


class Pieces(NamedTuple):
    """What people and servers write in one language; no piece of one is in another."""

    warning: str
    message: str
    question: str
    head: str
    items: tuple[str, str, str]
    name: str
    role: str


def _languages() -> Iterator[tuple[str, Pieces]]:
    for line in (Path(__file__).parent / "pieces.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            language, warning, message, question, head, items, name, role = line.split(" | ")
            first, second, third = items.split("; ")
            yield language, Pieces(warning, message, question, head, (first, second, third), name, role)


LANGUAGES = dict(_languages())
RULES = ("_" * 32, "_" * 20, "—", "–", "--", "-----", "=" * 30, "* * *")
ADDRESS = "office@globex.example"
PHONE = "+49 30 123456"
FIELDS = "From: Rep <rep@acme.example>\nSent: Monday, November 16, 2026 10:02 AM\nTo: Customer\nSubject: Offer"


@dataclass(frozen=True, slots=True)
class MadeMail:
    """`own` are lines that the author's text must hold, `others` lines that it must not; `parent` is answered."""

    name: str
    text: str
    own: tuple[str, ...]
    others: tuple[str, ...] = ()
    is_html: bool = False
    is_forwarding: bool = False
    author: str = "Pat Quill"
    is_held_back: bool = False
    parent: str | None = None


def words_below_rules() -> Iterator[MadeMail]:
    """A short mail that a server put a warning and a rule above, or whose author divides it with rules."""
    made = []
    for (language, said), rule in product(LANGUAGES.items(), RULES):
        own = (said.message, said.name)
        for answered in ("", f"\n\n{FIELDS}\n\nOur old words."):
            text = f"{said.warning}\n{rule}\n\n{said.message}\n\n{said.name}\nGlobex{answered}"
            made.append(MadeMail(f"warning, {rule}, {language}", text, own, ("Our old words.",) if answered else ()))
        parts = f"{said.items[0]}\n{rule}\n{said.message}\n\n{said.items[1]}\n{rule}\n{said.question}"
        made.append(MadeMail(f"sections, {rule}, {language}", parts, (said.message, said.question)))
        form = f"{said.head}\n{rule}\n\n{said.items[1]}: {'_' * 20}\n\n{said.items[2]}:\n{'_' * 24}"
        made.append(MadeMail(f"form, {rule}, {language}", form, (f"{said.items[2]}:",)))
    for language, said in LANGUAGES.items():
        html = f"<div>{said.warning}</div><hr><p>{said.message}</p><p>{said.name}</p>"
        made.append(MadeMail(f"html, {language}", html, (said.message, said.name), is_html=True))
    return held_back(made)


def lists_at_the_end() -> Iterator[MadeMail]:
    """One item or three, close or apart, alone or above a device's line or a signature, as text and as HTML."""
    made = []
    ends = ("", "\n\nSent from my iPhone", f"\n\n--\nPat Quill\nGlobex\n{PHONE}")
    for (language, said), mark, count, gap, end in product(
        LANGUAGES.items(), ("-", "–", "—", "*", "•"), (1, 3), ("\n", "\n\n"), ends
    ):
        items = tuple(f"{mark} {item}" for item in said.items[:count])
        text = f"{said.head}\n\n{gap.join(items)}{end}"
        made.append(MadeMail(f"{count} of {mark}, {language}", text, items, ("Pat Quill",) if "Quill" in end else ()))
    for (language, said), count in product(LANGUAGES.items(), (1, 3)):
        html = "".join(f"<li>{item}</li>" for item in said.items[:count])
        text = f"<p>{said.head}</p><ul>{html}</ul>"
        made.append(MadeMail(f"html {count}, {language}", text, said.items[:count], is_html=True))
    return held_back(made)


def signatures() -> Iterator[MadeMail]:
    """True signatures under the author's words: they are folded, and the words stay."""
    made = []
    for (language, said), rule in product(LANGUAGES.items(), ("--", "– –", "—")):
        text = f"{said.message}\n\n{rule}\n{said.name}\n{said.role}\n{ADDRESS}\n{PHONE}"
        made.append(MadeMail(f"{rule}, {language}", text, (said.message,), (ADDRESS, PHONE)))
    for language, said in LANGUAGES.items():
        text = f"{said.message}\n\n{'_' * 32}\n{said.name}\n{said.role}\n{ADDRESS}\n{PHONE}"
        made.append(MadeMail(f"underline, {language}", text, (said.message,), (ADDRESS,)))
        made.append(
            MadeMail(
                f"sign-off, {language}",
                f"{said.message}\n\n- {said.name}",
                (said.message,),
                (said.name,),
                author=said.name,
            )
        )
    return held_back(made)


def forwards() -> Iterator[MadeMail]:
    """Short forwards, whose end looks like a signature of the mail below."""
    made = []
    openings = (f"{'_' * 32}\n{FIELDS}", FIELDS, f"---------- Forwarded message ---------\n{FIELDS}")
    for (language, said), opening, rule in product(LANGUAGES.items(), openings, ("--", "_" * 20, "")):
        end = f"\n{rule}\n{said.name}\n{PHONE}" if rule else ""
        text = f"{said.question}\n\n{opening}\n\n{said.message}{end}"
        own = (said.question, said.message, *((said.name, PHONE) if rule else ()))
        made.append(MadeMail(f"{rule}, {language}", text, own, is_forwarding=True))
    return held_back(made)


def typed_tables_and_lists() -> Iterator[MadeMail]:
    """Tables of bars, lists of arrows and field names that an author types in a mail that quotes nothing."""
    made = []
    for language, said in LANGUAGES.items():
        first, second, third = said.items
        table = (f"| {first} | 100 |", f"| {second} | 200 |")
        arrows = (f"> {first}", f"> {second}", f"> {third}")
        fields = (f"From: {first}", f"To: {second}", f"Subject: {third}", "Date: -")
        for name, typed in (("table", table), ("arrows", arrows), ("fields", fields)):
            text = "\n".join((said.head, *typed, said.question))
            made.append(MadeMail(f"{name}, {language}", text, (*typed, said.question)))
    return held_back(made)


_HIDDEN = ("display:none", "font-size:0", "visibility:hidden", "opacity:0", "max-height:0;overflow:hidden")
_SHOWN = (
    "",
    "font-size:0;font-size:14px",
    "display:none;display:block",
    "max-height:0;max-height:none",
    "line-height:0",
)
_WRAPPERS = (
    ("font-size:0px", "font-size:15px"),
    ("visibility:hidden", "visibility:visible"),
    ("", "white-space:pre-wrap"),
)


def seen_html() -> Iterator[MadeMail]:
    """What a reader sees between what is hidden, under wrappers that hide what does not set its own."""
    made = []
    for (language, said), hidden, shown, (outer, inner) in product(LANGUAGES.items(), _HIDDEN, _SHOWN, _WRAPPERS):
        html = (
            f'<div style="{outer}"><span style="{hidden}">{said.warning}</span>'
            f'<div style="{inner};{shown}">{said.message}</div><ul style="font-size:medium;visibility:visible">'
            f"<li><p title=\"style='{hidden}'\">{said.items[0]}</p></li></ul></div><p hidden>{said.name}</p>"
        )
        own = (said.message, f"- {said.items[0]}")
        made.append(MadeMail(f"{hidden}, {shown}, {language}", html, own, (said.warning, said.name), is_html=True))
    return held_back(made)


def held_back(made: list[MadeMail]) -> Iterator[MadeMail]:
    """Every second one marked so."""
    for number, mail in enumerate(made):
        yield replace(mail, is_held_back=number % 2 == 1)


CLASSES = {
    "words under and between rules": words_below_rules,
    "lists at the end": lists_at_the_end,
    "short forwards": forwards,
    "typed tables and lists": typed_tables_and_lists,
    "signatures folded": signatures,
    "HTML as a reader sees it": seen_html,
}
