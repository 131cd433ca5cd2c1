"""What lies in Sent Items was sent by the mailbox's owner, whatever the item says of itself."""

import pytest

from mailsync.domain.vocabulary import Reason
from tests.support.mailboxes import RITA, World


def _subjects(world: World, start: str) -> list[str]:
    found = world.organization.emails.filter(engagement__subject__startswith=start)
    return sorted(found.values_list("engagement__subject", flat=True))


@pytest.mark.parametrize("days", [3, 20])
def test_a_sent_mail_that_says_it_is_a_draft_is_sent(synced: World, days: int):
    """Add-ins that encrypt move what they sent to Sent Items and leave the word standing."""
    date = synced.days_ago(days)
    synced.deliver(
        from_=RITA, to=[synced.customer()], subject="Draft sent", mailboxes=[RITA], folder="sentitems", is_draft=True,
        date=date, received=date,
    )  # fmt: skip
    assert synced.sync().is_in_sync
    assert _subjects(synced, "Draft") == ["Draft sent"]


@pytest.mark.parametrize("folder", ["sentitems", "inbox"])
def test_a_draft_elsewhere_and_one_whose_time_is_to_come_stay_drafts(synced: World, folder: str):
    date = synced.days_ago(-4_000 if folder == "sentitems" else 3)
    synced.deliver(
        from_=RITA, to=[synced.customer()], subject="Draft kept", mailboxes=[RITA], folder=folder, is_draft=True,
        date=date, received=date,
    )  # fmt: skip
    tally = synced.sync()
    assert tally.dropped[Reason.DRAFT] == 1
    assert _subjects(synced, "Draft") == []


@pytest.mark.parametrize(
    "name",
    [
        "/O=EXCHANGELABS/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=0A1B2C3D-RITA",
        "/o=Acme/ou=First/cn=Recipients/cn=rita",
        "IMCEAEX-_O=ACME_OU=FIRST_CN=RECIPIENTS_CN=RITA@eurprd01.prod.outlook.example",
    ],
)
def test_an_own_sent_mail_whose_from_is_an_exchange_name_is_the_owners(synced: World, name: str):
    synced.deliver(
        from_={"name": "Rita Lindqvist", "address": name}, to=[synced.customer()], subject="Named sent",
        mailboxes=[RITA], folder="sentitems",
    )  # fmt: skip
    assert synced.sync().is_in_sync
    assert _subjects(synced, "Named") == ["Named sent"]
    email = synced.organization.emails.get(engagement__subject="Named sent")
    assert email.engagement.direction == "outbound"
    assert email.engagement.participants.get(role="from").address == RITA
