"""One rep's very large mailbox: one mail in ten from a customer, the rest noise, all quick to make."""

from sandbox.addresses import Address
from sandbox.corpus import noise_texts as texts
from sandbox.corpus.crm_records import DAY, Crm
from sandbox.corpus.mailroom import Mailroom
from sandbox.mail import Mail
from sandbox.mailbox import Placement
from sandbox.people import REPS
from sandbox.vocabulary import Canary, WellKnown

REP = REPS[0]
_ONE_IN = 10
_PARAGRAPH = (
    "Thank you for the walkthrough. We have gone over the plan with the depot and would like to start with twelve "
    "vans. Please confirm the dates, the training hours and who will be on site on the first morning."
)
_FOLDERS = (WellKnown.INBOX,) * 8 + ("customers", WellKnown.ARCHIVE)


def write_bench(room: Mailroom, crm: Crm, base: int, mails: int, days: int) -> list[Placement]:
    """`mails` copies for one mailbox, spread evenly over the days, in the order of arrival."""
    step = days * DAY / max(mails, 1)
    for number in range(mails):
        at = base - int((mails - number) * step)
        mail = _customer_mail(room, crm, number, at) if number % _ONE_IN == 0 else _noise_mail(room, number, at)
        room.place(mail, REP.email, _FOLDERS[number % 97 % len(_FOLDERS)])
    taken, room.placements = room.placements, []
    return taken


def _customer_mail(room: Mailroom, crm: Crm, number: int, at: int) -> Mail:
    contacts = crm.contacts
    contact = contacts[(number // _ONE_IN) % len(contacts)]
    key = room.next_key("b")
    return Mail(
        key=key,
        message_id=room.message_id(key, contact.address),
        subject=f"Plan for week {number % 52 + 1}, revision {number}",
        author=contact.address,
        sent_at=at,
        text="\n\n".join((f"Hi {REP.first_name},", *(_PARAGRAPH,) * 5, contact.first_name)),
        to=(REP.address,),
        thread=key,
        thread_started=at,
    )


def _noise_mail(room: Mailroom, number: int, at: int) -> Mail:
    name, address, subject, text = texts.NEWSLETTERS[number % len(texts.NEWSLETTERS)]
    key = room.next_key("b")
    body = room.canary(Canary.BODY, key)
    return Mail(
        key=key,
        message_id=room.message_id(key, Address(name, address)),
        subject=f"{subject} {number}",
        author=Address(name, address),
        sent_at=at,
        text=f"{text} {body}",
        to=(REP.address,),
        canaries=((Canary.BODY, body),),
        thread=key,
        thread_started=at,
    )
