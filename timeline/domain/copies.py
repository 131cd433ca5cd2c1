"""Copies of one mail differ a little; which wording is kept depends on the copies alone, not on which came first.

received copy   "[EXTERNAL] Re: Renewal", a banner above the text, References: <a> <b>     ┐  text of the second,
sent copy       "Re: Renewal", the text as it was written, no headers (Graph shows none)   ┘  references of the first
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """What may differ between two copies of one mail."""

    subject: str
    text: str
    new_text: str
    is_text_cut: bool
    in_reply_to: str | None
    references: tuple[str, ...]


def combined(one: Wording, other: Wording) -> Wording:
    """The shorter words, which no gateway has added to, and the longer ancestry. Commutative and associative."""
    body = min(one, other, key=_added_to_text)
    ancestry = max(one, other, key=_knowledge_of_parents)
    subject = min(one.subject, other.subject, key=lambda subject: (not subject, len(subject), subject))
    return Wording(subject, body.text, body.new_text, body.is_text_cut, ancestry.in_reply_to, ancestry.references)


def _added_to_text(wording: Wording) -> tuple[bool, bool, int, str, str]:
    return (not wording.text, wording.is_text_cut, len(wording.text), wording.text, wording.new_text)


def _knowledge_of_parents(wording: Wording) -> tuple[int, bool, tuple[str, ...], str]:
    return (len(wording.references), wording.in_reply_to is not None, wording.references, wording.in_reply_to or "")
