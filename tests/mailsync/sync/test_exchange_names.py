"""Older and migrated mailboxes name people as Exchange does: an own sent mail is its owner's, a stranger's nobody's."""

import pytest

from mailsync.services.explain import explain_message
from tests.support.mailboxes import JONAS, RITA, World
from timeline.models import EmailMessage, Participant

RITAS_NAME, JONAS_NAME = (
    f"/O=ACME/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=0A1B2C3D-{name}"
    for name in ("RITA", "JONAS")
)
AUTHOR = {"name": "Rita Lindqvist", "address": RITAS_NAME}


def authors() -> list[tuple[str, str | None]]:
    rows = Participant.objects.filter(role="from", engagement__subject="As Exchange names")
    return list(rows.values_list("address", "user__email"))


def deliver(world: World, **mail: object) -> dict[str, object]:
    return world.deliver(**({"subject": "As Exchange names", "mailboxes": [RITA]} | mail))


def test_an_own_sent_mail_is_its_owners_and_stays_it_where_it_is_moved(synced: World):
    copy = deliver(synced, from_=AUTHOR, to=[synced.customer()], folder="sentitems", message_id="<own@acme.example>")
    assert synced.sync().is_in_sync
    assert authors() == [(RITA, RITA)]
    assert EmailMessage.objects.get(engagement__subject="As Exchange names").engagement.direction == "outbound"
    assert [each.is_here for each in explain_message(mailbox=synced.mailbox, message_id="<own@acme.example>")] == [True]
    synced.control.move(RITA, copy["id"], "archive")
    for _ in range(2):
        assert synced.sync().is_in_sync
    assert authors() == [(RITA, RITA)]


@pytest.mark.parametrize("folder", ["inbox", "archive"])
@pytest.mark.parametrize("sender", [None, AUTHOR])
def test_whoever_writes_such_a_name_into_from_is_nobody_of_ours(synced: World, folder, sender):
    deliver(synced, from_=AUTHOR, sender=sender, to=[RITA], cc=[synced.customer()], folder=folder)
    assert synced.sync().is_in_sync
    assert authors() == []


def test_what_somebody_else_sent_in_such_a_name_is_not_the_owners(synced: World):
    deliver(synced, from_=AUTHOR, sender=JONAS, to=[synced.customer()], folder="sentitems")
    assert synced.sync().is_in_sync
    assert [address for address, _ in authors()] == [JONAS]


@pytest.mark.parametrize("turned", [False, True])
def test_copies_that_name_a_colleague_by_address_and_as_exchange_does_are_one_mail(enter, turned):
    world = enter(RITA, JONAS)
    given = {"message_id": "<two@globex.example>", "date": world.days_ago(5)}
    deliver(world, **given, to=[RITA], cc=[{"name": "Jonas", "address": JONAS_NAME}])
    deliver(world, **given, to=[RITA], cc=[JONAS], mailboxes=[JONAS])
    for mailbox in reversed(world.mailboxes) if turned else world.mailboxes:
        assert world.sync(mailbox).is_in_sync
    email = EmailMessage.objects.get(engagement__subject="As Exchange names")
    assert set(email.engagement.participants.values_list("user__email", flat=True)) == {None, RITA, JONAS}
    assert email.exchange_names == 0
