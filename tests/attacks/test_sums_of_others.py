"""A board's sums tell nobody of an engagement that its timeline does not show, however far the follower is behind.

an act takes an engagement from somebody's eyes ──commit──▶ the board is asked ──▶ the sums follow ──▶ asked again
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.domain.vocabulary import Role, Visibility
from crm.models import Opportunity
from tests.support.factories import (
    A_MONDAY,
    AccountFactory,
    ContactFactory,
    OpportunityFactory,
    OrganizationFactory,
    UserFactory,
)
from tests.support.recording import JANE, compose, record
from tests.support.standings import assert_sums_are_those_of_the_history
from timeline.changes.following import follow
from timeline.copies import take_back
from timeline.models import Engagement
from timeline.selectors.standings import Touched, numbers_by_kind, touched
from timeline.services.deletion import delete_engagement
from timeline.services.hiding import hide

pytestmark = pytest.mark.django_db

AHEAD = A_MONDAY + timedelta(days=30)
NOW = A_MONDAY + timedelta(days=1)


def it_is_hidden(mail, _):
    hide(organization=mail.organization, ids=[mail.pk], rule="a rule", now=NOW)


def it_is_deleted(mail, people):
    delete_engagement(engagement=mail, actor=people["alice"])


def it_is_taken_back_by_who_showed_it(mail, people):
    with transaction.atomic():
        take_back(mail.organization, people["carol"].pk, [mail.pk], now=NOW)


ACTS = [it_is_hidden, it_is_deleted, it_is_taken_back_by_who_showed_it]


@pytest.fixture
def people(acme, alice, bob, carol, dave, time_machine):
    """Alice is an admin, Bob a manager, Erin a rep who took no part; the stranger is another organization's manager."""
    time_machine.move_to(NOW, tick=False)
    erin = UserFactory(organization=acme, email="erin@acme.example", role=Role.REP)
    stranger = UserFactory(organization=OrganizationFactory(), role=Role.MANAGER)
    account = AccountFactory(organization=acme)
    ContactFactory(organization=acme, account=account, address=JANE)
    OpportunityFactory(organization=acme, account=account)
    return {"alice": alice, "bob": bob, "carol": carol, "dave": dave, "erin": erin, "stranger": stranger}


def arrives(acme, owner, number, visibility, **fields):
    """Jane's mail into a mailbox that shows it to these; a later number is a later mail."""
    mail = compose(acme, number, to=("carol@acme.example", "dave@acme.example"), **fields)
    record(acme, owner, mail, visibility=visibility)
    return Engagement.objects.get(email__message_key=mail.message_key)


def told(viewer):
    """What the board says of the one deal."""
    deal = Opportunity.objects.get()
    moments = touched(viewer, Opportunity.objects.all(), timezone.now())
    return numbers_by_kind(viewer, deal.pk)["all"], moments.get(deal.pk, Touched())


@pytest.mark.parametrize("is_followed", [True, False])
@pytest.mark.parametrize("visibility", list(Visibility))
def test_a_sum_is_of_what_the_viewer_sees(acme, people, visibility, is_followed):
    arrives(acme, people["carol"], 1, visibility)
    arrives(acme, people["carol"], 2, visibility, occurred_at=AHEAD)
    if is_followed:
        follow(now=NOW)
    assert_sums_are_those_of_the_history(people.values())
    assert told(people["stranger"]) == (0, Touched())
    sees = {"erin": visibility == Visibility.EVERYONE, "bob": visibility != Visibility.OWNER_ONLY, "carol": True}
    assert {name: told(people[name])[0] for name in sees} == {name: 2 * number for name, number in sees.items()}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("occurred_at", [A_MONDAY + timedelta(hours=1), AHEAD])
def test_what_is_seen_no_more_is_in_no_sum_from_the_commit_on(acme, people, act, occurred_at):
    arrives(acme, people["dave"], 1, Visibility.OWNER_ONLY, occurred_at=occurred_at)
    mail = arrives(acme, people["carol"], 1, Visibility.EVERYONE, occurred_at=occurred_at)
    earlier = arrives(acme, people["carol"], 2, Visibility.EVERYONE)
    follow(now=NOW)
    assert told(people["erin"])[0] == 2
    act(mail, people)
    for _ in ("told", "counted"):
        assert told(people["erin"]) == (1, Touched(earlier.occurred_at, earlier.occurred_at, None))
        assert_sums_are_those_of_the_history(people.values())
        follow(now=NOW)
