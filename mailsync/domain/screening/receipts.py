"""Receipts and reactions: what a mail program sends for a click, no conversation, by their words alone.

subject  “Read: Offer”          text  “Your message … was read on …”, or nothing but “Your message”
                                text  “👍  Jane Doe reacted via Gmail”, “Liked “We accept.””

A thumb that somebody types is an answer, and stays.
"""

import re

from mailsync.domain.phrases import Phrases, entries
from mailsync.domain.screening.rule import Mail

_SUBJECT = Phrases(tuple(rf"\A\W{{0,4}}(?:{entry})" for entry in entries("receipt_subject")))
_RECEIPT = Phrases(entries("receipt"))
_REACTION = Phrases(entries("reaction"))
_LONGEST_RECEIPT, _LONGEST_REACTION = 1_500, 350
_FEWEST_WORDS = 4
"""Fewer are left where the fields of the mail that was read are taken for a quote: “Your message”."""
_QUESTION = re.compile(r"[?？]")


def is_receipt(mail: Mail) -> bool:
    """A receipt (RFC 8098) without its type: its subject says so, and its text says no more."""
    text = (mail.text or "").strip()
    if not _SUBJECT.stand_in(mail.subject, mail.folded_subject) or len(text) > _LONGEST_RECEIPT:
        return False
    return len(text.split()) < _FEWEST_WORDS or _RECEIPT.stand_in(text, mail.folded)


def is_reaction(mail: Mail) -> bool:
    """“Jane Doe reacted via Gmail”, and nothing else."""
    text = (mail.text or "").strip()
    return len(text) <= _LONGEST_REACTION and not _QUESTION.search(text) and _REACTION.stand_in(text, mail.folded)
