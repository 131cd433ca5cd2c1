"""What a copy of a mail may add to what another says: never a word to words, only what the other does not say at all.

first copy    "Renewal", "We accept.", no parents          ┐  words and subject of the first,
later copy    "[EXTERNAL] Renewal", a banner, parents      ┘  parents of the later, for the first has none
"""

from collections.abc import Collection
from dataclasses import replace

from timeline.domain.email import ComposedEmail
from timeline.domain.vocabulary import ParticipantRole

FAILED, PASSED = "failed", "passed"
"""What our own tenant's check said of a copy's From; empty where it said nothing."""

RECIPIENTS = (ParticipantRole.TO, ParticipantRole.CC)


def completed(
    first: ComposedEmail, later: ComposedEmail, *, lacks_words: bool, lacks_people: Collection[str]
) -> ComposedEmail:
    """The first copy of a mail with what a later one adds: parents, thread index, recipients, words, where it has none.

    `lacks_words` where nothing of the first one's text is its author's; `lacks_people` are addresses in To and Cc of
    people whom the first does not name.
    """
    if not first.references and first.in_reply_to is None:
        first = replace(first, references=later.references, in_reply_to=later.in_reply_to)
    if not first.thread_index:
        first = replace(first, thread_index=later.thread_index)
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
