"""How mail programs quote the mail that is answered, in several languages."""

import time
from collections.abc import Callable
from enum import StrEnum

from sandbox.addresses import Address


class QuoteStyle(StrEnum):
    """Whose habit the quoted tail follows."""

    OUTLOOK_EN = "outlook_en"
    OUTLOOK_DE = "outlook_de"
    OUTLOOK_FR = "outlook_fr"
    OUTLOOK_ES = "outlook_es"
    GMAIL_EN = "gmail_en"
    GMAIL_DE = "gmail_de"
    APPLE_FR = "apple_fr"
    GMAIL_JA = "gmail_ja"
    DIVIDER_EN = "divider_en"


_OUTLOOK = {
    QuoteStyle.OUTLOOK_EN: ("From", "Sent", "To", "Subject"),
    QuoteStyle.OUTLOOK_DE: ("Von", "Gesendet", "An", "Betreff"),
    QuoteStyle.OUTLOOK_FR: ("De", "Envoyé", "À", "Objet"),
    QuoteStyle.OUTLOOK_ES: ("De", "Enviado el", "Para", "Asunto"),
}
_ATTRIBUTION: dict[QuoteStyle, Callable[[str, str], str]] = {
    QuoteStyle.GMAIL_EN: lambda when, who: f"On {when}, {who} wrote:",
    QuoteStyle.GMAIL_DE: lambda when, who: f"Am {when} schrieb {who}:",
    QuoteStyle.APPLE_FR: lambda when, who: f"Le {when}, {who} a écrit :",
    QuoteStyle.GMAIL_JA: lambda when, who: f"{when} {who}:",
}
_MONTH_FORMATS = {
    QuoteStyle.GMAIL_EN: "%a, %b %d, %Y at %H:%M",
    QuoteStyle.GMAIL_DE: "%d.%m.%Y um %H:%M",
    QuoteStyle.APPLE_FR: "%d/%m/%Y à %H:%M",
    QuoteStyle.GMAIL_JA: "%Y年%m月%d日 %H:%M",
}


def quote(
    author: Address | None, to: tuple[Address, ...], sent_at: int, subject: str, text: str, *, style: QuoteStyle
) -> str:
    """The quoted tail: a header block or an attribution line, then the quoted text."""
    who = author.header if author else ""
    moment = time.gmtime(sent_at)
    if style in _ATTRIBUTION:
        opening = _ATTRIBUTION[style](time.strftime(_MONTH_FORMATS[style], moment), who)
        return opening + "\n\n" + "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
    if style is QuoteStyle.DIVIDER_EN:
        return f"-----Original Message-----\nFrom: {who}\nSubject: {subject}\n\n{text}"
    labels = _OUTLOOK[style]
    values = (who, time.strftime("%d %B %Y %H:%M", moment), "; ".join(person.header for person in to), subject)
    block = "\n".join(f"{label}: {value}" for label, value in zip(labels, values, strict=True))
    return f"________________________________\n{block}\n\n{text}"
