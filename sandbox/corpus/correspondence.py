"""Conversations with customers and leads: a story told turn by turn between one of our reps and their people."""

import random
from dataclasses import dataclass, field

from sandbox.addresses import Address
from sandbox.corpus.crm_records import Account, Crm, Lead
from sandbox.corpus.mailroom import Mailroom
from sandbox.corpus.speech import CLOSINGS, DAYS, DISCLAIMERS, EVERYBODY, GREETINGS, MOBILE_SIGNATURES, SYSTEMS
from sandbox.corpus.stories_en import STORIES_EN
from sandbox.corpus.stories_world import STORIES_AR, STORIES_DE, STORIES_ES, STORIES_FR, STORIES_HE, STORIES_JA
from sandbox.corpus.story import Speaker, Story
from sandbox.mail import Mail
from sandbox.people import COMPANY, PEOPLE, Person
from sandbox.quoting import QuoteStyle
from sandbox.vocabulary import Canary

STORIES: dict[str, tuple[Story, ...]] = {
    "en": STORIES_EN,
    "de": STORIES_DE + STORIES_EN[:2],
    "fr": STORIES_FR + STORIES_EN[1:3],
    "es": STORIES_ES,
    "ja": STORIES_JA,
    "ar": STORIES_AR,
    "he": STORIES_HE,
}
_QUOTES = {
    "en": (QuoteStyle.OUTLOOK_EN, QuoteStyle.OUTLOOK_EN, QuoteStyle.GMAIL_EN, QuoteStyle.DIVIDER_EN),
    "de": (QuoteStyle.OUTLOOK_DE, QuoteStyle.GMAIL_DE),
    "fr": (QuoteStyle.OUTLOOK_FR, QuoteStyle.APPLE_FR),
    "es": (QuoteStyle.OUTLOOK_ES,),
    "ja": (QuoteStyle.GMAIL_JA,),
}
_HOUR = 3600
_CURRENCY_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}


@dataclass(slots=True)
class Conversation:
    """A story under way: who takes part, what is known, and how far it has come."""

    story: Story
    rep: Person
    customer: Address
    facts: dict[str, str]
    subject: str
    key: str
    started: int
    copied: tuple[Address, ...] = ()
    our_copied: tuple[Address, ...] = ()
    quote_style: QuoteStyle = QuoteStyle.OUTLOOK_EN
    told: int = 0
    last: Mail | None = None
    references: tuple[str, ...] = ()
    is_plain: bool = False
    variants: tuple[Address, ...] = field(default_factory=tuple)

    @property
    def is_over(self) -> bool:
        """True once every turn is told."""
        return self.told >= len(self.story.turns)


def begin_with_account(room: Mailroom, account: Account, at: int) -> Conversation:
    """A conversation with people of an account; now and then with one the CRM has never heard of."""
    dice = room.dice
    contact = dice.choice(account.contacts)
    customer = contact.address
    if account.colleagues and dice.random() < 0.12:  # noqa: PLR2004 - a share
        customer = dice.choice(account.colleagues)
    variants = [Address(customer.name, address) for address in contact.addresses if customer == contact.address]
    if customer == contact.address and account.company.domain != "gmail.com":
        local, _, domain = customer.address.rpartition("@")
        variants += [Address(customer.name, customer.address.upper()), Address(customer.name, f"{local}+acme@{domain}")]
    pool = [person.address for person in account.contacts if person is not contact] + account.colleagues
    copied = tuple(dice.sample(pool, 1)) if pool and dice.random() < 0.4 else ()  # noqa: PLR2004 - a share
    company = account.company
    story = dice.choice(STORIES[company.language])
    facts = _facts(dice, story.language, company.name, company.city)
    facts |= {"trade": company.trade, "currency": company.currency}
    facts["other"] = copied[0].name.split()[0] if copied else facts["other"]
    talk = _begin(room, story, account.owner, customer, facts=facts, at=at)
    talk.copied, talk.variants = copied, tuple(variants)
    return talk


def begin_with_lead(room: Mailroom, lead: Lead, at: int) -> Conversation:
    """A first exchange with a lead."""
    facts = _facts(room.dice, "en", lead.company, "town") | {"trade": "field service", "currency": "EUR"}
    return _begin(room, room.dice.choice(STORIES_EN), lead.owner, lead.address, facts=facts, at=at)


def begin_anywhere(room: Mailroom, crm: Crm, at: int) -> Conversation:
    """With an account mostly, with a lead sometimes."""
    if room.dice.random() < 0.14:  # noqa: PLR2004 - a share
        return begin_with_lead(
            room, room.dice.choice([lead for lead in crm.leads if not lead.converted_contact_id]), at
        )
    return begin_with_account(room, room.dice.choice(crm.accounts), at)


def tell_next(room: Mailroom, talk: Conversation, at: int) -> Mail:
    """Writes and posts the next turn."""
    dice, turn = room.dice, talk.story.turns[talk.told]
    author, first_to = talk.rep.address, talk.customer
    if turn.speaker is Speaker.CUSTOMER:
        author = dice.choice(talk.variants) if talk.variants and dice.random() < 0.2 else talk.customer  # noqa: PLR2004
        first_to = _our_side(talk, dice)
    key = room.next_key()
    prefix = talk.story.reply_prefix if turn.speaker is Speaker.CUSTOMER else "Re: "
    mail = Mail(
        key=key,
        message_id=room.message_id(key, author),
        subject=talk.subject if talk.last is None else prefix + talk.subject,
        author=author,
        sent_at=at,
        text=_compose(dice, talk, dice.choice(turn.sayings), turn.speaker),
        to=(first_to,),
        cc=talk.copied + talk.our_copied,
        is_html=not talk.is_plain,
        parent=talk.last,
        quote_style=talk.quote_style if turn.speaker is Speaker.CUSTOMER else QuoteStyle.OUTLOOK_EN,
        in_reply_to=talk.last.message_id if talk.last else None,
        references=talk.references,
        thread=talk.key,
        thread_started=talk.started,
        depth=talk.told,
    )
    _extras(room, mail, turn.speaker)
    talk.last, talk.told = room.mark(mail), talk.told + 1
    talk.references = (*talk.references, mail.message_id or "")
    return room.post(mail)


def _begin(
    room: Mailroom, story: Story, owner: Person, customer: Address, *, facts: dict[str, str], at: int
) -> Conversation:
    dice = room.dice
    facts["amount"] = _amount(facts, dice)
    ours = [person.address for person in PEOPLE if person is not owner]
    our_copied = tuple(dice.sample(ours, 1)) if dice.random() < 0.3 else ()  # noqa: PLR2004 - a share
    key = room.next_key("talk")
    is_office = customer.name.endswith(" Office")
    facts["first"] = EVERYBODY.get(story.language, "all") if is_office else customer.name.split()[0]
    facts["colleague"] = dice.choice(ours).name.split()[0]
    subject = dice.choice(story.subjects).format_map(facts)
    styles = _QUOTES.get(story.language, _QUOTES["en"])
    talk = Conversation(story, owner, customer, facts, subject, key, at, (), our_copied, dice.choice(styles))
    talk.is_plain = dice.random() < 0.2  # noqa: PLR2004 - a share
    return talk


def _facts(dice: random.Random, language: str, company: str, city: str) -> dict[str, str]:
    days = DAYS.get(language, DAYS["en"])
    day, other_day = dice.sample(days, 2)
    return {
        "company": company,
        "city": city,
        "day": day,
        "other_day": other_day,
        "n": str(dice.randrange(12, 180)),
        "few": str(dice.randrange(3, 10)),
        "system": dice.choice(SYSTEMS),
        "other": dice.choice(("Jo", "Sam", "Kim", "Alex")),
    }


def _amount(facts: dict[str, str], dice: random.Random) -> str:
    amount = f"{dice.randrange(9, 190) * 500:,}"
    sign = _CURRENCY_SIGNS.get(facts["currency"])
    return f"{sign}{amount}" if sign else f"{facts['currency']} {amount}"


def _our_side(talk: Conversation, dice: random.Random) -> Address:
    if talk.rep.aliases and dice.random() < 0.25:  # noqa: PLR2004 - a share
        return Address(talk.rep.name, dice.choice(talk.rep.aliases))
    return talk.rep.address


def _compose(dice: random.Random, talk: Conversation, saying: str, speaker: Speaker) -> str:
    language = talk.story.language
    body = saying.format_map(talk.facts)
    if language not in GREETINGS:
        return f"{body}\n\n{_signature(dice, talk, speaker)}"
    to = talk.facts["first"] if speaker is Speaker.REP else talk.rep.first_name
    greeting = dice.choice(GREETINGS[language]).format(to=to)
    closing = dice.choice(CLOSINGS[language])
    text = f"{greeting}\n\n{body}\n\n{closing}\n{_signature(dice, talk, speaker)}"
    if speaker is Speaker.CUSTOMER and dice.random() < 0.15:  # noqa: PLR2004 - a share
        text += f"\n\n{DISCLAIMERS[language]}"
    return text


def _signature(dice: random.Random, talk: Conversation, speaker: Speaker) -> str:
    if speaker is Speaker.REP:
        return f"{talk.rep.name}\n{talk.rep.title} | {COMPANY}\nacme.example"
    name = talk.customer.name
    forms = (
        name.split()[0],
        name,
        f"{name}\n{talk.facts['company']}, {talk.facts['city']}",
        f"-- \n{name} | {talk.facts['company']} | {talk.facts['city']}",
        f"{name.split()[0]}\n\n{dice.choice(MOBILE_SIGNATURES)}",
    )
    return dice.choice(forms)


def _extras(room: Mailroom, mail: Mail, speaker: Speaker) -> None:
    dice = room.dice
    if dice.random() < 0.14:  # noqa: PLR2004 - a share
        name = room.canary(Canary.ATTACHMENT, mail.key)
        mail.attachments = (f"{dice.choice(('offer', 'plan', 'list', 'minutes'))}-{name}.pdf",)
        mail.canaries += ((Canary.ATTACHMENT, name),)
    if speaker is Speaker.REP and dice.random() < 0.07:  # noqa: PLR2004 - a share
        name = room.canary(Canary.BCC, mail.key)
        mail.bcc = (Address("", f"{name}@archive.example"),)
        mail.canaries += ((Canary.BCC, name),)
