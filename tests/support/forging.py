"""A mail of Jane's to Carol and Dave, what is made to look like it, and what stands on record afterwards."""

import itertools
from datetime import timedelta

from accounts.domain.vocabulary import Visibility
from tests.support.factories import A_MONDAY
from tests.support.recording import BANNER, compose, record
from timeline.models import Conversation, EmailMessage, Engagement
from timeline.visibility import may_be_deleted_by, visible_to

WORDS = "Hello Carol,\n\nWe accept your offer of 50,000. Sign here: https://globex.example/sign\n\nJane"
CAROL, DAVE = "carol@acme.example", "dave@acme.example"
ID = "<offer@globex.example>"
MOMENT = A_MONDAY


def mail(organization, text=WORDS, **fields):
    """Jane's mail to Carol and Dave, or what is made to look like it."""
    given = {"message_id": ID, "occurred_at": MOMENT, "to": (CAROL,), "cc": (DAVE,), "new_text": text} | fields
    return compose(organization, text=text, **given)


def stored():
    """The record: every mail with what it says, in the order in which it came."""
    rows = EmailMessage.objects.select_related("engagement").order_by("engagement__recorded_at", "pk")
    return [
        (
            row.text,
            row.new_text,
            row.engagement.subject,
            row.engagement.occurred_at,
            row.engagement.visibility,
            sorted(row.engagement.participants.values_list("role", "address")),
        )
        for row in rows
    ]


def readable(person):
    return set(Engagement.objects.filter(visible_to(person)).values_list("pk", flat=True))


def may_delete(rep):
    return Engagement.objects.filter(may_be_deleted_by(rep)).exists()


def in_every_order(organization, *copies):
    """The outcome of these pages in every order: each mail's text and people, and who reads which text."""
    outcomes = []
    for order in itertools.permutations(copies):
        Conversation.objects.all().delete()
        for owner, copy in order:
            record(organization, owner, copy, visibility=Visibility.OWNER_ONLY)
        rows = EmailMessage.objects.order_by("text")
        people = [sorted(row.engagement.participants.values_list("role", "address")) for row in rows]
        readers = {
            person.email: sorted(EmailMessage.objects.filter(pk__in=readable(person)).values_list("text", flat=True))
            for person in organization.users.all()
        }
        outcomes.append(([row.text for row in rows], people, readers))
    return outcomes


OTHER_WORDS = {
    "shorter": "We decline.",
    "contained": "We accept your offer",
    "a condition more": f"{WORDS}\n\nif the board agrees.",
    "a condition in front": f"If the board agrees:\n\n{WORDS}",
    "turned": "Hello Carol,\n\nYour offer of 50,000 we accept. Sign here: https://globex.example/sign\n\nJane",
    "another number": WORDS.replace("50,000", "90,000"),
    "another separator": WORDS.replace("50,000", "50.000"),
    "a sign": WORDS.replace("50,000", "-50,000"),
    "a raised number": WORDS.replace("50,000", "50,000²"),
    "a currency": WORDS.replace("50,000", "$50,000"),
    "a per cent": WORDS.replace("50,000", "50,000%"),
    "a question": WORDS.replace("50,000.", "50,000?"),
    "a letter of another script": WORDS.replace("accept", "\u0430ccept"),
    "a letter with an accent": WORDS.replace("accept", "accépt"),
    "struck through": WORDS.replace("accept", "".join(f"{letter}\u0336" for letter in "accept")),
    "a known banner with words of its own": f"{BANNER} We decline.\n\n{WORDS}",
    "a known banner in the middle of a sentence": WORDS.replace("your offer", f"{BANNER} your offer"),
    "half a known banner": f"{BANNER.partition(' outside')[0]}\n\n{WORDS}",
    "another link": WORDS.replace("globex.example/sign", "globex-sign.example/sign"),
    "another link in a wrapper": WORDS.replace(
        "https://globex.example/sign",
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example%2Fsign&data=globex.example%2Fsign",
    ),
    "the true link as a parameter of another": WORDS.replace(
        "https://globex.example/sign", "https://evil.example/?url=https%3A%2F%2Fglobex.example%2Fsign"
    ),
    "a wrapper's name under another domain": WORDS.replace(
        "https://globex.example/sign",
        "https://safelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fglobex.example%2Fsign",
    ),
    "another link in Hornetsecurity's": WORDS.replace(
        "https://globex.example/sign",
        "https://seclinks.cloud-security.net/v1/https%3A%2F%2Fevil.example%2Fsign/https://globex.example/sign",
    ),
    "a token that says the true link's domain": WORDS.replace(
        "https://globex.example/sign", "https://url.uk.m.mimecastprotect.com/s/EviL?domain=globex.example"
    ),
    "another quotation": f"{WORDS}\n\nOn Mon, 2 Nov 2026 at 10:00, Carol <carol@acme.example> wrote:\n> 90,000",
    "a line twice": f"{WORDS}\n{WORDS}",
}


OTHER_ENVELOPES = {
    "subject cut": {"subject": "Renewal"},
    "subject with a bracket of its author's": {"subject": "[PO-1002] Renewal of 2027"},
    "subject ends alike": {"subject": "No renewal of 2027"},
    "another day": {"occurred_at": MOMENT + timedelta(days=1)},
    "eleven minutes": {"occurred_at": MOMENT - timedelta(minutes=11)},
    "another author": {"sender": "jane@globex.example.evil.example"},
    "from a colleague": {"sender": DAVE},
    "one person more": {"cc": (DAVE, "mallory@globex.example")},
    "one person less": {"cc": ()},
    "another colleague": {"cc": ("bob@acme.example",)},
}


WRAPPED = (
    "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fglobex.example%2Fsign&data=05%7C02&reserved=0"
)


SAME_WORDS = {
    "a banner": f"{BANNER}\n\n{WORDS}",
    "a banner and a footer": (
        f"[EXTERNAL]\n{BANNER} Do not click links or open attachments unless you recognize the sender and know the "
        f"content is safe.\n{WORDS}\n\nThis message has been scanned for viruses and dangerous content by MailScanner, "
        "and is believed to be clean."
    ),
    "a first contact tip": f"You don't often get email from jane@globex.example. Learn why this is important\n{WORDS}",
    "a safe link": WORDS.replace("https://globex.example/sign", WRAPPED),
    "a link defended": WORDS.replace(
        "https://globex.example/sign", "https://urldefense.com/v3/__https://globex.example/sign__;!!Abc_d!xyz$"
    ),
    "a link scanned": WORDS.replace(
        "https://globex.example/sign",
        "https://atpscan.global.hornetsecurity.com/?d=HzV&f=rhm&i=&k=Eb5a&s=a1b0&u=https%3A%2F%2Fglobex.example%2Fsign",
    ),
    "a secure link": WORDS.replace(
        "https://globex.example/sign", "https://seclinks.cloud-security.net/v1/AbC-d_12/https://globex.example/sign"
    ),
    "wrapped twice": WORDS.replace(
        "https://globex.example/sign",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__eur01.safelinks.protection.outlook.com_-3Furl-3Dhttps-253A"
        "-252F-252Fglobex.example-252Fsign-26data-3Dx&d=DwMF&c=y",
    ),
    "other spaces": WORDS.replace(" ", " \u00a0").replace("\n\n", "\n \n\n"),
    "wrapped lines": WORDS.replace("We accept your offer of", "We accept\nyour offer\nof"),
    "emphasis": WORDS.replace("50,000.", "*50,000*."),
    "bullets": WORDS.replace("We accept", "* We accept"),
    "quotation marks and dashes": WORDS.replace("Hello", "\u2022 Hello"),
    "nothing visible": WORDS.replace("accept", "ac\u200bcept\u00ad").replace("offer", "\ufeffoffer\u2060"),
    "wide letters": WORDS.replace("Hello", "\uff28ello"),
    "other capitals": WORDS.replace("We accept", "WE ACCEPT"),
    "an address beside its text": WORDS.replace("Jane", "Jane <mailto:jane@globex.example>"),
    "an image's name": f"{WORDS}\n[image: logo.png]",
}


SAME_ENVELOPES = {
    "a tag": {"subject": "[EXTERNAL] Renewal of 2027"},
    "a prefix": {"subject": "[EXT] RE: Renewal of  2027"},
    "To and Cc moved": {"to": (DAVE, CAROL), "cc": ()},
    "nobody named": {"to": (), "cc": ()},
    "an alias": {"to": ("carol.c@acme.example",)},
    "a name of Exchange's": {"to": (), "exchange_names": 1},
    "names of Exchange's alone": {"to": (), "cc": (), "exchange_names": 2},
    "nine minutes": {"occurred_at": MOMENT + timedelta(minutes=9)},
}


SUBJECT = {"subject": "Renewal of 2027"}
