"""What the text of a mail gives away when its headers do not: footers, report phrases, absence, calendar blocks.

Only the author's own words are looked at, not what is quoted or forwarded, and only where such phrases stand: at the
beginning and at the end.
"""

import re

from mailsync.domain.phrases import alternatives
from mailsync.domain.screening.rule import Mail

_HEAD = 1_500
_TAIL = 3_000
_FOOTER = 1_500
_REPORT_HEAD = 6_000
_LEAD = 400


def _any(name: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(alternatives(name), flags)


_UNSUBSCRIBE = _any("unsubscribe", re.IGNORECASE | re.MULTILINE)
_NEWSLETTER = _any("newsletter", re.IGNORECASE | re.MULTILINE)
_ONLINE_VERSION = _any("online_version")
_WHY_RECEIVED = _any("why_received")
_NO_ANSWER = _any("no_answer")
_LIST_FOOTER = _any("list_footer", re.IGNORECASE | re.MULTILINE)
_COMPANY_FOOTER = _any("company_footer")
_OFFER = _any("offer")
_DELIVERY_FAILURE = _any("delivery_failure")
_ABSENCE = _any("absence")
_REPORT_BLOCK = re.compile(
    r"^(?:Reporting-MTA|Final-Recipient|Diagnostic-Code|Original-Recipient)\s*:", re.IGNORECASE | re.MULTILINE
)
_CALENDAR_BLOCK = re.compile(r"^BEGIN:VCALENDAR\b", re.MULTILINE)
_OUTLOOK_DIVIDER = "*~*~*~*~*~*~*~*~*~*"
_MEETING_LINES = re.compile(
    r"^(?:when|wann|quand|cu[áa]ndo|quando|wanneer|kiedy|n[äa]r|hvorn[åa]r|milloin|kdy|кога|когда|日時|时间)\s?[:：].{4,120}\n"
    r"(?:.{0,200}\n){0,3}?(?:where|wo|o[ùu]|d[óo]nde|onde|dove|waar|gdzie|var|hvor|miss[äa]|kde|къде|где|場所|地点|who|wer)\s?[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_TINY_IMAGE = re.compile(
    r"<img\b[^>]{0,2000}?(?:width\s*[=:]\s*[\"']?[01](?:px)?[\"'\s;>][^>]{0,2000}?height\s*[=:]\s*[\"']?[01](?:px)?[\"'\s;>]"
    r"|height\s*[=:]\s*[\"']?[01](?:px)?[\"'\s;>][^>]{0,2000}?width\s*[=:]\s*[\"']?[01](?:px)?[\"'\s;>])",
    re.IGNORECASE,
)
_HTML_LOOKED_AT = 200_000


def has_unsubscribe_offer(mail: Mail) -> bool:
    """Words that tell how to unsubscribe."""
    return bool(_UNSUBSCRIBE.search(_ends(mail)))


def calls_itself_newsletter(mail: Mail) -> bool:
    """A masthead, an issue's number, words for its subscribers."""
    return bool(_NEWSLETTER.search(_ends(mail)))


def has_online_version(mail: Mail) -> bool:
    """“View this email in your browser”."""
    return bool(_ONLINE_VERSION.search(_ends(mail)))


def says_why_received(mail: Mail) -> bool:
    """“You are receiving this email because …”."""
    return bool(_WHY_RECEIVED.search(_ends(mail)))


def wants_no_answer(mail: Mail) -> bool:
    """“This is an automated message, please do not reply”."""
    return bool(_NO_ANSWER.search(_ends(mail)))


def has_list_footer(mail: Mail) -> bool:
    """The footer that mailing-list software adds."""
    return bool(_LIST_FOOTER.search((mail.text or "")[-_FOOTER:]))


def has_company_footer(mail: Mail) -> bool:
    """Copyright, terms, privacy policy."""
    return bool(_COMPANY_FOOTER.search((mail.text or "")[-_TAIL:]))


def has_offers(mail: Mail) -> bool:
    """Three or more different phrases of advertising."""
    found: set[str] = set()
    for match in _OFFER.finditer((mail.text or "")[:20_000]):
        found.add(match.group().casefold())
        if len(found) >= 3:  # noqa: PLR2004 - one or two occur in anybody's mail
            return True
    return False


def has_delivery_failure_words(mail: Mail) -> bool:
    """Phrases and status codes of delivery failures, near the beginning."""
    return bool(_DELIVERY_FAILURE.search((mail.text or "")[:_REPORT_HEAD]))


def leads_with_delivery_failure(mail: Mail) -> bool:
    """The same in its first lines."""
    return bool(_DELIVERY_FAILURE.search((mail.text or "")[:_LEAD]))


def has_delivery_report_block(mail: Mail) -> bool:
    """Two different fields of a delivery status (RFC 3464) at the beginning of lines."""
    found = {match.group().casefold() for match in _REPORT_BLOCK.finditer((mail.text or "")[:50_000])}
    return len(found) >= 2  # noqa: PLR2004 - one may be quoted by a person asking about it


def has_absence_words(mail: Mail) -> bool:
    """“I am out of the office until …”, “thank you for your message”, near the beginning."""
    return bool(_ABSENCE.search((mail.text or "")[:1_000]))


def has_calendar_block(mail: Mail) -> bool:
    """iCalendar text, or the divider that Outlook puts under an invitation's time and place."""
    text = (mail.text or "")[:20_000]
    return bool(_CALENDAR_BLOCK.search(text)) or _OUTLOOK_DIVIDER in text


def has_meeting_lines(mail: Mail) -> bool:
    """“When: …” and “Where: …” on lines of their own."""
    return bool(_MEETING_LINES.search((mail.text or "")[:2_000]))


def has_tracking_pixel(mail: Mail) -> bool:
    """An image of one pixel; people's mail has them too where a sales tool is at work."""
    return bool(_TINY_IMAGE.search(mail.html[:_HTML_LOOKED_AT]))


def has_laid_out_html(mail: Mail) -> bool:
    """Many tables and images: a page, not a letter."""
    html = mail.html[:_HTML_LOOKED_AT].casefold()
    return html.count("<table") >= 4 and html.count("<img") >= 3  # noqa: PLR2004 - signatures have fewer


def has_many_links(mail: Mail) -> bool:
    """A link in every few lines, eight at least."""
    text = mail.text or ""
    links = max(text.count("http://") + text.count("https://"), mail.html[:_HTML_LOOKED_AT].casefold().count("<a "))
    return links >= 8 and links * 300 > len(text)  # noqa: PLR2004 - as said


def _ends(mail: Mail) -> str:
    text = mail.text or ""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"
