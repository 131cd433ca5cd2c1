"""What of a subject is its author's: prefixes of answers and forwards come off, and the tags that gateways set.

RE: [EXTERNAL] Renewal         renewal
[Zewnętrzny]: AW: Renewal      renewal
[PO-1001] Renewal              [po-1001] renewal          a bracket is a tag where a tag's words alone stand in it
"""

import re
from pathlib import Path

from core.normalization import normalized
from core.remembering import remembered

_REPLY_WORDS = (
    "re|aw|antw|antwort|sv|vs|vl|vb|ref|rif|r|rv|res|enc|odp|odpowiedź|pd|fw|fwd|wg|wtr|tr|i|doorst|doorgest|"
    "továbbítás|vá|ynt|ilt|atb|bls|отг|отговор|отв|ответ|пн|пересл|回复|答复|回覆|答覆|转发|轉寄|返信|転送"
)
_REPLY_PREFIX = re.compile(
    rf"(?:{_REPLY_WORDS})\s*+(?:\[\d{{1,4}}\]|\(\d{{1,4}}\)|\^\d{{1,4}})?\s*+[:：]\s*", re.IGNORECASE
)
_TAG = re.compile(
    r"(?:\[{1,2}|\({1,2}|\{{1,2}|<{1,2}|\*{2,5})\s?([^\[\](){}<>*]{1,40}?)\s?(?:\]{1,2}|\){1,2}|\}{1,2}|>{1,2}|\*{2,5})"
    r"\s?[:：]?\s?"
    r"|([^\W\d_][\w -]{1,20}?)\s?[:：]\s?"
)
_WORD = re.compile(r"[^\W_]+")
_MARK = re.compile(r"[:：\[({*<]")
"""Every prefix and every tag holds one of these."""


def _words_of_tags() -> dict[str, frozenset[str]]:
    rows = (Path(__file__).parent / "gateway_tags.txt").read_text(encoding="utf-8").splitlines()
    kinds = (row.partition(": ") for row in rows if not row.startswith("#"))
    return {kind: frozenset(words.casefold().split()) for kind, _, words in kinds}


_TAG_WORDS = _words_of_tags()
_OUTSIDE = _TAG_WORDS["outside"]
_IN_BRACKETS = _OUTSIDE | _TAG_WORDS["suspected"]
_BESIDE = _TAG_WORDS["beside"]
"""What stands beside the others in a tag, and alone is none."""


@remembered(512)
def base_subject(subject: str) -> str:
    """The subject without reply and forward prefixes of any language we know, spelling kept."""
    return _stripped(subject, are_tags_off=False)


@remembered(512)
def subject_core(subject: str) -> str:
    """What of a subject survives every hop: no prefixes, no gateway tags, one space between words, casefolded."""
    return _stripped(subject, are_tags_off=True).casefold()


def _stripped(subject: str, *, are_tags_off: bool) -> str:
    text = " ".join(normalized("NFC", subject[:2_000]).split())
    if not _MARK.search(text):
        return text
    start = 0
    while start < len(text):
        found = _REPLY_PREFIX.match(text, start) or (_tag(text, start) if are_tags_off else None)
        if found is None:
            break
        start = found.end()
    return text[start:] or text


def _tag(text: str, start: int) -> re.Match[str] | None:
    """A gateway's tag that begins at `start`; any other bracket is its author's: `[PO-1001]` is not `[PO-1002]`."""
    found = _TAG.match(text, start)
    if found is None:
        return None
    telling = _IN_BRACKETS if found[1] else _OUTSIDE
    words = set(_WORD.findall((found[1] or found[2]).casefold()))
    return found if not words.isdisjoint(telling) and words <= telling | _BESIDE else None
