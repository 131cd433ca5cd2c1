"""Everything that is not correspondence with a customer. Each function writes one such episode."""

from sandbox.addresses import Address
from sandbox.corpus import noise_texts as texts
from sandbox.corpus.crm_records import Account, Crm
from sandbox.corpus.mailroom import Mailroom
from sandbox.corpus.speech import DAYS
from sandbox.mail import Mail
from sandbox.people import PEOPLE, REPS, Person
from sandbox.vocabulary import Canary, Kind, WellKnown

_DELAY = 5400
_SMALL_LANGUAGES = ("en", "de", "fr")


def stranger_mail(
    room: Mailroom,
    author: Address,
    to: tuple[Address, ...],
    subject: str,
    text: str,
    at: int,
    *,
    kind: Kind = Kind.PERSON,
    headers: tuple[tuple[str, str], ...] = (),
    preheader: str = "",
) -> Mail:
    """A mail from someone outside the CRM, with a canary in the address."""
    key = room.next_key()
    masked, canary = room.masked(author, key)
    mail = Mail(
        key=key,
        message_id=room.message_id(key, masked),
        subject=subject,
        author=masked,
        sent_at=at,
        text=text,
        to=to,
        kind=kind,
        headers=headers,
        preheader=preheader,
        canaries=(canary,),
        is_html=room.dice.random() < 0.8,  # noqa: PLR2004 - a share
    )
    return room.mark(mail)


def list_headers(sender: str, list_name: str) -> tuple[tuple[str, str], ...]:
    """What a well-behaved mailing list says of itself (RFC 2369, 2919, 8058)."""
    domain = sender.rpartition("@")[2]
    return (
        ("List-Id", f"{list_name} <list.{domain}>"),
        ("List-Unsubscribe", f"<https://{domain}/unsubscribe?u=1>, <mailto:leave@{domain}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Precedence", "bulk"),
    )


def newsletter(room: Mailroom, crm: Crm, at: int) -> None:
    """A newsletter nobody in the CRM sends; it reaches one or several of us."""
    del crm
    name, address, subject, preheader = room.dice.choice(texts.NEWSLETTERS)
    readers = room.dice.sample(PEOPLE, room.dice.choice((1, 1, 1, 2, 3)))
    text = f"{subject}\n\n{preheader}\n\nRead on: https://{address.rpartition('@')[2]}/issue\n\nUnsubscribe at any time."
    for reader in readers:
        headers = list_headers(address, name)
        to = (reader.address,)
        room.post(
            stranger_mail(
                room, Address(name, address), to, subject, text, at, kind=Kind.BULK, headers=headers, preheader=preheader
            )
        )


def receipt(room: Mailroom, crm: Crm, at: int) -> None:
    """A receipt or a carrier's notice for one of us."""
    del crm
    address, name, subject, text = room.dice.choice(texts.RECEIPTS + texts.CARRIERS)
    to = (room.dice.choice(PEOPLE).address,)
    headers = (("Auto-Submitted", "auto-generated"),)
    room.post(
        stranger_mail(room, Address(name, address), to, subject, text, at, kind=Kind.TRANSACTIONAL, headers=headers)
    )


def chatter(room: Mailroom, crm: Crm, at: int) -> None:
    """Colleagues among themselves, with an answer or two."""
    dice = room.dice
    subject, text = dice.choice(texts.CHATTER)
    company = dice.choice(crm.accounts).company.name
    people = dice.sample(PEOPLE, dice.choice((2, 3, 3, 6)))
    first = _internal(room, people, subject.format(company=company), text.format(company=company), at)
    if dice.random() < 0.6:  # noqa: PLR2004 - a share
        answer = dice.choice(texts.CHATTER_REPLIES)
        _internal(room, [people[1], people[0], *people[2:]], f"Re: {first.subject}", answer, at + _DELAY, parent=first)


def _internal(
    room: Mailroom, people: list[Person], subject: str, text: str, at: int, *, parent: Mail | None = None
) -> Mail:
    key = room.next_key()
    author, *others = (person.address for person in people)
    mail = Mail(
        key=key,
        message_id=room.message_id(key, author),
        subject=subject,
        author=author,
        sent_at=at,
        text=f"{text}\n\n{people[0].first_name}",
        to=tuple(others[:1]),
        cc=tuple(others[1:]),
        parent=parent,
        in_reply_to=parent.message_id if parent else None,
        references=(parent.message_id,) if parent and parent.message_id else (),
        thread=parent.thread if parent else key,
        thread_started=at,
        depth=1 if parent else 0,
    )
    return room.post(room.mark(mail))


def outsiders(room: Mailroom, crm: Crm, at: int) -> None:
    """Recruiters, vendors, friends: people, but none of the CRM's; some are answered."""
    del crm
    dice = room.dice
    subject, text = dice.choice(texts.RECRUITERS + texts.PRIVATE + texts.PRIVATE + texts.VENDORS)
    reader = dice.choice(PEOPLE)
    name, address = dice.choice(texts.STRANGERS)
    first = room.post(stranger_mail(room, Address(name, address), (reader.address,), subject, text, at))
    if (subject, text) in texts.PRIVATE and first.author is not None:
        key = room.next_key()
        answer = Mail(
            key=key,
            message_id=room.message_id(key, reader.address),
            subject=f"Re: {first.subject}",
            author=reader.address,
            sent_at=at + _DELAY,
            text=dice.choice(texts.PRIVATE_REPLIES),
            to=(first.author,),
            parent=first,
            in_reply_to=first.message_id,
            references=(first.message_id or "",),
            thread=first.key,
            thread_started=at,
            depth=1,
        )
        room.post(room.mark(answer))


def _from_customer(
    room: Mailroom,
    account: Account,
    author: Address,
    subject: str,
    text: str,
    at: int,
    *,
    kind: Kind,
    headers: tuple[tuple[str, str], ...] = (),
    odata_type: str = "#microsoft.graph.message",
    sensitivity: str = "",
) -> Mail:
    key = room.next_key()
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
    _from_customer(room, account, sender, subject, f"{text.format_map(facts)}\n\n{footer}", at, kind=Kind.BULK, headers=headers)


def customer_transactional(room: Mailroom, crm: Crm, at: int) -> None:
    """An invoice, a receipt or a shipping notice from a customer's machine."""
    account = _corporate(room, crm)
    subject, text = room.dice.choice(texts.TRANSACTIONAL_BY_CUSTOMERS)
    facts = {"company": account.company.name, "n": str(room.dice.randrange(1000, 9999))}
    sender = Address(f"{account.company.name} (no reply)", f"no-reply@{account.company.domain}")
    _from_customer(
        room, account, sender, subject.format_map(facts), text.format_map(facts), at, kind=Kind.TRANSACTIONAL
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
    _from_customer(room, account, contact.address, subject, text.format(day=day), at, kind=Kind.AUTO_REPLY, headers=headers)


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
    _from_customer(
        room, account, sender, "Undeliverable: Your proposal", text, at, kind=Kind.BOUNCE, headers=headers
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
        f"{word}: {account.company.name} / Acme",
        "",
        at,
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
    _from_customer(
        room, account, contact.address, "Between us", text, at, kind=Kind.PERSON, sensitivity=level
    )


def junk(room: Mailroom, crm: Crm, at: int) -> None:
    """Spam, where spam belongs."""
    del crm
    subject, text = room.dice.choice(texts.JUNK)
    victim = room.dice.choice(PEOPLE)
    author = Address("Prize Office", f"office{room.serial}@prize-bureau.example")
    mail = stranger_mail(room, author, (victim.address,), subject, text, at)
    room.post(mail, {victim.email: WellKnown.JUNK})


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


def draft(room: Mailroom, crm: Crm, at: int) -> None:
    """A half-written mail to a customer, in Drafts or forgotten elsewhere."""
    owner = room.dice.choice(REPS)
    account = room.dice.choice([account for account in crm.accounts if account.owner is owner])
    key = room.next_key()
    body = room.canary(Canary.BODY, key)
    mail = Mail(
        key=key,
        message_id=room.message_id(key, owner.address),
        subject=f"Thoughts on {account.company.name}",
        author=owner.address,
        sent_at=at,
        text=f"I wanted to write but did not finish. {body}",
        to=(account.contacts[0].address,),
        canaries=((Canary.BODY, body),),
        thread=key,
        thread_started=at,
    )
    folder = room.dice.choice((WellKnown.DRAFTS, WellKnown.DRAFTS, "templates", WellKnown.OUTBOX))
    room.place(mail, owner.email, folder, is_draft=True)
