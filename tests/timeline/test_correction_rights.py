"""A correction moves a conversation; it gives nobody rights over what a colleague exchanged."""

import pytest

from accounts.domain.vocabulary import Detail
from tests.api_client import PREFIX, client_of
from tests.factories import ContactFactory, OpportunityFactory, ParticipantFactory
from tests.scenery import scene
from tests.timeline.test_recording import JANE, compose, record
from timeline.models import Conversation, Engagement

pytestmark = pytest.mark.django_db


@pytest.fixture
def carols(carol):
    """A conversation of Carol's with Jane, on Carol's deal."""
    globex = scene(carol)
    first = globex.mail("Our floor is 40k.")
    globex.mail("Agreed.", conversation=first.conversation)
    return first


def file_under(actor, engagement, deal):
    return client_of(actor).patch(f"{PREFIX}engagements/{engagement.pk}/", {"opportunity": str(deal.pk)})


def test_a_rep_cannot_file_a_colleagues_conversation_under_the_own_deal_and_delete_it(carols, dave):
    answer = file_under(dave, carols, OpportunityFactory(organization=dave.organization, owner=dave))
    assert answer.status_code == 403
    assert "ask somebody who took part" in answer.json()["detail"]
    assert client_of(dave).delete(f"{PREFIX}conversations/{carols.conversation_id}/").status_code == 403
    assert Conversation.objects.get().pinned_at is None


def test_who_took_part_in_one_mail_gains_no_hold_of_the_others(carols, dave):
    ParticipantFactory(engagement=carols, role="cc", address=dave.email, user=dave)
    assert file_under(dave, carols, OpportunityFactory(organization=dave.organization, owner=dave)).status_code == 403


@pytest.mark.parametrize("role", ["dave", "bob", "alice"])
@pytest.mark.parametrize("detail", [Detail.METADATA, Detail.SUBJECT])
def test_nobody_reads_by_a_correction_what_was_not_theirs_to_read(carols, request, role, detail):
    actor = request.getfixturevalue(role)
    Engagement.objects.update(detail=detail)
    answer = file_under(actor, carols, OpportunityFactory(organization=actor.organization, owner=actor))
    assert answer.status_code == 403
    body = client_of(actor).get(f"{PREFIX}engagements/{carols.pk}/").json()
    assert body["email"]["text"] == ""


def test_the_page_refuses_in_words(client, carols, dave):
    deal = OpportunityFactory(organization=dave.organization, account=carols.account, owner=dave)
    client.force_login(dave)
    answer = client.post(f"/engagements/{carols.pk}/assignment/", {"opportunity": str(deal.pk)}, follow=True)
    assert "ask somebody who took part" in answer.content.decode()
    assert not Engagement.objects.filter(owner=dave).exists()


def test_a_call_of_a_colleague_stays_the_colleagues(carol, dave):
    call = scene(carol).call()
    assert file_under(dave, call, OpportunityFactory(organization=dave.organization, owner=dave)).status_code == 403


def test_whoever_took_part_in_all_of_it_files_it_under_the_own_deal(carols, dave):
    for mail in Engagement.objects.all():
        ParticipantFactory(engagement=mail, role="cc", address=dave.email, user=dave)
    assert file_under(dave, carols, OpportunityFactory(organization=dave.organization, owner=dave)).status_code == 200


def test_a_manager_who_reads_all_of_it_files_it_under_the_own_deal(carols, bob):
    assert file_under(bob, carols, OpportunityFactory(organization=bob.organization, owner=bob)).status_code == 200


def test_any_colleague_who_sees_it_files_it_under_a_deal_of_another(carols, carol, dave):
    deal = OpportunityFactory(organization=dave.organization, owner=carol)
    assert file_under(dave, carols, deal).status_code == 200


def test_a_mail_that_joins_two_conversations_brings_no_colleagues_mail_into_the_own_hands(acme, carol, dave):
    """Dave files a conversation of the own under the own deal and writes a mail that answers Carol's, too."""
    ContactFactory(organization=acme, address=JANE)
    record(acme, carol, compose(acme, 1), detail=Detail.METADATA)
    record(acme, dave, compose(acme, 2, to=(dave.email,)))
    mine = Engagement.objects.get(owner=dave)
    assert file_under(dave, mine, OpportunityFactory(organization=acme, owner=dave)).status_code == 200
    joining = compose(acme, 3, to=(dave.email,), references=("<1@globex.example>", "<2@globex.example>"))
    record(acme, dave, joining)
    carols = Engagement.objects.get(email__internet_message_id="<1@globex.example>")
    assert Conversation.objects.get().engagements.count() == 3
    assert carols.owner == carol
    body = client_of(dave).get(f"{PREFIX}engagements/{carols.pk}/").json()
    assert body["email"]["text"] == ""
    assert client_of(dave).delete(f"{PREFIX}engagements/{carols.pk}/").status_code == 403
