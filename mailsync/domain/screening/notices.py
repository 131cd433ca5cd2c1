"""Notices of orders, journeys, approvals, renewals and accounts, by their sender and words alone: no header tells.

sender    an address that is named after what it does, orders@, approvals@; no person's name beside it
subject   what such notices are about: an order, a booking, a renewal
text      what became of it, particulars line by line, a link
person    asks, wishes for something, sends something along       ◀── taken off
          speaks of themselves, signs, answers, writes in a mail client  ◀── a person's, whatever else is there

People write of the same and from such addresses, too: no part is enough alone.
"""

import re

from mailsync.domain.phrases import Phrases, entries
from mailsync.domain.screening.person import is_from_a_client, is_reply
from mailsync.domain.screening.rule import Mail
from mailsync.domain.screening.signed import is_signed_by_its_author, is_signed_by_somebody

ENOUGH, ENOUGH_OF_A_ROLE = 70, 100
"""Of what speaks for a notice, from an address that programs have, and from one that people have as well."""
_ABOUT, _TOLD, _PARTICULARS, _LINK, _MADE = 40, 40, 30, 20, 30
_ASKED, _WISHED = 30, 40

_SUBJECT = Phrases(entries("notice_subject"))
_TEXT = Phrases(entries("notice_text"))
_FIRST_PERSON = Phrases(entries("first_person"))
_WISH = Phrases(entries("own_wish"))
_LONGEST = 6_000
"""Characters of a text that are looked at: below them is small print."""
_PARTICULAR = re.compile(r"^[^\n:：]{2,40}[:：][ \t]{0,3}(?!//)[^\s:：][^\n]{0,80}$", re.MULTILINE)
_FEWEST_PARTICULARS = 2
_URL = re.compile(r"https?://")
_QUESTION = re.compile(r"[^.!?？\n]{30,300}[?？]|[^。！？\n]{8,300}？")


def is_notice(mail: Mail, *, is_made: bool) -> bool:
    """Whether a program wrote it, by its sender and its words; `is_made`: its headers show a program's hand as well."""
    if not (mail.origin.is_counter or mail.origin.is_role_of_company) or is_reply(mail) or is_from_a_client(mail):
        return False
    enough = ENOUGH if mail.origin.is_counter else ENOUGH_OF_A_ROLE
    text = (mail.text or "")[:_LONGEST]
    if _weight(mail, text) + is_made * _MADE < enough or _FIRST_PERSON.stand_in(text, mail.folded):
        return False
    return not (is_signed_by_its_author(mail) or is_signed_by_somebody(mail))


def may_be_notice(mail: Mail) -> bool:
    """The same, whatever its headers show."""
    return is_notice(mail, is_made=True)


def _weight(mail: Mail, text: str) -> int:
    about = _SUBJECT.stand_in(mail.subject, mail.folded_subject)
    told = _TEXT.stand_in(text, mail.folded)
    has_particulars = len(_PARTICULAR.findall(text)) >= _FEWEST_PARTICULARS
    has_link = _URL.search(text) is not None
    asked = _QUESTION.search(text) is not None
    wished = _WISH.stand_in(text, mail.folded)
    speaks_for = about * _ABOUT + told * _TOLD + has_particulars * _PARTICULARS + has_link * _LINK
    return speaks_for - asked * _ASKED - wished * _WISHED
