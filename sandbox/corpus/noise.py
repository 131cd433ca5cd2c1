"""Everything that is not correspondence with a customer. Each function writes one such episode."""

from sandbox.addresses import Address
from sandbox.corpus import noise_texts as texts
from sandbox.corpus.crm_records import Crm
from sandbox.corpus.mailroom import Mailroom
from sandbox.mail import Mail
from sandbox.people import PEOPLE, REPS, Person
from sandbox.vocabulary import Canary, Kind, WellKnown

_DELAY = 5400


def stranger_mail(
    room: Mailroom,
    author: Address,
    to: tuple[Address, ...],
    wording: tuple[str, str],
    *,
    at: int,
    kind: Kind = Kind.PERSON,
    is_masked: bool = True,
    headers: tuple[tuple[str, str], ...] = (),
    preheader: str = "",
) -> Mail:
    """A mail from someone outside the CRM; masked, the address carries a canary. `wording` is subject and text."""
    key = room.next_key()
    subject, text = wording
    masked, canary = room.masked(author, key) if is_masked else (author, None)
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
        canaries=(canary,) if canary else (),
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
    text = (
        f"{subject}\n\n{preheader}\n\nRead on: https://{address.rpartition('@')[2]}/issue\n\nUnsubscribe at any time."
    )
    for reader in readers:
        headers = list_headers(address, name)
        to = (reader.address,)
        room.post(
            stranger_mail(
                room,
                Address(name, address),
                to,
                (subject, text),
                at=at,
                kind=Kind.BULK,
                headers=headers,
                preheader=preheader,
            )
        )


def receipt(room: Mailroom, crm: Crm, at: int) -> None:
    """A receipt or a carrier's notice for one of us."""
    del crm
    address, name, subject, text = room.dice.choice(texts.RECEIPTS + texts.CARRIERS)
    to = (room.dice.choice(PEOPLE).address,)
    headers = (("Auto-Submitted", "auto-generated"),)
    room.post(
        stranger_mail(
            room, Address(name, address), to, (subject, text), at=at, kind=Kind.TRANSACTIONAL, headers=headers
        )
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
    wording = dice.choice(texts.RECRUITERS + texts.PRIVATE + texts.PRIVATE + texts.VENDORS)
    reader = dice.choice(PEOPLE)
    name, address = dice.choice(texts.STRANGERS)
    is_masked = dice.random() < 0.5  # noqa: PLR2004 - a share; the others keep one address over all their mails
    stranger = Address(name, address)
    first = room.post(stranger_mail(room, stranger, (reader.address,), wording, at=at, is_masked=is_masked))
    if wording in texts.PRIVATE and first.author is not None:
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


def junk(room: Mailroom, crm: Crm, at: int) -> None:
    """Spam, where spam belongs."""
    del crm
    wording = room.dice.choice(texts.JUNK)
    victim = room.dice.choice(PEOPLE)
    author = Address("Prize Office", f"office{room.dice.randrange(1_000)}@prize-bureau.example")
    mail = stranger_mail(room, author, (victim.address,), wording, at=at)
    room.post(mail, {victim.email: WellKnown.JUNK})


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
