"""Mails that programs write and mails that people write of the same things, made of templates in every language.

template of a kind ──fields──▶ subject, text ─┬─ senders ─┬─ headers ─▶ a whole mail for the corridor
 programs.txt, people.txt                     │           │
 programs_held_back.txt, people_held_back.txt │           └ none that tells, or what services write
                                              └ addresses that programs have; people's own; a role's, signed

What is held back has templates and senders of its own, and its fields are others.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

from benchmarks.quality.adapter import NOW, POLICY, US
from benchmarks.quality.made import LANGUAGES
from mailsync.domain.envelope import Content, Envelope, MailAddress, ScreeningPolicy
from mailsync.domain.headers import Headers

Fields = tuple[tuple[str, str], ...]

_FOLDER = Path(__file__).parent / "mails"
_HOST = "globex.example"
_SHOWS_NOTHING: Fields = (("Return-Path", f"<{{local}}@{_HOST}>"), ("Message-ID", f"<1.2@mx.{_HOST}>"))
_CLIENTS: tuple[Fields, ...] = (
    _SHOWS_NOTHING,
    (("Return-Path", f"<{{local}}@{_HOST}>"), ("Thread-Index", "AdqX"), ("X-MS-Has-Attach", "")),
    (("Message-ID", "<CAF=x@mail.gmail.com>"),),
    (("In-Reply-To", "<a@ours.example>"), ("References", "<a@ours.example>"), ("Thread-Index", "AdqX")),
)
_BY_PROGRAMS: tuple[Fields, ...] = (
    (*_SHOWS_NOTHING, ("X-Mailer", "PHPMailer 6.8")),
    (*_SHOWS_NOTHING, ("X-Auto-Response-Suppress", "All")),
    (("Return-Path", f"<bounces+1-a=b.c@em.{_HOST}>"), ("Feedback-ID", "1:2:3"), ("Message-ID", "<1@geopod>")),
    (
        ("Return-Path", "<0102-a@eu-west-1.amazonses.com>"),
        ("Message-ID", "<0102-a@eu-west-1.amazonses.com>"),
    ),
    (("Return-Path", f"<bounces+1@em1.{_HOST}>"), ("Received", "from mx (wrqv.outbound-mail.sendgrid.net)")),
    (*_SHOWS_NOTHING, ("Auto-Submitted", "auto-generated")),
)
_FIELDS = (
    {"no": "4711-882", "date": "27.11.2026", "later": "04.12.2026", "sum": "€ 1.240,00", "customer": "Rita Rep"},
    {"no": "PX90014", "date": "3 May 2027", "later": "17 May 2027", "sum": "$99.00", "customer": "Sam"},
)
_FIELDS_HELD_BACK = (
    {"no": "A-2291/26", "date": "2026-12-08", "later": "2026-12-21", "sum": "EUR 310", "customer": "Olivia Reyes"},
    {"no": "60078431", "date": "12/09", "later": "24/09", "sum": "£2,115.40", "customer": "Ms Reyes"},
)
_SENDERS = {
    "order": (("store", "Globex Store"), ("order", "Globex Orders"), ("globex", "Globex")),
    "shipping": (("shipping", "Globex"), ("tracking", "Globex Parcel")),
    "travel": (("reservations", "Globex Hotels"), ("flights", "Globex Air")),
    "approval": (("workflow", "Globex Workflow"), ("expense", "Globex")),
    "renewal": (("renewals", "Globex"), ("accounts", "Globex Accounts")),
    "welcome": (("hello", "Globex"), ("support", "Globex Support")),
    "list": (("waitlist", "Globex"), ("team", "Globex Team")),
}
_SENDERS_HELD_BACK = {
    "order": (("shop", "Globex Shop"), ("sales", "Globex Online"), ("customerservice", "Globex Customer Service")),
    "shipping": (("dispatch", "Globex Logistics"), ("delivery", "Globex")),
    "travel": (("eticket", "Globex Airlines"), ("booking", "Globex Travel")),
    "approval": (("approvals", "Globex ERP"), ("finance-system", "Globex Finance")),
    "renewal": (("billing", "Globex Billing"), ("subscriptions", "Globex")),
    "welcome": (("welcome", "Globex"), ("contact", "The Globex Team")),
    "list": (("events", "Globex Events"), ("hi", "Globex")),
}


class Template(NamedTuple):
    """One line of a file of templates."""

    language: str
    kind: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class MadeLetter:
    """A whole mail with a policy under which it came."""

    name: str
    envelope: Envelope
    content: Content
    policy: ScreeningPolicy = POLICY


def templates(name: str) -> list[Template]:
    """The lines of a file."""
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [Template(*line.replace("¶", "\n").split(" | ", 3)) for line in lines if not line.startswith("#")]


def automatic_replies(*, is_held_back: bool) -> Iterator[MadeLetter]:
    """By subject and words alone, and from somebody whom we write with wherever the subject is a program's."""
    for template, fields, is_known in product(
        _of("programs", is_held_back=is_held_back), _fields(is_held_back=is_held_back), (False, True)
    ):
        said = LANGUAGES[template.language]
        if template.kind not in ("reply", "absence") or (template.kind == "absence" and is_known):
            continue
        author = MailAddress(said.name, f"{_local(said.name)}@{_HOST}")
        policy = ScreeningPolicy(
            frozenset({US}), frozenset({"ours.example"}), correspondents=frozenset({author.address})
        )
        for end in ("", f"\n\n{said.name}\nGlobex\n+49 30 123456"):
            yield _made(template, author, _SHOWS_NOTHING, fields, end=end, policy=policy if is_known else POLICY)


def notices_with_headers(*, is_held_back: bool) -> Iterator[MadeLetter]:
    """Of orders, parcels, journeys, approvals, renewals and accounts, as programs and services send them."""
    return _notices(_BY_PROGRAMS, is_held_back=is_held_back)


def notices(*, is_held_back: bool) -> Iterator[MadeLetter]:
    """The same by sender and words alone."""
    return _notices((_SHOWS_NOTHING,), is_held_back=is_held_back)


def business_mail(*, is_held_back: bool) -> Iterator[MadeLetter]:
    """People's mail about the same: from their own address, signed or not, and signed from a role's or a desk's."""
    closings = {each.language: each.subject for each in templates("people") if each.kind == "closing"}
    for template, fields, headers in product(
        _of("people", is_held_back=is_held_back), _fields(is_held_back=is_held_back), _CLIENTS
    ):
        if template.kind == "closing":
            continue
        said = LANGUAGES[template.language]
        closed = f"\n\n{closings[template.language]}\n{said.name}"
        own = MailAddress(said.name, f"{_local(said.name)}@{_HOST}")
        role = MailAddress("Globex", f"{'office' if is_held_back else 'sales'}@{_HOST}")
        counter = MailAddress("Globex", f"{'shop' if is_held_back else 'orders'}@{_HOST}")
        for author, end in (
            (own, ""),
            (own, f"\n\n{said.name.split()[0]}"),
            (own, f"{closed}\n{said.role}\nGlobex\n+49 30 123456"),
            (MailAddress("", own.address), closed),
            (role, f"{closed}\n{said.role}\nGlobex"),
            (counter, closed),
            (MailAddress(said.name, counter.address), ""),
        ):
            yield _made(template, author, headers, fields, end=end)


CLASSES: dict[str, tuple[Callable[..., Iterator[MadeLetter]], bool, float]] = {
    "automatic replies dropped": (automatic_replies, False, 95),
    "notices dropped, with headers": (notices_with_headers, False, 95),
    "notices dropped, words alone": (notices, False, 80),
    "people's business mail kept": (business_mail, True, 99.9),
}
"""What makes a class, whether its mail is to be kept, and the aim in percent."""


def _of(name: str, *, is_held_back: bool) -> list[Template]:
    return templates(f"{name}_held_back" if is_held_back else name)


def _fields(*, is_held_back: bool) -> tuple[dict[str, str], ...]:
    return _FIELDS_HELD_BACK if is_held_back else _FIELDS


def _notices(headers: tuple[Fields, ...], *, is_held_back: bool) -> Iterator[MadeLetter]:
    senders = _SENDERS_HELD_BACK if is_held_back else _SENDERS
    for template, fields, written in product(
        _of("programs", is_held_back=is_held_back), _fields(is_held_back=is_held_back), headers
    ):
        for local, name in senders.get(template.kind, ()):
            yield _made(template, MailAddress(name, f"{local}@{_HOST}"), written, fields)


def _made(
    template: Template,
    author: MailAddress,
    headers: Fields,
    fields: dict[str, str],
    *,
    end: str = "",
    policy: ScreeningPolicy = POLICY,
) -> MadeLetter:
    said = LANGUAGES[template.language]
    known = fields | {
        "re": said.head.strip(" :："),
        "who": said.name,
        "other": "Kim Weber",
        "mail": f"kim.weber@{_HOST}",
        "host": f"www.{_HOST}",
        "firm": "Globex",
    }
    subject, text = template.subject.format_map(known), template.text.format_map(known) + end
    local = author.address.partition("@")[0]
    written = Headers((name, value.replace("{local}", local)) for name, value in headers)
    envelope = Envelope("g", "f", "<1.2@mx>", subject, NOW, NOW, author, None, (MailAddress("", US),), ())
    name = f"{template.language}, {template.kind}, {author.address}, {headers[-1][0]}: {subject}"
    return MadeLetter(name, envelope, Content("g", written, text), policy)


def _local(name: str) -> str:
    """“Mary Poole” is mary.poole; who writes their name in other letters has an address of Latin ones."""
    return ".".join(name.casefold().split()) if name.isascii() else "p.quill"
