"""The console's pages about keeping and deleting: retention, holds, erasure."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from tests.support.factories import (
    AccountFactory,
    ContactFactory,
    EngagementFactory,
    LegalHoldFactory,
    ParticipantFactory,
    RetentionPolicyFactory,
    UserFactory,
)
from timeline.models import Engagement, LegalHold, RetentionPolicy

ADD_POLICY, ADD_HOLD = "admin:timeline_retentionpolicy_add", "admin:timeline_legalhold_add"
JANE = "jane@globex.example"
ERASE = "admin:timeline_suppression_erase"


@pytest.fixture
def console(alice):
    client = Client()
    client.force_login(alice)
    return client


def an_old_call(organization):
    return EngagementFactory(organization=organization, kind="call", occurred_at=timezone.now() - timedelta(days=400))


def test_a_policy_says_what_falls_due_before_it_is_saved(console, acme):
    an_old_call(acme)
    body = {"months": "12", "keep_open_opportunities": "on"}
    answer = console.post(reverse(ADD_POLICY), body)
    assert "1 engagements are older than that" in answer.content.decode()
    assert not RetentionPolicy.objects.exists()
    console.post(reverse(ADD_POLICY), {**body, "_confirmed": "Save all the same"})
    policy = RetentionPolicy.objects.get()
    assert (policy.organization, policy.months) == (acme, 12)
    assert AuditEvent.objects.get(verb="added", subject_type="retentionpolicy")


def test_a_policy_under_which_nothing_falls_due_is_saved_at_once(console, acme):
    console.post(reverse(ADD_POLICY), {"months": "36"})
    assert RetentionPolicy.objects.get().organization == acme


def test_a_change_says_what_falls_due_and_keeps_its_fields_for_the_confirmation(console, acme):
    an_old_call(acme)
    policy = RetentionPolicyFactory(organization=acme, months=36)
    address = reverse("admin:timeline_retentionpolicy_change", args=[policy.pk])
    answer = console.post(address, {"months": "6"})
    assert '<input type="hidden" name="months" value="6">' in answer.content.decode()
    policy.refresh_from_db()
    assert policy.months == 36
    console.post(address, {"months": "6", "_confirmed": "1"})
    policy.refresh_from_db()
    assert policy.months == 6
    assert AuditEvent.objects.get(verb="changed").detail["fields"]


@pytest.mark.parametrize("months", ["0", "37", "-1", "x", ""])
def test_only_one_to_thirty_six_months_are_a_policy(console, months):
    answer = console.post(reverse(ADD_POLICY), {"months": months})
    assert answer.status_code == 200
    assert "months" in answer.context["adminform"].form.errors
    assert not RetentionPolicy.objects.exists()


def test_an_organization_has_one_policy(console, acme):
    RetentionPolicyFactory(organization=acme)
    assert console.get(reverse(ADD_POLICY)).status_code == 403
    assert console.post(reverse(ADD_POLICY), {"months": "3", "_confirmed": "1"}).status_code == 403
    assert RetentionPolicy.objects.count() == 1


def test_a_hold_is_placed_by_whoever_places_it(console, acme, alice):
    account = AccountFactory(organization=acme)
    console.post(reverse(ADD_HOLD), {"scope": "account", "account": str(account.pk), "reason": "Litigation"})
    hold = LegalHold.objects.get()
    assert (hold.organization, hold.account, hold.placed_by, hold.released_at) == (acme, account, alice, None)
    assert AuditEvent.objects.get(verb="placed_hold").detail == {"scope": "account"}


def test_a_hold_names_exactly_what_its_scope_says(console, acme):
    account = AccountFactory(organization=acme)
    for body in (
        {"scope": "account", "reason": "x"},
        {"scope": "organization", "account": str(account.pk), "reason": "x"},
        {"scope": "conversation", "account": str(account.pk), "reason": "x"},
        {"scope": "conversation", "conversation": "not-an-id", "reason": "x"},
        {"scope": "account", "account": str(account.pk)},
        {"scope": "", "reason": "x"},
    ):
        assert console.post(reverse(ADD_HOLD), body).status_code == 200, body
    assert not LegalHold.objects.exists()


def test_a_hold_is_released_and_stays_on_record(console, acme, alice):
    hold = LegalHoldFactory(organization=acme)
    body = {"action": "release", "_selected_action": [hold.pk]}
    answer = console.post(reverse("admin:timeline_legalhold_changelist"), body, follow=True)
    assert "1 holds were released." in answer.content.decode()
    hold.refresh_from_db()
    assert hold.released_at is not None
    first = hold.released_at
    console.post(reverse("admin:timeline_legalhold_changelist"), body)
    hold.refresh_from_db()
    assert hold.released_at == first
    assert AuditEvent.objects.get(verb="released_hold").actor == alice
    assert console.post(reverse("admin:timeline_legalhold_delete", args=[hold.pk]), {"post": "yes"}).status_code == 403


def with_jane(organization):
    mail = EngagementFactory(organization=organization)
    ParticipantFactory(engagement=mail, address="jane@globex.example")
    return mail


def counted(console, **sent):
    """What the page that counts would send with its button."""
    page = console.post(reverse(ERASE), sent)
    return {**sent, "_shown": page.context["preview"].fingerprint, "_confirmed": "1"}


def test_a_person_is_counted_first_and_erased_then(console, acme, alice):
    with_jane(acme)
    page = console.post(reverse(ERASE), {"address": "Jane@globex.example"}).content.decode()
    assert "Erase jane@globex.example for good" in page
    assert page.index('name="_count"') < page.index('name="_confirmed"'), "Enter in the address counts"
    assert Engagement.objects.exists()
    done = console.post(reverse(ERASE), counted(console, address="Jane@globex.example"), follow=True)
    assert "Erased: 1 engagements" in done.content.decode()
    assert not Engagement.objects.exists()
    assert AuditEvent.objects.get(verb="erased_person").actor == alice


@pytest.mark.parametrize(
    "change",
    [
        lambda _acme: {"address": "layla@globex.example"},
        lambda _acme: {"_shown": ""},
        lambda acme: with_jane(acme) and {},
        lambda acme: ContactFactory(organization=acme, address="jane@globex.example") and {},
        lambda acme: Engagement.objects.filter(organization=acme, participants__address=JANE).first().delete() and {},
    ],
    ids=["another address", "never counted", "mail came", "a record came", "mail went"],
)
def test_nothing_is_erased_but_what_was_counted(console, acme, change):
    with_jane(acme)
    with_jane(acme)
    ParticipantFactory(engagement=EngagementFactory(organization=acme), address="layla@globex.example")
    sent = counted(console, address="jane@globex.example")
    sent |= change(acme)
    before = Engagement.objects.count()
    answer = console.post(reverse(ERASE), sent)
    assert "Nothing was erased" in answer.content.decode()
    assert f"Erase {sent['address']} for good" in answer.content.decode()
    assert Engagement.objects.count() == before
    assert console.post(reverse(ERASE), counted(console, address="jane@globex.example")).status_code == 302


def test_a_count_of_another_organization_confirms_nothing(acme, rival):
    operator = Client()
    operator.force_login(UserFactory(organization=None, is_staff=True, is_superuser=True))
    for organization in (acme, rival):
        with_jane(organization)
    sent = counted(operator, address="jane@globex.example", organization=str(rival.pk))
    assert operator.post(reverse(ERASE), sent | {"organization": str(acme.pk)}).status_code == 200
    assert Engagement.objects.filter(organization=acme).exists()


def test_a_held_person_is_not_erased(console, acme):
    with_jane(acme)
    LegalHoldFactory(organization=acme)
    page = console.post(reverse(ERASE), {"address": "jane@globex.example"}).content.decode()
    assert "under a legal hold" in page
    assert "for good" not in page
    forced = console.post(reverse(ERASE), counted(console, address="jane@globex.example"))
    assert "release it first" in forced.content.decode()
    assert Engagement.objects.exists()


@pytest.mark.parametrize("address", ["", "jane", "alice@acme.example", "a\0@b.example"])
def test_what_is_no_customers_address_is_refused_with_a_sentence(console, address):
    answer = console.post(reverse(ERASE), {"address": address, "_confirmed": "1"})
    assert answer.status_code == 200
    assert "address" in answer.context["form"].errors


def test_another_organizations_admin_erases_nothing_here(eve, acme):
    with_jane(acme)
    client = Client()
    client.force_login(eve)
    client.post(reverse(ERASE), {"address": "jane@globex.example", "organization": str(acme.pk), "_confirmed": "1"})
    assert Engagement.objects.exists()


def test_a_rep_erases_nobody(carol, acme):
    with_jane(acme)
    carol.is_staff = True
    carol.save()
    client = Client()
    client.force_login(carol)
    answer = client.post(reverse(ERASE), {"address": "jane@globex.example", "_confirmed": "1"})
    assert answer.status_code == 302
    assert Engagement.objects.exists()
