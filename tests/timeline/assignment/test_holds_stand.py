"""What is held for the place where it stands does not leave that place, by whatever way, and so is not deleted."""

from datetime import timedelta

import pytest

from tests.support.api_client import PREFIX, client_of
from tests.support.factories import (
    A_MONDAY,
    AccountFactory,
    ContactFactory,
    LegalHoldFactory,
    OpportunityFactory,
    RetentionPolicyFactory,
    UserFactory,
)
from tests.support.recording import JANE, compose, record, tell
from timeline.models import Association, Engagement
from timeline.services.retention import purge_expired

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(acme, carol, globex):
    return OpportunityFactory(organization=acme, account=globex, name="Held", owner=carol)


@pytest.fixture
def mail(acme, carol, jane, deal):
    record(acme, carol, compose(acme, 1))
    return Engagement.objects.get()


@pytest.fixture
def hold(acme, deal, mail):
    return LegalHoldFactory(organization=acme, scope="opportunity", opportunity=deal)


def is_kept(organization):
    """Whether the strictest policy, much later, leaves the mail alone."""
    RetentionPolicyFactory(organization=organization, months=1, keep_open_opportunities=False)
    purge_expired(organization=organization, now=A_MONDAY + timedelta(days=400))
    return Engagement.objects.exists()


def test_a_correction_is_no_way_out_of_a_hold(acme, carol, mail, hold):
    other = OpportunityFactory(organization=acme, account=mail.account, owner=carol)
    for target in (None, str(other.pk)):
        answer = client_of(carol).patch(f"{PREFIX}engagements/{mail.pk}/", {"opportunity": target})
        assert answer.status_code == 409
        assert "legal hold" in answer.json()["detail"]
    assert client_of(carol).delete(f"{PREFIX}conversations/{mail.conversation_id}/").status_code == 409
    assert is_kept(acme)


def test_the_page_says_so(client, carol, mail, hold):
    client.force_login(carol)
    page = client.post(f"/engagements/{mail.pk}/assignment/", {"opportunity": ""}, follow=True)
    assert "A legal hold covers this where it stands" in page.content.decode()


def test_confirming_a_held_mail_where_it_stands_is_allowed(carol, mail, deal, hold):
    answer = client_of(carol).patch(f"{PREFIX}engagements/{mail.pk}/", {"opportunity": str(deal.pk)})
    assert answer.status_code == 200


def test_once_released_it_can_be_filed_elsewhere(carol, mail, hold):
    hold.released_at = A_MONDAY
    hold.save()
    assert client_of(carol).patch(f"{PREFIX}engagements/{mail.pk}/", {"opportunity": None}).status_code == 200


def test_a_change_in_the_crm_takes_nothing_out_of_a_hold_but_changes_hands(acme, dave, globex, mail, deal, hold):
    OpportunityFactory(organization=acme, account=globex, name="Open")
    deal.is_closed, deal.close_date, deal.owner = True, (A_MONDAY - timedelta(days=60)).date(), dave
    deal.save()
    tell(acme, deals={deal.pk}, accounts={globex.pk})
    mail.refresh_from_db()
    assert (mail.opportunity, mail.owner) == (deal, dave)
    assert is_kept(acme)


def test_a_contact_or_account_under_a_hold_keeps_its_mail_when_people_move(acme, globex, jane, mail):
    for scope, record_ in (("account", globex), ("contact", jane)):
        LegalHoldFactory(organization=acme, scope=scope, **{scope: record_})
    elsewhere = AccountFactory(organization=acme)
    jane.addresses.all().delete()
    ContactFactory(organization=acme, account=elsewhere, address=JANE)
    tell(acme, addresses={JANE})
    kept = set(Association.objects.values_list("account", "contact"))
    assert {(globex.pk, None), (None, jane.pk), (elsewhere.pk, None)} <= kept
    mail.refresh_from_db()
    assert mail.account == globex
    assert is_kept(acme)


def test_a_pinned_conversation_that_joins_takes_nothing_out_of_a_hold(acme, carol, bob, globex, mail, deal, hold):
    other = OpportunityFactory(organization=acme, account=globex, name="Pinned", crm_modified_at=A_MONDAY)
    record(acme, carol, compose(acme, 2))
    second = Engagement.objects.exclude(pk=mail.pk).get()
    client_of(bob).patch(f"{PREFIX}engagements/{second.pk}/", {"opportunity": str(other.pk)})
    record(acme, carol, compose(acme, 3, references=("<1@globex.example>", "<2@globex.example>")))
    mail.refresh_from_db()
    assert mail.conversation == Engagement.objects.get(pk=second.pk).conversation
    assert mail.opportunity == deal


def test_another_mailbox_takes_nothing_out_of_a_hold(acme, carol, jane, deal, globex):
    """Two people got it by a list; the deal of the one whose mailbox was read first is held."""
    acme.owner_priority = True
    acme.save()
    deal.owner = UserFactory(organization=acme)
    deal.save()
    OpportunityFactory(organization=acme, account=globex, name="Carols", owner=carol, crm_modified_at=A_MONDAY)
    mail = compose(acme, 1, to=("sales@acme.example",))
    record(acme, deal.owner, mail)
    LegalHoldFactory(organization=acme, scope="opportunity", opportunity=deal)
    record(acme, carol, mail)
    assert Engagement.objects.get().email.inbox_owner == carol
    assert Engagement.objects.get().opportunity == deal
