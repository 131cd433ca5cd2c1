"""A correction moves a conversation; it gives nobody a right over what colleagues exchanged, and takes none."""

import pytest

from accounts.domain.vocabulary import Detail
from tests.support.api_client import PREFIX, client_of
from tests.support.factories import ContactFactory, OpportunityFactory, ParticipantFactory
from tests.support.recording import JANE, compose, record
from tests.support.scenery import scene
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


def test_a_rep_files_a_colleagues_conversation_under_the_own_deal_and_may_not_delete_it(carols, dave):
    answer = file_under(dave, carols, OpportunityFactory(organization=dave.organization, owner=dave))
    assert (answer.status_code, answer.json()["owner"]["email"]) == (200, dave.email)
    refusal = client_of(dave).delete(f"{PREFIX}conversations/{carols.conversation_id}/")
    assert refusal.status_code == 403
    assert "ask an admin" in refusal.json()["detail"]


def test_who_took_part_in_one_mail_may_delete_neither_it_nor_the_others(carols, dave):
    ParticipantFactory(engagement=carols, role="cc", address=dave.email, user=dave)
    file_under(dave, carols, OpportunityFactory(organization=dave.organization, owner=dave))
    for mail in Engagement.objects.all():
        assert client_of(dave).delete(f"{PREFIX}engagements/{mail.pk}/").status_code == 403


@pytest.mark.parametrize("role", ["dave", "bob", "alice"])
@pytest.mark.parametrize("detail", [Detail.METADATA, Detail.SUBJECT])
def test_nobody_reads_by_a_correction_what_was_not_theirs_to_read(carols, request, role, detail):
    actor = request.getfixturevalue(role)
    Engagement.objects.update(detail=detail)
    answer = file_under(actor, carols, OpportunityFactory(organization=actor.organization, owner=actor))
    assert answer.status_code == 200
    body = client_of(actor).get(f"{PREFIX}engagements/{carols.pk}/").json()
    assert (body["owner"]["email"], body["email"]["text"]) == (actor.email, "")


def test_a_call_of_a_colleague_stays_the_colleagues(carol, dave):
    call = scene(carol).call()
    assert file_under(dave, call, OpportunityFactory(organization=dave.organization, owner=dave)).status_code == 200
    assert client_of(dave).delete(f"{PREFIX}engagements/{call.pk}/").status_code == 403
    assert client_of(carol).delete(f"{PREFIX}engagements/{call.pk}/").status_code == 204


def test_a_mail_that_joins_two_conversations_brings_no_colleagues_mail_into_the_own_hands(acme, carol, dave):
    """Dave files a conversation of the own under the own deal and writes a mail that answers Carol's, too."""
    ContactFactory(organization=acme, address=JANE)
    record(acme, carol, compose(acme, 1), detail=Detail.METADATA)
    record(acme, dave, compose(acme, 2, to=(dave.email,)))
    mine = Engagement.objects.get(owner=dave)
    assert file_under(dave, mine, OpportunityFactory(organization=acme, owner=dave)).status_code == 200
    record(acme, dave, compose(acme, 3, to=(dave.email,), references=("<1@globex.example>", "<2@globex.example>")))
    carols = Engagement.objects.get(email__internet_message_id="<1@globex.example>")
    assert Conversation.objects.get().engagements.count() == 3
    assert carols.owner == dave
    body = client_of(dave).get(f"{PREFIX}engagements/{carols.pk}/").json()
    assert body["email"]["text"] == ""
    assert client_of(dave).delete(f"{PREFIX}engagements/{carols.pk}/").status_code == 403
    assert client_of(carol).delete(f"{PREFIX}engagements/{carols.pk}/").status_code == 204
    assert client_of(dave).delete(f"{PREFIX}engagements/{mine.pk}/").status_code == 204
