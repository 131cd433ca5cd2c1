"""What the rules were not sure of is reviewed by people, and what they decide is offered as a rule (F25)."""

import re

import pytest

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import AuditEvent
from tests.support.api_client import PREFIX, client_of
from tests.support.factories import A_MONDAY, AccountFactory, ContactFactory, OpportunityFactory
from tests.support.recording import JANE, compose, record
from tests.support.scenery import queries_of
from timeline.models import Engagement, FilingRule

pytestmark = pytest.mark.django_db


@pytest.fixture
def doubtful(acme, carol):
    """A mail of Jane's to Carol; Globex has two open deals, and the one updated last was chosen."""
    globex = AccountFactory(organization=acme, name="Globex")
    ContactFactory(organization=acme, account=globex, address=JANE, first_name="Jane", last_name="Doe")
    OpportunityFactory(organization=acme, account=globex, name="Old", crm_modified_at=A_MONDAY)
    OpportunityFactory(organization=acme, account=globex, name="New")
    record(acme, carol, compose(acme, 1))
    return Engagement.objects.get()


def file_under(client, engagement, name):
    deal = engagement.organization.opportunities.get(name=name)
    return client.post(f"/engagements/{engagement.pk}/assignment/", {"opportunity": str(deal.pk)}, follow=True)


def follow_offer(client, page, engagement):
    """Press the button that the page offers."""
    contact = re.search(r'name="contact" value="([^"]+)"', page)
    assert contact, page
    return client.post(f"/engagements/{engagement.pk}/assignment/rule/", {"contact": contact[1]}, follow=True)


def test_doubtful_mail_is_listed_until_a_person_decides(client, carol, doubtful):
    client.force_login(carol)
    page = client.get("/review/").content.decode()
    assert doubtful.conversation.subject in page
    assert client_of(carol).get(f"{PREFIX}engagements/?certain=false").json()["results"][0]["id"] == str(doubtful.pk)
    file_under(client, doubtful, doubtful.opportunity.name)
    assert "Nothing is in doubt" in client.get("/review/").content.decode()
    assert client_of(carol).get(f"{PREFIX}engagements/?certain=false").json()["results"] == []
    assert client_of(carol).get(f"{PREFIX}engagements/?certain=true").json()["results"][0]["id"] == str(doubtful.pk)


def test_the_list_costs_the_same_for_one_and_for_many(client, acme, carol, doubtful):
    few = queries_of(client, carol, "/review/")
    record(acme, carol, *[compose(acme, number) for number in range(10, 20)])
    assert queries_of(client, carol, "/review/") == few


def test_what_is_not_the_viewers_to_see_is_not_the_viewers_to_review(client, dave, eve, doubtful):
    Engagement.objects.update(visibility=Visibility.OWNER_ONLY)
    for stranger in (dave, eve):
        client.force_login(stranger)
        page = client.get("/review/").content.decode()
        assert "Nothing is in doubt" in page
        assert client_of(stranger).get(f"{PREFIX}engagements/?certain=false").json()["results"] == []


def test_a_correction_is_offered_as_a_rule_and_the_rule_decides(client, acme, carol, doubtful):
    record(acme, carol, compose(acme, 5))
    client.force_login(carol)
    page = file_under(client, doubtful, "New").content.decode()
    assert "File everything with <bdi>Jane Doe</bdi> under <bdi>New</bdi>" in page
    page = follow_offer(client, page, doubtful).content.decode()
    assert "What is exchanged with Jane Doe goes to New" in page
    record(acme, carol, compose(acme, 6))
    filed = list(Engagement.objects.order_by("occurred_at").values_list("opportunity__name", "assignment_rule"))
    assert filed == [("New", "pinned"), ("New", "learned"), ("New", "learned")]
    assert set(Engagement.objects.values_list("assignment_certain", flat=True)) == {True}
    assert (
        "A colleague decided that what is exchanged"
        in client.get(f"/engagements/{Engagement.objects.order_by('-occurred_at')[0].pk}/assignment/").content.decode()
    )
    assert list(AuditEvent.objects.order_by("sequence").values_list("verb", flat=True))[-1] == "added"


def test_a_rule_that_is_taken_back_leaves_the_correction_and_nothing_else(client, acme, carol, doubtful):
    record(acme, carol, compose(acme, 5))
    client.force_login(carol)
    follow_offer(client, file_under(client, doubtful, "New").content.decode(), doubtful)
    rule = FilingRule.objects.get()
    client.post(f"/review/rules/{rule.pk}/take-back/")
    filed = list(Engagement.objects.order_by("occurred_at").values_list("opportunity__name", "assignment_certain"))
    assert filed == [("New", True), ("Old", False)]


def test_a_rule_ends_with_its_deal(acme, carol, doubtful):
    new = acme.opportunities.get(name="New")
    FilingRule.objects.create(organization=acme, contact=acme.contacts.get(), opportunity=new)
    new.is_closed, new.close_date = True, A_MONDAY.date()
    new.save()
    record(acme, carol, compose(acme, 5))
    assert Engagement.objects.order_by("-occurred_at")[0].opportunity.name == "Old"


def test_a_rule_under_the_own_deal_brings_nobody_colleagues_mail(client, acme, carol, dave, doubtful):
    record(acme, carol, compose(acme, 5, text="Only for Carol", new_text="Only for Carol"), detail=Detail.METADATA)
    mine = OpportunityFactory(organization=acme, account=doubtful.account, name="Mine", owner=dave)
    client.force_login(dave)
    page = file_under(client, doubtful, "Mine").content.decode()
    follow_offer(client, page, doubtful)
    assert FilingRule.objects.get().made_by == dave
    assert Engagement.objects.filter(opportunity=mine, owner=dave).count() == 2
    assert "Only for Carol" not in client.get(f"/deals/{mine.pk}/").content.decode()


def test_a_colleagues_rule_is_the_colleagues_or_a_managers_to_change(client, acme, bob, carol, dave, doubtful):
    rule = FilingRule.objects.create(
        organization=acme, contact=acme.contacts.get(), opportunity=acme.opportunities.get(name="New"), made_by=carol
    )
    client.force_login(dave)
    page = client.post(f"/review/rules/{rule.pk}/take-back/", follow=True).content.decode()
    assert "Carol made this rule" in page
    client.force_login(bob)
    client.post(f"/review/rules/{rule.pk}/take-back/")
    assert not FilingRule.objects.exists()


def test_another_organization_neither_makes_nor_takes_back_a_rule(client, acme, carol, eve, doubtful):
    rule = FilingRule.objects.create(
        organization=acme, contact=acme.contacts.get(), opportunity=acme.opportunities.get(name="New"), made_by=carol
    )
    client.force_login(eve)
    assert client.post(f"/review/rules/{rule.pk}/take-back/").status_code == 404
    assert (
        client.post(f"/engagements/{doubtful.pk}/assignment/rule/", {"contact": str(rule.contact_id)}).status_code
        == 404
    )
    assert FilingRule.objects.count() == 1
    assert "Jane Doe" not in client.get("/review/").content.decode()


def test_what_is_not_offered_is_not_made(client, acme, carol, doubtful):
    foreign = ContactFactory(organization=acme)
    client.force_login(carol)
    for contact in (str(foreign.pk), "", "x"):
        page = client.post(f"/engagements/{doubtful.pk}/assignment/rule/", {"contact": contact}, follow=True)
        assert "not offered here" in page.content.decode()
    assert not FilingRule.objects.exists()
