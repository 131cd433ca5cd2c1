"""Where a customer record or a login is deleted, what pointed to it is said to have changed."""

from typing import Any

import pytest
from django.db.models import ForeignKey

from tests.support.factories import (
    AccountFactory,
    CallFactory,
    ContactFactory,
    ConversationFactory,
    LeadFactory,
    OpportunityFactory,
    UserFactory,
)
from timeline.changes.cascades import _WHOSE, BESIDE
from timeline.models import Association, Change, Conversation, Engagement, MailboxCopy, Participant

pytestmark = pytest.mark.django_db


def _point(call, **fields):
    Engagement.objects.filter(pk=call.pk).update(**fields)


def _associate(call, **record):
    Association.objects.create(organization=call.organization, engagement=call, occurred_at=call.occurred_at, **record)


def _let_take_part(call, **who):
    Participant.objects.create(
        organization=call.organization, engagement=call, role="attendee", address="jo@globex.example", **who
    )


def _let_hold(call, *, user):
    MailboxCopy.objects.create(
        organization=call.organization, engagement=call, user=user, visibility="everyone", detail="full_text"
    )


LEFT: list[tuple[Any, Any, str]] = [
    (AccountFactory, _point, "account"),
    (AccountFactory, _point, "reported_account"),
    (OpportunityFactory, _point, "opportunity"),
    (UserFactory, _point, "owner"),
    (ContactFactory, _associate, "contact"),
    (LeadFactory, _associate, "lead"),
    (ContactFactory, _let_take_part, "contact"),
    (LeadFactory, _let_take_part, "lead"),
    (UserFactory, _let_take_part, "user"),
    (UserFactory, _let_hold, "user"),
]


@pytest.mark.parametrize(("made", "lead_there", "column"), LEFT)
@pytest.mark.parametrize("in_bulk", [False, True])
def test_what_pointed_to_it_is_said_to_have_changed(acme, made, lead_there, column, in_bulk):
    call, _, row = CallFactory(organization=acme), CallFactory(organization=acme), made(organization=acme)
    lead_there(call, **{column: row})
    if in_bulk:
        type(row).objects.filter(pk=row.pk).delete()
    else:
        row.delete()
    assert set(Change.objects.values_list("resource", "resource_id", "change")) == {("engagement", call.pk, "written")}


def test_a_pinned_conversation_is_said_to_have_changed(acme):
    deal = OpportunityFactory(organization=acme)
    conversation = ConversationFactory(organization=acme)
    Conversation.objects.filter(pk=conversation.pk).update(pinned_opportunity=deal)
    deal.delete()
    assert set(Change.objects.values_list("resource", "resource_id")) == {("conversation", conversation.pk)}


def test_an_organization_goes_with_its_log(acme):
    CallFactory(organization=acme, opportunity=OpportunityFactory(organization=acme))
    ContactFactory(organization=acme)
    acme.delete()
    assert not Change.objects.exists()


def test_whatever_the_timeline_points_to_and_outlives_is_heard_of():
    """A further foreign key is a further way for a row to change behind everybody's back."""
    models: list[Any] = [*_WHOSE, Conversation]
    fields = [field for model in models for field in model._meta.get_fields()]
    pointed_to: set[Any] = {field.related_model for field in fields if isinstance(field, ForeignKey)}
    pointed_to = {model for model in pointed_to if model._meta.app_label != "timeline"}
    assert {model.__name__ for model in pointed_to} - {"Organization"} == {model.__name__ for model in BESIDE}
