"""Corrections by a person, and engagements filed again when the CRM changes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from crm.models import PersonAddress
from crm.services.ownership import link_owned_records
from tests.support.factories import (
    A_MONDAY,
    AccountFactory,
    CallFactory,
    ContactFactory,
    LeadFactory,
    OpportunityContactRoleFactory,
    OpportunityFactory,
)
from tests.support.recording import JANE, compose, record, tell
from timeline.assignment.correct import correct_opportunity
from timeline.domain.refusals import ForeignOpportunity
from timeline.models import Association, Engagement, Participant


def filed():
    return list(Engagement.objects.order_by("occurred_at").values_list("opportunity__name", "assignment_rule"))


def test_a_correction_pins_the_whole_conversation_and_is_audited(acme, bob, carol, dave, globex, jane):
    guessed = OpportunityFactory(organization=acme, account=globex, name="Guessed")
    right = OpportunityFactory(
        organization=acme, account=globex, name="Right", owner=dave, crm_modified_at=A_MONDAY - timedelta(days=9)
    )
    record(acme, carol, compose(acme, 1), compose(acme, 2, references=("<1@globex.example>",)))
    engagement = Engagement.objects.order_by("occurred_at")[0]
    corrected = correct_opportunity(engagement=engagement, opportunity=right, actor=bob)
    assert (corrected.opportunity, corrected.owner, corrected.assignment_certain) == (right, dave, True)
    record(acme, carol, compose(acme, 3, references=("<2@globex.example>",)))
    tell(acme, accounts={globex.id})
    assert filed() == [("Right", "pinned")] * 3
    event, moved = AuditEvent.objects.get(), {"from": str(guessed.id), "opportunity": str(right.id)}
    assert (event.actor, event.verb, event.detail) == (bob, "corrected", moved)


def test_a_correction_to_no_deal_holds_too(acme, bob, carol, globex, jane):
    OpportunityFactory(organization=acme, account=globex)
    record(acme, carol, compose(acme, 1))
    correct_opportunity(engagement=Engagement.objects.get(), opportunity=None, actor=bob)
    record(acme, carol, compose(acme, 2, references=("<1@globex.example>",)))
    tell(acme, accounts={globex.id})
    assert filed() == [(None, "pinned")] * 2
    assert set(Engagement.objects.values_list("owner", "account")) == {(carol.id, globex.id)}


def test_a_call_is_corrected_alone(acme, bob, globex):
    deal = OpportunityFactory(organization=acme, account=globex, name="Deal")
    first, second = CallFactory(organization=acme), CallFactory(organization=acme)
    correct_opportunity(engagement=first, opportunity=deal, actor=bob)
    second.refresh_from_db()
    assert (first.opportunity, first.account, second.opportunity) == (deal, globex, None)


def test_another_organizations_deal_is_refused(acme, rival, bob, jane, carol):
    record(acme, carol, compose(acme))
    with pytest.raises(ForeignOpportunity):
        correct_opportunity(
            engagement=Engagement.objects.get(), opportunity=OpportunityFactory(organization=rival), actor=bob
        )
    assert not AuditEvent.objects.exists()


def test_a_deal_that_opens_takes_the_mail_that_stood_under_none(acme, carol, globex, jane):
    record(acme, carol, compose(acme, 1))
    OpportunityFactory(organization=acme, account=globex, name="New", crm_created_at=A_MONDAY + timedelta(days=1))
    tell(acme, accounts={globex.id})
    assert filed() == [("New", "most_recently_updated_open")]


def test_a_deal_that_closes_leaves_its_mail_to_the_open_one(acme, carol, globex, jane):
    first = OpportunityFactory(organization=acme, account=globex, name="First", crm_modified_at=A_MONDAY)
    OpportunityFactory(organization=acme, account=globex, name="Second")
    record(acme, carol, compose(acme, 1))
    assert filed() == [("First", "most_recently_updated_open")]
    first.is_closed, first.close_date = True, A_MONDAY.date()
    first.save()
    tell(acme, accounts={globex.id})
    assert filed() == [("Second", "most_recently_updated_open")]


def test_the_next_deal_leaves_the_last_one_its_history(acme, carol, globex, jane):
    last = OpportunityFactory(organization=acme, account=globex, name="Last")
    record(acme, carol, compose(acme, 1))
    last.is_closed, last.is_won, last.close_date = True, True, A_MONDAY.date()
    last.save()
    OpportunityFactory(organization=acme, account=globex, name="Next", crm_created_at=A_MONDAY + timedelta(days=3))
    tell(acme, accounts={globex.id})
    assert filed() == [("Last", "recently_closed")]
    record(acme, carol, compose(acme, 2, occurred_at=A_MONDAY + timedelta(days=4)))
    assert filed()[1] == ("Next", "most_recently_updated_open")


def test_a_deal_that_changes_hands_takes_its_mail_along(acme, carol, dave, globex, jane):
    deal = OpportunityFactory(organization=acme, account=globex, owner=carol)
    record(acme, carol, compose(acme))
    deal.owner = dave
    deal.save()
    tell(acme, deals={deal.id})
    assert Engagement.objects.get().owner == dave
    deal.owner = None
    deal.save()
    tell(acme, deals={deal.id})
    assert Engagement.objects.get().owner == carol


def test_an_owner_who_gets_a_login_later_owns_the_mail(acme, carol, dave, globex, jane):
    OpportunityFactory(organization=acme, account=globex, owner_email="Dave@acme.example")
    record(acme, carol, compose(acme))
    assert Engagement.objects.get().owner == carol
    link_owned_records(user=dave)
    assert Engagement.objects.get().owner == dave


def test_a_contact_role_is_stronger_than_the_accounts_other_deals(acme, carol, globex, jane):
    OpportunityFactory(organization=acme, account=globex, name="Other", crm_modified_at=A_MONDAY)
    record(acme, carol, compose(acme))
    assert filed() == [("Other", "most_recently_updated_open")]
    role = OpportunityContactRoleFactory(opportunity__organization=acme, opportunity__name="Hers", contact=jane)
    tell(acme, contacts={jane.id})
    assert filed() == [("Hers", "contact_role")]
    assert Engagement.objects.get().account == role.opportunity.account


def test_a_new_contact_is_linked_to_the_mail_already_there(acme, carol, globex, jane):
    record(acme, carol, compose(acme, cc=("jo+deals@globex.example", "dave@acme.example")))
    jo = ContactFactory(organization=acme, account=globex, address="jo@globex.example")
    dave_in_crm = ContactFactory(organization=acme, address="dave@acme.example")
    tell(acme, addresses={"jo@globex.example", "dave@acme.example"})
    assert Participant.objects.get(address="jo+deals@globex.example").contact == jo
    assert Association.objects.filter(contact=jo).count() == 1
    assert not Association.objects.filter(contact=dave_in_crm).exists(), "our own people are no customers"


def test_a_converted_lead_hands_its_mail_to_the_contact(acme, carol, globex):
    lead = LeadFactory(organization=acme, address=JANE)
    record(acme, carol, compose(acme))
    lead.is_converted, lead.converted_contact = True, ContactFactory(organization=acme, account=globex)
    lead.save()
    tell(acme, addresses={JANE})
    [association, of_account] = Association.objects.order_by("account")
    assert (association.contact, association.lead, of_account.account) == (lead.converted_contact, None, globex)
    assert Engagement.objects.get().account == globex


def test_a_domain_that_enters_the_directory_files_the_mail_under_its_account(acme, carol, globex, jane):
    other = AccountFactory(organization=acme, name="Initech")
    record(acme, carol, compose(acme, 1, cc=("x@eu.initech.example",)))
    other.domains.create(organization=acme, domain="initech.example")
    tell(acme, domains={"initech.example"})
    assert Association.objects.filter(account=other).count() == 1


def test_a_mail_that_matches_nobody_any_more_keeps_its_place(acme, carol, globex, jane):
    OpportunityFactory(organization=acme, account=globex, name="Deal")
    record(acme, carol, compose(acme))
    PersonAddress.objects.all().delete()
    tell(acme, addresses={JANE})
    assert filed() == [("Deal", "most_recently_updated_open")]
    assert Association.objects.count() == 2


def test_a_mail_that_matches_nobody_any_more_is_still_its_deals_owners(acme, carol, dave, globex, jane):
    deal = OpportunityFactory(organization=acme, account=globex, name="Deal", owner=carol)
    record(acme, carol, compose(acme))
    PersonAddress.objects.all().delete()
    deal.owner = dave
    deal.save()
    tell(acme, addresses={JANE}, deals={deal.id})
    assert filed() == [("Deal", "most_recently_updated_open")]
    assert Engagement.objects.get().owner == dave


def test_a_call_with_a_given_deal_is_left_alone(acme, globex, jane):
    given = OpportunityFactory(organization=acme, account=globex, name="Given", is_closed=True)
    call = CallFactory(organization=acme, opportunity=given, account=globex, assignment_rule="given")
    call.participants.create(organization=acme, role="attendee", address=JANE)
    OpportunityFactory(organization=acme, account=globex, name="Open")
    tell(acme, addresses={JANE}, deals={given.id})
    assert filed() == [("Given", "given")]


def test_only_the_own_organization_is_filed_again(acme, rival, carol, mallory, globex, jane):
    ContactFactory(organization=rival, address=JANE)
    record(rival, mallory, compose(rival))
    before = Engagement.objects.values().get()
    tell(acme, addresses={JANE}, accounts={globex.id}, contacts={jane.id})
    assert Engagement.objects.values().get() == before


def test_filing_again_costs_the_same_for_three_and_for_thirty(acme, carol, globex, jane):
    counts = []
    for start, size in ((100, 3), (200, 30)):
        record(acme, carol, *[compose(acme, start + n) for n in range(size)])
        deal = OpportunityFactory(organization=acme, account=globex, crm_modified_at=A_MONDAY)
        with CaptureQueriesContext(connection) as captured:
            tell(acme, accounts={globex.id})
        counts.append(len(captured))
        deal.delete()
    assert counts[0] == counts[1]


def test_many_mails_move_as_few_do_and_their_texts_are_not_read(acme, carol, dave, globex, jane):
    """Some to one deal, some to another, one that is alone in its place."""
    other = ContactFactory(organization=acme, account__organization=acme, address="jo@initech.example")
    record(acme, carol, *[compose(acme, number) for number in range(1, 31)])
    record(acme, carol, *[compose(acme, number, sender="jo@initech.example") for number in range(31, 61)])
    record(acme, dave, compose(acme, 61, to=("dave@acme.example",)))
    accounts = {globex.pk, other.account_id}
    for name, account in (("One", globex), ("Two", other.account)):
        OpportunityFactory(organization=acme, account=account, name=name)
    with CaptureQueriesContext(connection) as captured:
        tell(acme, accounts=accounts)
    assert not any("new_text" in query["sql"] for query in captured.captured_queries)
    rows = Engagement.objects.order_by("occurred_at").values_list("opportunity__name", "owner__email")
    assert list(rows) == [
        *[("One", carol.email)] * 30, *[("Two", carol.email)] * 30, ("One", dave.email)
    ]  # fmt: skip
    candidates = {row.opportunity_id: set(row.assignment_candidates) for row in Engagement.objects.all()}
    assert all(found == {str(deal)} for deal, found in candidates.items())
