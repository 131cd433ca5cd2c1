"""One mail looks different in every mailbox that holds it: none is doubled, none is merged with another."""

from collections import defaultdict

from mailsync.models import Sighting
from sandbox import ways
from tests.support.mailboxes import EVERYONE, World
from timeline.models import EmailMessage, Participant
from timeline.recording.join import join_all
from timeline.services.additions import know_addition

CONTRACT = "\n".join(
    f"Clause {number:04} of the contract, as Acme and the customer agreed on it." for number in range(1_000)
)
OTHERS = sorted({*EVERYONE} - {ways.JONAS, ways.DEVON})


def mails_of(world: World) -> dict[str, set[object]]:
    """The tenant's own word on which copies are one mail, beside the emails that they became."""
    names = {row["id"]: row["mail"] for mailbox in world.mailboxes for row in world.truth(mailbox)}
    found: dict[str, set[object]] = defaultdict(set)
    for copy_id, email in Sighting.objects.values_list("copy_id", "email"):
        found[names[copy_id]].add(email)
    return found


def know_what_servers_add(world: World) -> None:
    admin = world.mailboxes[0].user
    texts = [ways.DISCLAIMER, *(ways.signature_of(person["name"]) for person in world.tenant.people)]
    for text in texts:
        know_addition(organization=world.organization, name=text[:40], text=text, actor=admin)


def deliver_contracts(world: World) -> None:
    """Two long mails under one Message-ID to all, alike but for a word."""
    envelope = {"message_id": "<contract@globex.example>", "date": world.days_ago(5), "subject": "Contract"}
    for text in (CONTRACT, CONTRACT.replace("Clause 0002", "Clause 9002")):
        world.deliver(**envelope, text=text, to=list(EVERYONE), mailboxes=list(EVERYONE))


def test_with_what_is_known_no_mail_is_doubled_and_none_is_merged(enter):
    world = enter(ways.JONAS, ways.DEVON, *OTHERS)  # their copies' wording is the record's
    world.control.switch(copies_differ=True)
    know_what_servers_add(world)
    deliver_contracts(world)
    for mailbox in world.mailboxes:
        assert world.sync(mailbox).is_in_sync
    assert world.is_exact()
    found = mails_of(world)
    assert {name: len(emails) for name, emails in found.items() if len(emails) > 1} == {}
    contracts = EmailMessage.objects.filter(engagement__subject="Contract")
    assert [email.is_text_cut and 40_000 < len(email.text) < len(CONTRACT) for email in contracts] == [True, True]
    assert Participant.objects.filter(address="d.price@acme.example").exists()
    assert len({email for emails in found.values() for email in emails}) == len(found) == EmailMessage.objects.count()


def test_what_is_learned_later_joins_what_stood_apart(enter):
    world = enter(*EVERYONE)
    world.control.switch(copies_differ=True)
    for mailbox in world.mailboxes:
        assert world.sync(mailbox).is_in_sync
    assert any(len(emails) > 1 for emails in mails_of(world).values())
    know_what_servers_add(world)
    assert join_all(organization=world.organization) > 0
    found = mails_of(world)
    assert {name: len(emails) for name, emails in found.items() if len(emails) > 1} == {}
    assert len(found) == EmailMessage.objects.count()
    assert world.is_exact()
