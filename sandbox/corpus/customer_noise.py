"""What customers' machines and habits send that is no conversation: each function writes one such episode."""

from sandbox.addresses import Address
from sandbox.corpus import noise_texts as texts
from sandbox.corpus.crm_records import Account, Crm
from sandbox.corpus.mailroom import Mailroom
from sandbox.corpus.noise import list_headers
from sandbox.corpus.speech import DAYS
from sandbox.mail import Mail
from sandbox.people import DOMAIN
from sandbox.vocabulary import Canary, Kind, WellKnown

_SMALL_LANGUAGES = ("en", "de", "fr")


def _from_customer(
    room: Mailroom,
    account: Account,
    author: Address,
    wording: tuple[str, str],
    *,
    at: int,
    kind: Kind,
    headers: tuple[tuple[str, str], ...] = (),
    odata_type: str = "#microsoft.graph.message",
    sensitivity: str = "",
) -> Mail:
    key = room.next_key()
    subject, text = wording
    mail = Mail(
        key=key,
        message_id=room.message_id(key, author),
        subject=subject,
        author=author,
        sent_at=at,
        text=text,
        to=(account.owner.address,),
        kind=kind,
        headers=headers,
        odata_type=odata_type,
        sensitivity=sensitivity,
        thread=key,
        thread_started=at,
    )
    return room.post(room.mark(mail))


def _corporate(room: Mailroom, crm: Crm) -> Account:
    return room.dice.choice([account for account in crm.accounts if account.company.domain != "gmail.com"])


def customer_bulk(room: Mailroom, crm: Crm, at: int) -> None:
    """A customer's own marketing; a third of it without a List-Unsubscribe header."""
    account = _corporate(room, crm)
    subject, text = room.dice.choice(texts.MARKETING_BY_CUSTOMERS)
    facts = {"company": account.company.name, "city": account.company.city}
    sender = Address(account.company.name, f"newsletter@{account.company.domain}")
    headers = list_headers(sender.address, "news")
    if room.dice.random() < 0.33:  # noqa: PLR2004 - a share
        headers = (("Precedence", "bulk"), ("Feedback-ID", "44:campaign:mailer"), ("X-Mailer", "Campaign Sender 4"))
    subject = subject.format_map(facts)
    footer = "You receive this mail because you subscribed. Unsubscribe."
    _from_customer(
        room,
        account,
        sender,
        (subject, f"{text.format_map(facts)}\n\n{footer}"),
        at=at,
        kind=Kind.BULK,
        headers=headers,
    )


def customer_transactional(room: Mailroom, crm: Crm, at: int) -> None:
    """An invoice, a receipt or a shipping notice from a customer's machine."""
    account = _corporate(room, crm)
    subject, text = room.dice.choice(texts.TRANSACTIONAL_BY_CUSTOMERS)
    facts = {"company": account.company.name, "n": str(room.dice.randrange(1000, 9999))}
    sender = Address(f"{account.company.name} (no reply)", f"no-reply@{account.company.domain}")
    _from_customer(
        room,
        account,
        sender,
        (subject.format_map(facts), text.format_map(facts)),
        at=at,
        kind=Kind.TRANSACTIONAL,
    )


def out_of_office(room: Mailroom, crm: Crm, at: int) -> None:
    """A contact's automatic reply."""
    account = room.dice.choice(crm.accounts)
    language = account.company.language if account.company.language in _SMALL_LANGUAGES else "en"
    subject, text = texts.OUT_OF_OFFICE[language]
    headers = (
        ("Auto-Submitted", "auto-replied"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-MS-Exchange-Inbox-Rules-Loop", account.contacts[0].addresses[0]),
    )
    contact = room.dice.choice(account.contacts)
    day = room.dice.choice(DAYS[language])
    subject = subject.format(subject=f"{account.company.name} / Acme")
    _from_customer(
        room,
        account,
        contact.address,
        (subject, text.format(day=day)),
        at=at,
        kind=Kind.AUTO_REPLY,
        headers=headers,
    )


def bounce(room: Mailroom, crm: Crm, at: int) -> None:
    """A customer's mail system could not deliver what we sent."""
    account = _corporate(room, crm)
    gone = f"former.employee@{account.company.domain}"
    headers = (
        ("Content-Type", 'multipart/report; report-type=delivery-status; boundary="b1"'),
        ("Return-Path", "<>"),
        ("Auto-Submitted", "auto-replied"),
        ("X-Failed-Recipients", gone),
    )
    text = (
        f"Delivery has failed to these recipients:\n\n{gone}\n\nRemote server returned '550 5.1.1 RESOLVER.ADR."
        "RecipNotFound; not found'"
    )
    sender = Address("Mail Delivery System", f"mailer-daemon@{account.company.domain}")
    if room.dice.random() < 0.4:  # noqa: PLR2004 - a share is reported by our own server
        sender = Address("Microsoft Outlook", f"MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{DOMAIN}")
    _from_customer(
        room, account, sender, ("Undeliverable: Your proposal", text), at=at, kind=Kind.BOUNCE, headers=headers
    )


def calendar_answer(room: Mailroom, crm: Crm, at: int) -> None:
    """A contact accepts or declines a meeting."""
    account = room.dice.choice(crm.accounts)
    language = account.company.language if account.company.language in _SMALL_LANGUAGES else "en"
    word, _ = room.dice.choice(texts.CALENDAR_ANSWERS[language])
    contact = room.dice.choice(account.contacts)
    headers = (
        ("Content-Class", "urn:content-classes:calendarmessage"),
        ("Content-Type", 'text/calendar; method="REPLY"; charset="utf-8"'),
    )
    _from_customer(
        room,
        account,
        contact.address,
        (f"{word}: {account.company.name} / Acme", ""),
        at=at,
        kind=Kind.CALENDAR,
        headers=headers,
        odata_type="#microsoft.graph.eventMessageResponse",
    )


def sensitive(room: Mailroom, crm: Crm, at: int) -> None:
    """A customer's mail marked private or company-confidential."""
    account = room.dice.choice(crm.accounts)
    level = room.dice.choice(("private", "company-confidential", "Private", "Personal"))
    contact = room.dice.choice(account.contacts)
    text = f"Hi {account.owner.first_name},\n\nthis one is for your eyes only: I am leaving {account.company.name}."
    _from_customer(room, account, contact.address, ("Between us", text), at=at, kind=Kind.PERSON, sensitivity=level)


def thrown_away(room: Mailroom, crm: Crm, at: int) -> None:
    """A customer's mail that somebody deleted, in Deleted Items or a folder under it."""
    account = room.dice.choice(crm.accounts)
    contact = room.dice.choice(account.contacts)
    key = room.next_key()
    folder = room.dice.choice((WellKnown.DELETED, "old-deals", WellKnown.JUNK, WellKnown.CONVERSATION_HISTORY))
    body = room.canary(Canary.BODY, key)
    mail = Mail(
        key=key,
        message_id=room.message_id(key, contact.address),
        subject="Please ignore my last message",
        author=contact.address,
        sent_at=at,
        text=f"Wrong window, sorry. {body}",
        to=(account.owner.address,),
        canaries=((Canary.BODY, body),),
        thread=key,
        thread_started=at,
    )
    room.post(mail, {account.owner.email: folder})
