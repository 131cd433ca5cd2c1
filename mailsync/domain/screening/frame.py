"""What servers write around a person's mail: no evidence about its author.

CAUTION: External email. Do not reply unless you know the sender.     ◀── a gateway of ours: left out
We accept the offer.                                                  ◀── what the rules look at
Jane
You are receiving this because you are a member of the Sales group.   ◀── a group of ours: left out
"""

import re

from mailsync.domain.phrases import Phrases, entries, fold

_EDGE = 4
"""Paragraphs at the head, and at the foot, where a server writes."""
_LONGEST = 2_000
"""Characters of such a paragraph."""
_WARNING = Phrases(entries("gateway_warning"), re.IGNORECASE | re.MULTILINE)
_GROUP_FOOTER = Phrases(entries("group_footer"), re.IGNORECASE | re.MULTILINE)


def within_frame(text: str) -> str:
    """`text` without the warnings of gateways and the footers of groups; the whole where nothing else is in it."""
    folded = fold(text)
    if not (_WARNING.stand_in(text, folded) or _GROUP_FOOTER.stand_in(text, folded)):
        return text
    paragraphs = [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]
    last = len(paragraphs) - _EDGE
    kept = [
        paragraph
        for place, paragraph in enumerate(paragraphs)
        if _EDGE <= place < last or not _is_a_servers(paragraph, is_at_the_foot=place >= last)
    ]
    if kept:
        return "\n\n".join(kept)
    lines = [line for line in text.split("\n") if line.strip() and not _is_a_servers(line, is_at_the_foot=True)]
    return "\n".join(lines) or text


def _is_a_servers(paragraph: str, *, is_at_the_foot: bool) -> bool:
    if len(paragraph) > _LONGEST:
        return False
    folded = fold(paragraph)
    return _WARNING.stand_in(paragraph, folded) or (is_at_the_foot and _GROUP_FOOTER.stand_in(paragraph, folded))
