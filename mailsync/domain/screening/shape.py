"""What the text of a mail gives away when its headers do not: footers, report phrases, absence, calendar blocks.

Only the author's own words are looked at, not what is quoted or forwarded, and only where such phrases stand: at the
beginning and at the end.
"""

import re

from mailsync.domain.phrases import Phrases, listed
from mailsync.domain.screening.rule import Mail

_HEAD = 1_500
_TAIL = 3_000
_FOOTER = 1_500
_REPORT_HEAD = 6_000
_LEAD = 400


_UNSUBSCRIBE = listed("unsubscribe", re.IGNORECASE | re.MULTILINE)
_OWN_OPTOUT = listed("own_optout")
_WAY = re.compile(r"https?://|www\.|mailto:|[\w-]@[\w-]|click|klick|cliqu|\bclic|klik|\blink", re.IGNORECASE)
_NEARBY = 200
_SHORT_LINE = 40
_MOST_OFFERS = 5
_NEWSLETTER = listed("newsletter", re.IGNORECASE | re.MULTILINE)
_ONLINE_VERSION = listed("online_version")
_WHY_RECEIVED = listed("why_received")
_NO_ANSWER = listed("no_answer")
_LIST_FOOTER = listed("list_footer", re.IGNORECASE | re.MULTILINE)
_COMPANY_FOOTER = listed("company_footer")
_OFFER = listed("offer")
_DELIVERY_FAILURE = listed("delivery_failure")
_ABSENCE = listed("absence")
_ACKNOWLEDGEMENT = listed("acknowledgement")
_CHALLENGE = listed("challenge")
_ANSWER_LINE = re.compile(
    r"(?:(?:reply|write|type|respond|respuesta|resposta)[^\n]{0,60}|(?:antwort|r[ée]pon\w|risp\w)[^\n]{0,80})"
    r"(?:above this line|[üu]ber dieser (?:zeile|linie)|au-dessus de cette ligne|encima de esta l[íi]nea"
    r"|acima desta linha)",
    re.IGNORECASE,
)
_ADDRESS_OR_STATUS = re.compile(r"[\w.+-]@[\w-]{1,63}\.\w|\b[45]\.\d\.\d{1,3}\b|\b[45]\d\d[ -]")
_REPORT_BLOCK = Phrases(
    (r"^(?:Reporting-MTA|Final-Recipient|Diagnostic-Code|Original-Recipient)\s*:",), re.IGNORECASE | re.MULTILINE
)
_CALENDAR_BLOCK = Phrases((r"^BEGIN:VCALENDAR\b",), re.MULTILINE)
_OUTLOOK_DIVIDER = "*~*~*~*~*~*~*~*~*~*"
_MEETING_LINE = (
    r"^(?:when|wann|quand|cu[áa]ndo|quando|wanneer|kiedy|n[äa]r|hvorn[åa]r|milloin|kdy|кога|когда|日時|时间)\s?[:：].{4,120}\n"
    r"(?:.{0,200}\n){0,3}?(?:where|wo|o[ùu]|d[óo]nde|onde|dove|waar|gdzie|var|hvor|miss[äa]|kde|къде|где|場所|地点|who|wer)\s?[:：]"
)
_MEETING_LINES = Phrases((_MEETING_LINE,), re.IGNORECASE | re.MULTILINE)
_MEETING_ZONE = re.compile(r"\d{1,2}[:.]\d\d[^\n]{0,60}\((?:UTC|GMT)\b")
_IMAGE = re.compile(r"<img\b([^<>]{0,2000})", re.IGNORECASE)
_TINY_WIDTH = re.compile(r"width\s*[=:]\s*[\"']?[01](?:px)?(?:[\"'\s;/]|\Z)", re.IGNORECASE)
_TINY_HEIGHT = re.compile(r"height\s*[=:]\s*[\"']?[01](?:px)?(?:[\"'\s;/]|\Z)", re.IGNORECASE)
_BODY_LOOKED_AT = 200_000


def has_unsubscribe_offer(mail: Mail) -> bool:
    """Words that tell how to unsubscribe, and not a person's own offer to write no more."""
    return bool(_offers_to_unsubscribe(mail))


def has_way_to_unsubscribe(mail: Mail) -> bool:
    """A link, an address or a click beside those words, or a line of its own, as a link's text has."""
    ends = _ends(mail)
    for words in _offers_to_unsubscribe(mail):
        start = ends.find(words)
        if _WAY.search(ends, max(0, start - _NEARBY), start + len(words) + _NEARBY):
            return True
        line = ends[ends.rfind("\n", 0, start) + 1 :].split("\n", 1)[0]
        if len(line) <= _SHORT_LINE:
            return True
    return False


def _offers_to_unsubscribe(mail: Mail) -> list[str]:
    ends = _ends(mail)
    return [
        words
        for words in _UNSUBSCRIBE.found_in(ends, mail.folded)[:_MOST_OFFERS]
        if not _OWN_OPTOUT.stand_in(_around(ends, ends.find(words), len(words)), mail.folded)
    ]


def _around(text: str, start: int, length: int) -> str:
    """A phrase and what stands near it in its paragraph."""
    begin = max(text.rfind("\n\n", 0, start), start - _NEARBY, 0)
    end = text.find("\n\n", start + length)
    return text[begin : min(end if end >= 0 else len(text), start + length + _NEARBY)]


def calls_itself_newsletter(mail: Mail) -> bool:
    """A masthead, an issue's number, words for its subscribers."""
    return _NEWSLETTER.stand_in(_ends(mail), mail.folded)


def has_online_version(mail: Mail) -> bool:
    """“View this email in your browser”."""
    return _ONLINE_VERSION.stand_in(_ends(mail), mail.folded)


def says_why_received(mail: Mail) -> bool:
    """“You are receiving this email because …”."""
    return _WHY_RECEIVED.stand_in(_ends(mail), mail.folded)


def wants_no_answer(mail: Mail) -> bool:
    """“This is an automated message, please do not reply”."""
    return _NO_ANSWER.stand_in(_ends(mail), mail.folded)


def begins_with_answer_line(mail: Mail) -> bool:
    """“Please type your reply above this line” at the very top: what is below it was sent by a help desk."""
    lines = (mail.text or "")[:_HEAD].lstrip().split("\n", 2)[:2]
    return any(_ANSWER_LINE.search(line) for line in lines)


def has_list_footer(mail: Mail) -> bool:
    """The footer that mailing-list software adds."""
    return is_list_footer(mail.text or "", mail)


def is_list_footer(part: str, mail: Mail) -> bool:
    """The same in a part of its text."""
    return _LIST_FOOTER.stand_in(part[-_FOOTER:], mail.folded)


def has_company_footer(mail: Mail) -> bool:
    """Copyright, terms, privacy policy."""
    return _COMPANY_FOOTER.stand_in((mail.text or "")[-_TAIL:], mail.folded)


def has_offers(mail: Mail) -> bool:
    """Three or more different phrases of advertising."""
    found = {phrase.casefold() for phrase in _OFFER.found_in((mail.text or "")[:20_000], mail.folded)}
    return len(found) >= 3  # noqa: PLR2004 - one or two occur in anybody's mail


def has_delivery_failure_words(mail: Mail) -> bool:
    """Phrases and status codes of delivery failures, near the beginning."""
    return _DELIVERY_FAILURE.stand_in((mail.text or "")[:_REPORT_HEAD], mail.folded)


def leads_with_delivery_failure(mail: Mail) -> bool:
    """The same in its first lines."""
    return _DELIVERY_FAILURE.stand_in((mail.text or "")[:_LEAD], mail.folded)


def has_delivery_report_block(mail: Mail) -> bool:
    """Two different fields of a delivery status (RFC 3464) at the beginning of lines."""
    found = {field.casefold() for field in _REPORT_BLOCK.found_in((mail.text or "")[:50_000], mail.folded)}
    return len(found) >= 2  # noqa: PLR2004 - one may be quoted by a person asking about it


def names_address_or_status(mail: Mail) -> bool:
    """A mail address, or an SMTP status (RFC 5321 4.2, RFC 3463), near the beginning."""
    return bool(_ADDRESS_OR_STATUS.search(mail.text or "", 0, _HEAD))


def has_absence_words(mail: Mail) -> bool:
    """“I am out of the office until …”, near the beginning."""
    return _ABSENCE.stand_in((mail.text or "")[:1_000], mail.folded)


def has_acknowledgement(mail: Mail) -> bool:
    """“Thank you for your message”, “we have received your request”, near the beginning: people say so, too."""
    return _ACKNOWLEDGEMENT.stand_in((mail.text or "")[:1_000], mail.folded)


def has_challenge(mail: Mail) -> bool:
    """“Please confirm that you are a person”: what filters answer to senders that they do not know."""
    return _CHALLENGE.stand_in((mail.text or "")[:_HEAD], mail.folded)


def has_calendar_block(mail: Mail) -> bool:
    """iCalendar text, or the divider that Outlook puts under an invitation's time and place."""
    text = (mail.text or "")[:20_000]
    return _CALENDAR_BLOCK.stand_in(text, mail.folded) or _OUTLOOK_DIVIDER in text


def has_meeting_lines(mail: Mail) -> bool:
    """“When: …” and “Where: …” on lines of their own."""
    return _MEETING_LINES.stand_in((mail.text or "")[:2_000], mail.folded)


def has_meeting_zone(mail: Mail) -> bool:
    """“10:00-11:00 (UTC+01:00)”, as calendars write a time and no person does."""
    return bool(_MEETING_ZONE.search(mail.text or "", 0, 2_000))


def has_tracking_pixel(mail: Mail) -> bool:
    """An image of one pixel; people's mail has them too where a sales tool is at work."""
    # tag by tag: one pattern for both sides goes over the rest again for every image that does not end
    images = _IMAGE.findall(mail.body[:_BODY_LOOKED_AT])
    return any(_TINY_WIDTH.search(image) and _TINY_HEIGHT.search(image) for image in images)


def is_laid_out(mail: Mail) -> bool:
    """Many tables and images: a page, not a letter."""
    body = mail.body[:_BODY_LOOKED_AT].casefold()
    if body.count("[http") >= 6:  # noqa: PLR2004 - a signature has a logo and what people follow
        return True
    return body.count("<table") >= 4 and body.count("<img") >= 3  # noqa: PLR2004 - signatures have fewer


def has_many_links(mail: Mail) -> bool:
    """A link in every few lines, eight at least."""
    text = mail.text or ""
    body = mail.body[:_BODY_LOOKED_AT].casefold()
    links = max(text.count("http://") + text.count("https://"), body.count("<a "), body.count("<http"))
    return links >= 8 and links * 300 > len(text)  # noqa: PLR2004 - as said


def _ends(mail: Mail) -> str:
    text = mail.text or ""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"


TELLS = (
    begins_with_answer_line,
    has_unsubscribe_offer,
    calls_itself_newsletter,
    has_online_version,
    says_why_received,
    wants_no_answer,
    has_list_footer,
    has_company_footer,
    has_offers,
    has_delivery_failure_words,
    has_delivery_report_block,
    has_absence_words,
    has_acknowledgement,
    has_challenge,
    has_calendar_block,
    has_meeting_lines,
    has_tracking_pixel,
    is_laid_out,
    has_many_links,
)
"""Every test above that can be the first to show something."""
