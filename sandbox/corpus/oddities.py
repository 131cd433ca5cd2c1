"""Mails that break parsers: each function writes one strange but real shape."""

from collections.abc import Callable
from dataclasses import replace

from sandbox.addresses import Address
from sandbox.corpus.crm_records import Account, Crm
from sandbox.corpus.mailroom import Mailroom
from sandbox.mail import Mail
from sandbox.people import PEOPLE
from sandbox.vocabulary import Canary

Oddity = Callable[[Mailroom, Account, Mail], None]
_LONG_TAIL = 400


def _plain(room: Mailroom, account: Account, at: int) -> Mail:
    key = room.next_key()
    contact = account.contacts[0]
    return Mail(
        key=key,
        message_id=room.message_id(key, contact.address),
        subject=f"Visit to {account.company.city}",
        author=contact.address,
        sent_at=at,
        text=f"Hello {account.owner.first_name},\n\nthe gate code has changed, please call when you arrive.\n\n"
        f"{contact.first_name}",
        to=(account.owner.address,),
        thread=key,
        thread_started=at,
    )


def _missing_from(room: Mailroom, account: Account, mail: Mail) -> None:
    mail.author = None
    room.post(room.mark(mail))


def _empty_subject(room: Mailroom, account: Account, mail: Mail) -> None:
    mail.subject = ""
    room.post(mail)


def _emoji_subject(room: Mailroom, account: Account, mail: Mail) -> None:
    mail.subject = "🎉 We got the board's approval 🚀 👩🏽‍🔧"
    room.post(mail)


def _no_message_id(room: Mailroom, account: Account, mail: Mail) -> None:
    mail.message_id = None
    mail.subject = "Scanned on device 4"
    room.post(mail)


def _undisclosed(room: Mailroom, account: Account, mail: Mail) -> None:
    mail.to, mail.bcc = (), (account.owner.address,)
    room.post(mail)


def _delegate(room: Mailroom, account: Account, mail: Mail) -> None:
    mail.sender = Address("Front Desk", f"frontdesk@{account.company.domain}")
    mail.subject = "On behalf of the managing director"
    room.post(mail)


def _our_delegate(room: Mailroom, account: Account, mail: Mail) -> None:
    assert mail.author is not None  # noqa: S101 - _plain always names one
    mail.to = (mail.author,)
    mail.author, mail.sender = account.owner.address, PEOPLE[0].address
    mail.message_id = room.message_id(mail.key, mail.author)
    mail.text = f"Sent by {PEOPLE[0].name} for {account.owner.name}.\n\nThe visit is confirmed."
    room.post(mail)


def _huge_tail(room: Mailroom, account: Account, mail: Mail) -> None:
    lines = "\n".join(f"> {number}. as agreed on site, see the minutes of week {number % 52}" for number in range(_LONG_TAIL))
    mail.text += f"\n\nOn Mon, Jan 5, 2026 at 09:00, {account.owner.name} wrote:\n\n{lines}"
    room.post(mail)


def _angle_brackets(room: Mailroom, account: Account, mail: Mail) -> None:
    mail.is_html = False
    mail.text += "\n\nif (load < 5 && doors > 2) { open(<floor>) }  # from the controller's manual"
    room.post(mail)


def _same_mail_thrice(room: Mailroom, account: Account, mail: Mail) -> None:
    room.post(mail)
    room.place(mail, account.owner.email, "projects")
    room.place(mail, account.owner.email, "customers")


def _to_everyone(room: Mailroom, account: Account, mail: Mail) -> None:
    mail.cc = tuple(person.address for person in PEOPLE if person is not account.owner)
    mail.subject = f"To the whole Acme team, from {account.company.name}"
    room.post(mail)


def _hidden_folder(room: Mailroom, account: Account, mail: Mail) -> None:
    body = room.canary(Canary.BODY, mail.key)
    mail.text, mail.canaries = f"{mail.text}\n\n{body}", ((Canary.BODY, body),)
    room.post(mail, {account.owner.email: "hidden/ExternalContacts"})


def _forwarded_by_colleague(room: Mailroom, account: Account, mail: Mail) -> None:
    room.post(mail)
    colleague = PEOPLE[1]
    key = room.next_key()
    forward = replace(
        mail,
        key=key,
        message_id=room.message_id(key, colleague.address),
        subject=f"FW: {mail.subject}",
        author=account.owner.address,
        to=(colleague.address,),
        text="For your information.",
        parent=mail,
        in_reply_to=mail.message_id,
        references=(mail.message_id or "",),
        depth=1,
        sent_at=mail.sent_at + 900,
        canaries=(),
    )
    room.post(room.mark(forward))


def _comma_name(room: Mailroom, account: Account, mail: Mail) -> None:
    assert mail.author is not None  # noqa: S101 - _plain always names one
    mail.author = Address('O\'Neil, "Bob" <Robert>', mail.author.address)
    room.post(mail)


ODDITIES: tuple[Oddity, ...] = (
    _missing_from,
    _empty_subject,
    _emoji_subject,
    _no_message_id,
    _undisclosed,
    _delegate,
    _our_delegate,
    _huge_tail,
    _angle_brackets,
    _same_mail_thrice,
    _to_everyone,
    _hidden_folder,
    _forwarded_by_colleague,
    _comma_name,
)


def oddity(room: Mailroom, crm: Crm, at: int, *, number: int | None = None) -> None:
    """One strange mail; which, by number or by chance."""
    dice = room.dice
    account = dice.choice([account for account in crm.accounts if account.company.domain != "gmail.com"])
    shape = ODDITIES[number % len(ODDITIES)] if number is not None else dice.choice(ODDITIES)
    shape(room, account, _plain(room, account, at))

