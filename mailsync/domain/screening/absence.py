"""Automatic replies that only their subject and words show, as old servers wrote them: no field of RFC 3834.

    subject   a title that programs alone give: “Out of Office AutoReply: Renewal”, “Jane Doe is out of the office”
    text      an absence and what goes with one, and nothing else: no question, no word of business, none to come

People write of their absence, too: “On holiday next week — can you send the draft before?”. So words alone tell only
where all of a mail is such words and it speaks of the mail that came in.
"""

import re

from mailsync.domain.phrases import Phrases, alternatives, entries, fold, listed
from mailsync.domain.screening.rule import Mail
from mailsync.domain.screening.signed import names_of

_TITLE = re.compile(
    rf"\A\W{{0,4}}(?:auto\s?:\s{{0,4}})?([^:\n]{{2,80}}?)\s?{alternatives('absence_title')}[^:\n]{{0,80}}\Z",
    re.IGNORECASE,
)
_TITLES = listed("absence_title")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_ABSENCE = listed("absence")
_REPLY = listed("away_reply")
_THANKS = listed("acknowledgement")
_NO_ANSWER = listed("no_answer")
_TO_COME = listed("to_come")
_QUESTION = re.compile(r"[?？]\s|[?？]\Z")
_CLAUSES = re.compile(r"[.!;,:()。！；、，：（）؛،]| – ")
_ADDRESSES_AND_NUMBERS = re.compile(r"[^\s@<>]{0,64}@[^\s@<>,;]{1,255}|https?://\S{1,500}|[+]?\d[\d./:()-]*")
"""What an automatic reply names beside words: whom to write to, when it ends; points in it end no clause."""
_CLOSING = Phrases(tuple(rf"\A\W{{0,3}}(?:{entry})\W{{0,3}}\Z" for entry in entries("closing")))
_LONGEST_NAME = 4
"""Words of a person's name, a title or a company's."""
_LONGEST = 2_500
"""Characters of a text that is nothing but an automatic reply."""
_GREETING = 4
"""Words of a first line that greets."""
_LONGEST_GREETING = 40
_LONGEST_CLOSING = 60
_MOST_BESIDE = 0.12
"""Of the text's clauses, by length: names, dates and numbers stand between them."""


def is_titled_with_its_authors_absence(mail: Mail) -> bool:
    """“Jane Doe is out of the office.” by Jane Doe: Notes wrote so; of others' absence people write."""
    found = _TITLE.match(mail.subject) if _TITLES.stand_in(mail.subject, mail.folded_subject) else None
    return found is not None and not names_of(mail).isdisjoint(_WORDS.findall(fold(found.group(1))))


def asks(mail: Mail) -> bool:
    """Whether its author asks something."""
    return _QUESTION.search((mail.text or "")[:_LONGEST]) is not None


def is_all_about_an_absence(mail: Mail) -> bool:
    """Whether a text is what an automatic reply says, speaks of the mail that came in, and says nothing else."""
    text = mail.text or ""
    if not 0 < len(text) <= _LONGEST or asks(mail) or _TO_COME.stand_in(text, mail.folded):
        return False
    if _TO_COME.stand_in(mail.subject, mail.folded_subject) or not _ABSENCE.stand_in(text, mail.folded):
        return False
    if not any(words.stand_in(text, mail.folded) for words in (_REPLY, _THANKS)):
        return False
    lines = _ADDRESSES_AND_NUMBERS.sub(" ", text.strip()).split("\n")
    if len(lines) > 1 and _greets(lines[0]):
        del lines[0]
    names = names_of(mail)
    clauses = [clause for line in lines for clause in _clauses(line) if not names.issuperset(fold(clause).split())]
    beside = sum(len(clause) for clause in clauses if not _is_of_an_absence(clause))
    return beside <= _MOST_BESIDE * sum(map(len, clauses))


def _greets(line: str) -> bool:
    return len(line.split()) <= _GREETING and len(line) <= _LONGEST_GREETING and not _is_of_an_absence(line)


def _clauses(line: str) -> list[str]:
    """What is said in a line, without names and closings."""
    if _CLOSING.stand_in(line.strip()[:_LONGEST_CLOSING], fold(line)):
        return []
    return [clause for each in _CLAUSES.split(line) if len(clause := each.strip()) > 1 and not _is_name(clause)]


def _is_name(clause: str) -> bool:
    words = clause.split()
    return len(words) <= _LONGEST_NAME and all(word[0].isupper() or not word.isalpha() for word in words)


def _is_of_an_absence(clause: str) -> bool:
    folded = fold(clause)
    return any(words.stand_in(clause, folded) for words in (_ABSENCE, _REPLY, _THANKS, _NO_ANSWER))
