"""What a copy of a mail may add to what another says: never a word to words, only what the other does not say at all.

first copy    "Renewal", "We accept.", no parents          ┐  words and subject of the first,
later copy    "[EXTERNAL] Renewal", a banner, parents      ┘  parents of the later, for the first has none
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

from timeline.domain.email import ComposedEmail
from timeline.domain.vocabulary import ParticipantRole

FAILED, PASSED = "failed", "passed"
"""What our own tenant's check said of a copy's From; empty where it said nothing."""

RECIPIENTS = (ParticipantRole.TO, ParticipantRole.CC)


class Tied(Protocol):
    """What says which mails a mail answers: a copy, or the row of a recorded one."""

    @property
    def references(self) -> Sequence[str]: ...
    @property
    def in_reply_to(self) -> str | None: ...
    @property
    def thread_index(self) -> str: ...


def ties(first: Tied, later: Tied) -> tuple[Sequence[str], str | None, str]:
    """References, nearest parent and thread index: the first one's, or the later one's where it has none."""
    parents = first if first.references or first.in_reply_to is not None else later
    return parents.references, parents.in_reply_to, first.thread_index or later.thread_index


def completed(
    first: ComposedEmail, later: ComposedEmail, *, lacks_words: bool, lacks_people: Collection[str]
) -> ComposedEmail:
    """The first copy of a mail with what a later one adds: parents, thread index, recipients, words, where it has none.

    `lacks_words` where nothing of the first one's text is its author's; `lacks_people` are addresses in To and Cc of
    people whom the first does not name.
    """
    references, in_reply_to, thread_index = ties(first, later)
    first = replace(first, references=tuple(references), in_reply_to=in_reply_to, thread_index=thread_index)
    if lacks_people:
        recipients = (each for each in later.participants if each.role in RECIPIENTS and each.address in lacks_people)
        first = replace(first, participants=(*first.participants, *recipients), match=later.match)
    if lacks_words:
        first = replace(first, text=later.text, new_text=later.new_text, is_text_cut=later.is_text_cut)
    return first


def surer(one: str, other: str) -> str:
    """What two copies say of their From together: a check that it passed counts for the words that both have."""
    return max(one, other, key=_CERTAINTIES.index)


_CERTAINTIES = ("", FAILED, PASSED)
