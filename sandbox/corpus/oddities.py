"""Mails that break parsers: each function writes one strange but real shape."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.addresses import Address
from sandbox.corpus.crm_records import Account, Crm
from sandbox.corpus.mailroom import Mailroom
from sandbox.mail import Mail
from sandbox.people import PEOPLE
from sandbox.vocabulary import Canary, WellKnown


@dataclass(frozen=True, slots=True)
class Visit:
    """An ordinary mail from a customer, about to be made strange."""

    room: Mailroom
    account: Account
    mail: Mail


Oddity = Callable[[Visit], None]
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


def _missing_from(visit: Visit) -> None:
    visit.mail.author = None
    visit.room.post(visit.room.mark(visit.mail))


def _empty_subject(visit: Visit) -> None:
    visit.mail.subject = ""
    visit.room.post(visit.mail)


def _emoji_subject(visit: Visit) -> None:
    visit.mail.subject = "🎉 We got the board's approval 🚀 👩🏽‍🔧"
    visit.room.post(visit.mail)


def _no_message_id(visit: Visit) -> None:
    visit.mail.message_id = None
    visit.mail.subject = "Scanned on device 4"
    visit.room.post(visit.mail)


def _undisclosed(visit: Visit) -> None:
    visit.mail.to, visit.mail.bcc = (), (visit.account.owner.address,)
    visit.room.post(visit.mail)


def _delegate(visit: Visit) -> None:
    visit.mail.sender = Address("Front Desk", f"frontdesk@{visit.account.company.domain}")
    visit.mail.subject = "On behalf of the managing director"
    visit.room.post(visit.mail)


def _our_delegate(visit: Visit) -> None:
    assert visit.mail.author is not None  # noqa: S101 - _plain always names one
    visit.mail.to = (visit.mail.author,)
    visit.mail.author, visit.mail.sender = visit.account.owner.address, PEOPLE[0].address
    visit.mail.message_id = visit.room.message_id(visit.mail.key, visit.mail.author)
    visit.mail.text = f"Sent by {PEOPLE[0].name} for {visit.account.owner.name}.\n\nThe visit is confirmed."
    visit.room.post(visit.mail)


def _huge_tail(visit: Visit) -> None:
    lines = "\n".join(
        f"> {number}. as agreed on site, see the minutes of week {number % 52}" for number in range(_LONG_TAIL)
    )
    visit.mail.text += f"\n\nOn Mon, Jan 5, 2026 at 09:00, {visit.account.owner.name} wrote:\n\n{lines}"
    visit.room.post(visit.mail)


def _angle_brackets(visit: Visit) -> None:
    visit.mail.is_html = False
    visit.mail.text += "\n\nif (load < 5 && doors > 2) { open(<floor>) }  # from the controller's manual"
    visit.room.post(visit.mail)


def _same_mail_thrice(visit: Visit) -> None:
    visit.room.post(visit.mail)
    visit.room.place(visit.mail, visit.account.owner.email, "projects")
    visit.room.place(visit.mail, visit.account.owner.email, "customers")


def _to_everyone(visit: Visit) -> None:
    visit.mail.cc = tuple(person.address for person in PEOPLE if person is not visit.account.owner)
    visit.mail.subject = f"To the whole Acme team, from {visit.account.company.name}"
    visit.room.post(visit.mail)


def _hidden_folder(visit: Visit) -> None:
    body = visit.room.canary(Canary.BODY, visit.mail.key)
    visit.mail.text, visit.mail.canaries = f"{visit.mail.text}\n\n{body}", ((Canary.BODY, body),)
    visit.room.post(visit.mail, {visit.account.owner.email: "hidden/ExternalContacts"})


def _forwarded_by_colleague(visit: Visit) -> None:
    visit.room.post(visit.mail)
    colleague = PEOPLE[1]
    key = visit.room.next_key()
    forward = replace(
        visit.mail,
        key=key,
        message_id=visit.room.message_id(key, colleague.address),
        subject=f"FW: {visit.mail.subject}",
        author=visit.account.owner.address,
        to=(colleague.address,),
        text="For your information.",
        parent=visit.mail,
        in_reply_to=visit.mail.message_id,
        references=(visit.mail.message_id or "",),
        depth=1,
        sent_at=visit.mail.sent_at + 900,
        canaries=(),
    )
    visit.room.post(visit.room.mark(forward))


def _case_twins(visit: Visit) -> None:
    """Two mails whose ids differ in the case of one letter, as Graph's ids may."""
    visit.room.post(visit.mail, {visit.account.owner.email: WellKnown.INBOX})
    key = visit.room.next_key()
    twin = replace(
        visit.mail,
        key=key,
        case_twin_of=visit.mail.key,
        message_id=visit.room.message_id(key, visit.mail.author),
        subject=f"{visit.mail.subject}, second visit",
        text="The same gate code holds for the second visit.",
        sent_at=visit.mail.sent_at + 60,
        thread=key,
    )
    visit.room.post(twin, {visit.account.owner.email: WellKnown.INBOX})


def _comma_name(visit: Visit) -> None:
    assert visit.mail.author is not None  # noqa: S101 - _plain always names one
    visit.mail.author = Address('O\'Neil, "Bob" <Robert>', visit.mail.author.address)
    visit.room.post(visit.mail)


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
    _case_twins,
    _comma_name,
)


def oddity(room: Mailroom, crm: Crm, at: int, *, number: int | None = None) -> None:
    """One strange mail; which, by number or by chance."""
    dice = room.dice
    account = dice.choice([account for account in crm.accounts if account.company.domain != "gmail.com"])
    shape = ODDITIES[number % len(ODDITIES)] if number is not None else dice.choice(ODDITIES)
    shape(Visit(room, account, _plain(room, account, at)))
