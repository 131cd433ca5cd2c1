"""What each mailbox's way adds to a mail: so that one mail looks different in every mailbox that holds it.

from outside    ada     a gateway's banner above the text
                rita    links rewritten by a gateway
from a colleague  marco   the company's disclaimer below everything
                camille   the author's signature, put in by a server directly above the quoted mail
                rita      both
always          jonas   HTML, where the others have text; so heavy in a long mail that a reader takes a part of it
                devon   he himself by an alias of his

The author's own copy in Sent Items has the words as they were written. `Switches.copies_differ` turns it on; the mail
is still one, and the control door's truth names it (`mail`).
"""

import re
from dataclasses import replace
from urllib.parse import quote as percent_encoded

from sandbox.addresses import Address
from sandbox.mail import Item, Mail
from sandbox.people import PEOPLE
from sandbox.truth import is_ours

ADA, MARCO, RITA, JONAS, CAMILLE, DEVON = (
    f"{name}@acme.example"
    for name in ("ada.okafor", "marco.bianchi", "rita.lindqvist", "jonas.weber", "camille.laurent", "devon.price")
)
LONG = 60_000
"""Characters of a text whose HTML is heavy."""
_ALIAS = next(person.aliases[0] for person in PEOPLE if person.email == DEVON)
_PADDING = f'<span style="{"mso-line-height-alt:0;" * 50}"></span>'
BANNER = (
    "CAUTION: This email originated from outside of the organization. Do not click links or open attachments unless "
    "you recognize the sender and know the content is safe."
)
DISCLAIMER = "Acme Fieldwork Ltd, 1 Example Street. This message is confidential and for its addressee alone."
_LINK = re.compile(r"https?://[^\s<>\"]+")


def signature_of(name: str) -> str:
    """What the server puts under a colleague's own words."""
    return f"{name} | Acme Fieldwork | www.acme.example | Field service, on time"


def shows_html(owner: str) -> bool:
    """Whether a mailbox's copies come as HTML."""
    return owner == JONAS


def in_html(mail: Mail, text: str) -> str:
    """A text as HTML; of a long one with lines of some seventy characters, a million characters hold the most part."""
    markup = mail.as_html(text)
    return markup.replace("<br>", f"<br>{_PADDING}") if len(text) >= LONG else markup


def as_addressed(item: Item, owner: str) -> Item:
    """One mailbox's copy with the names that it gives people."""
    if owner != DEVON:
        return item
    mail = item.mail
    named = replace(
        mail,
        author=mail.author and _aliased(mail.author),
        sender=mail.sender and _aliased(mail.sender),
        to=tuple(_aliased(person) for person in mail.to),
        cc=tuple(_aliased(person) for person in mail.cc),
    )
    return replace(item, mail=named)


def _aliased(person: Address) -> Address:
    return Address(person.name, _ALIAS) if person.key == DEVON else person


def as_shown(mail: Mail, owner: str, *, is_authors: bool) -> str:
    """The whole text of one mailbox's copy."""
    whole, new = mail.full_text(), mail.text
    if is_authors or mail.author is None:
        return whole
    if not is_ours(mail.author):
        if owner == ADA:
            return f"{BANNER}\n\n{whole}"
        return _LINK.sub(_rewritten, whole) if owner == RITA else whole
    if owner in {CAMILLE, RITA}:
        whole = f"{new}\n\n{signature_of(mail.author.name)}{whole[len(new) :]}"
    return f"{whole}\n\n{DISCLAIMER}" if owner in {MARCO, RITA} else whole


def _rewritten(link: re.Match[str]) -> str:
    return (
        f"https://eur01.safelinks.protection.outlook.com/?url={percent_encoded(link[0], safe='')}"
        "&data=05%7C02%7Crita.lindqvist%40acme.example&reserved=0"
    )
