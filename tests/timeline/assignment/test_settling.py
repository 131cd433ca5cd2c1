"""Opportunity, account and owner of an engagement are one rule's answer, whoever asked for it last."""

import pytest

from tests.support.factories import (
    A_MONDAY,
    CallFactory,
    ContactFactory,
    OpportunityContactRoleFactory,
    OpportunityFactory,
    ParticipantFactory,
)
from tests.support.recording import JANE, compose, record, tell
from timeline.assignment.correct import correct_opportunity
from timeline.copies import take_back
from timeline.models import Engagement

pytestmark = pytest.mark.django_db


@pytest.fixture
def partners_deal(acme, dave, jane):
    """Jane has a role in a deal of another account than her own: her mail goes there, and it is wrong."""
    deal = OpportunityFactory(organization=acme, account__name="Initech", name="Partner's", owner=dave)
    OpportunityContactRoleFactory(opportunity=deal, contact=jane)
    return deal


def places():
    return list(
        Engagement.objects.order_by("occurred_at").values_list("opportunity__name", "account__name", "owner__email")
    )


def answers(organization, number=2):
    return compose(organization, number, references=("<1@globex.example>",))


def test_a_mail_corrected_to_no_deal_stands_under_its_own_customer(acme, bob, carol, jane, partners_deal):
    record(acme, carol, compose(acme, 1))
    assert places() == [("Partner's", "Initech", "dave@acme.example")]
    right = (None, "Globex", "carol@acme.example")

    correct_opportunity(engagement=Engagement.objects.get(), opportunity=None, actor=bob)
    assert places() == [right], "corrected"
    record(acme, carol, answers(acme))
    assert places() == [right] * 2, "the next mail of the conversation"
    tell(acme, contacts={jane.pk}, deals={partners_deal.pk}, accounts={partners_deal.account_id})
    assert places() == [right] * 2, "after a change in the CRM"


def test_each_moment_of_a_corrected_conversation_says_the_same(acme, bob, carol, jane, partners_deal):
    """All three at once: what the fault looks like where nobody stops at the first."""
    record(acme, carol, compose(acme, 1))
    correct_opportunity(engagement=Engagement.objects.get(), opportunity=None, actor=bob)
    seen = [places()]
    record(acme, carol, answers(acme))
    seen.append(places())
    tell(acme, contacts={jane.pk})
    seen.append(places())
    right = (None, "Globex", "carol@acme.example")
    assert seen == [[right], [right] * 2, [right] * 2]


def test_a_mail_corrected_to_a_deal_without_an_account_stands_under_its_own_customer(
    acme, bob, carol, jane, partners_deal
):
    loose = OpportunityFactory(organization=acme, account=None, name="Loose")
    record(acme, carol, compose(acme, 1))
    correct_opportunity(engagement=Engagement.objects.get(), opportunity=loose, actor=bob)
    record(acme, carol, answers(acme))
    right = ("Loose", "Globex", "carol@acme.example")
    assert places() == [right] * 2
    tell(acme, contacts={jane.pk})
    assert places() == [right] * 2


def test_a_call_corrected_to_no_deal_is_its_customers_and_its_hosts(acme, bob, carol, jane, partners_deal):
    call = CallFactory(organization=acme)
    ParticipantFactory(engagement=call, role="host", address="carol@acme.example", user=carol)
    ParticipantFactory(engagement=call, role="attendee", address=JANE, contact=jane, position=1)
    tell(acme, addresses={JANE})
    assert places() == [("Partner's", "Initech", "dave@acme.example")]
    correct_opportunity(engagement=call, opportunity=None, actor=bob)
    right = (None, "Globex", "carol@acme.example")
    assert places() == [right]
    tell(acme, contacts={jane.pk}, addresses={JANE})
    assert places() == [right]


def test_who_has_a_wrong_copy_taken_back_leaves_the_deal_that_only_that_person_led_to(acme, carol, dave, globex, jane):
    acme.owner_priority = True
    acme.save()
    OpportunityFactory(organization=acme, account=globex, name="Carol's", owner=carol)
    OpportunityFactory(organization=acme, account=globex, name="Dave's", owner=dave)
    mail = compose(acme, to=("sales@acme.example",))
    record(acme, dave, mail)
    alone = places()
    record(acme, carol, mail)
    take_back(acme, carol.pk, {Engagement.objects.get().pk}, now=A_MONDAY)
    assert places() == alone


def test_people_whom_a_later_copy_names_decide_as_if_the_first_had_named_them(acme, carol, dave, globex, jane):
    OpportunityFactory(organization=acme, account=globex, name="Hers")
    ContactFactory(organization=acme, address="jo@initech.example")
    bare = compose(acme, sender="jo@initech.example", to=())
    full = compose(acme, sender="jo@initech.example", to=(JANE,))
    record(acme, carol, bare)
    record(acme, dave, full)
    assert Engagement.objects.get().opportunity.name == "Hers"
