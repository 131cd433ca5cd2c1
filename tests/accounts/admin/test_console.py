"""The console's pages about people and organizations."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.domain.audit import AuditVerb
from accounts.domain.vocabulary import Role
from accounts.models import ApiToken, AuditEvent, Organization, User, UserAddress
from accounts.services.audit import record_event
from mailsync.models import Mailbox
from tests.support.api_client import token_for
from tests.support.factories import PASSWORD, BlockedDomainFactory, MailboxFactory, OpportunityFactory, UserFactory

STRONG = "a-Rather-long-pa55word"
ADD, LIST = "admin:accounts_user_add", "admin:accounts_user_changelist"


@pytest.fixture
def console(alice):
    BlockedDomainFactory(organization=alice.organization, domain="acme.example", is_given=True)
    client = Client()
    client.force_login(alice)
    return client


def change(client, person, **fields):
    body = {"name": person.name, "role": person.role, **{k: v for k, v in fields.items() if v is not None}}
    body.setdefault("is_active", "on")
    body.setdefault("may_sync", "on")
    body = {name: value for name, value in body.items() if value != "off"}
    for inline in ("addresses", "api_tokens"):
        body |= {f"{inline}-TOTAL_FORMS": "0", f"{inline}-INITIAL_FORMS": "0"}
    return client.post(reverse("admin:accounts_user_change", args=[person.pk]), body)


def test_a_person_is_added_to_the_own_organization(console, acme, rival, alice):
    deal = OpportunityFactory(organization=acme, owner_email="frank@acme.example")
    body = {
        "email": "Frank@Acme.example", "name": "Frank", "password": STRONG, "role": "admin", "may_sync": "on",
        "organization": str(rival.pk), "is_superuser": "on",
    }  # fmt: skip
    answer = console.post(reverse(ADD), body)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    frank = User.objects.get(email="frank@acme.example")
    assert (frank.organization, frank.role, frank.is_staff, frank.is_superuser) == (acme, Role.ADMIN, True, False)
    assert frank.check_password(STRONG)
    assert UserAddress.objects.get(user=frank).address == "frank@acme.example"
    deal.refresh_from_db()
    assert deal.owner == frank
    assert AuditEvent.objects.filter(verb="added", actor=alice, subject_id=str(frank.pk)).exists()


@pytest.mark.parametrize(
    ("fields", "flawed"),
    [
        ({"email": "frank"}, "email"), ({"email": "carol@acme.example"}, "email"), ({"password": "12345"}, "password"),
        ({"password": ""}, "password"), ({"role": "king"}, "role"), ({"email": ""}, "email"),
    ],
)  # fmt: skip
def test_a_person_who_cannot_be_added_is_refused_by_field(console, carol, fields, flawed):
    body = {"email": "frank@acme.example", "name": "", "password": STRONG, "role": "rep", **fields}
    answer = console.post(reverse(ADD), body)
    assert answer.status_code == 200
    assert flawed in answer.context["adminform"].form.errors
    assert User.objects.count() == 2


def test_a_new_admin_reaches_the_console_and_a_former_one_does_not(console, carol):
    assert change(console, carol, role="admin").status_code == 302
    carol.refresh_from_db()
    assert carol.is_staff
    change(console, carol, role="rep")
    carol.refresh_from_db()
    assert (carol.role, carol.is_staff) == (Role.REP, False)
    assert AuditEvent.objects.filter(verb="changed", subject_id=str(carol.pk)).count() == 2


def test_deactivating_ends_sessions_tokens_and_import(console, carol, alice):
    mailbox = MailboxFactory(user=carol)
    token = token_for(carol)
    theirs = Client()
    assert theirs.login(username=carol.email, password=PASSWORD)
    change(console, carol, is_active="off")
    assert theirs.get("/api/v1/me/").status_code == 401
    assert Client().get("/api/v1/me/", headers={"Authorization": f"Token {token}"}).status_code == 401
    mailbox.refresh_from_db()
    assert (mailbox.import_enabled, mailbox.state) == (False, "off")
    assert AuditEvent.objects.get(verb="switched_off").actor == alice


def test_several_people_are_deactivated_at_once_but_never_oneself(console, alice, carol, dave):
    body = {"action": "deactivate", "_selected_action": [alice.pk, carol.pk, dave.pk]}
    console.post(reverse(LIST), body)
    assert list(User.objects.filter(is_active=True)) == [alice]


def test_taking_the_right_to_sync_ends_the_import(console, carol):
    MailboxFactory(user=carol)
    change(console, carol, may_sync="off")
    assert not Mailbox.objects.get().import_enabled


def test_nobody_locks_oneself_out(console, alice):
    for fields in ({"role": "rep"}, {"is_active": "off"}):
        answer = change(console, alice, **fields)
        assert answer.status_code == 200
        assert answer.context["adminform"].form.errors
    alice.refresh_from_db()
    assert (alice.role, alice.is_active) == (Role.ADMIN, True)


def test_nobody_becomes_an_operator_here(console, carol):
    change(console, carol, is_superuser="on", is_staff="on", organization="", email="root@acme.example")
    before = carol.email
    carol.refresh_from_db()
    assert (carol.is_superuser, carol.is_staff, carol.email) == (False, False, before)


def test_a_password_is_set_for_a_colleague_and_for_nobody_else(console, carol, mallory):
    body = {"password1": STRONG, "password2": STRONG, "usable_password": "true"}
    console.post(reverse("admin:auth_user_password_change", args=[carol.pk]), body)
    carol.refresh_from_db()
    assert carol.check_password(STRONG)
    answer = console.post(reverse("admin:auth_user_password_change", args=[mallory.pk]), body)
    assert answer.status_code in {302, 403, 404}
    mallory.refresh_from_db()
    assert mallory.check_password(PASSWORD)


def test_tokens_are_revoked_and_never_shown(console, carol):
    token = token_for(carol)
    answer = console.post(reverse(LIST), {"action": "revoke_tokens", "_selected_action": [carol.pk]}, follow=True)
    assert "1 tokens were revoked." in answer.content.decode()
    assert token not in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_people_are_not_deleted(console, carol):
    assert console.post(reverse("admin:accounts_user_delete", args=[carol.pk]), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=carol.pk).exists()


def test_an_admin_changes_the_own_organization_but_not_its_slug(console, acme):
    body = {
        "name": "Acme Corporation", "slug": "taken", "opportunity_rule": "oldest_created_open",
        "closed_deal_grace_days": "7", "visibility": "owner_only", "detail": "subject", "deletion_policy": "follow",
        "password_sign_in": "on",
    }  # fmt: skip
    answer = console.post(reverse("admin:accounts_organization_change", args=[acme.pk]), body)
    assert answer.status_code == 302
    acme.refresh_from_db()
    assert (acme.name, acme.slug, acme.opportunity_rule) == ("Acme Corporation", "acme", "oldest_created_open")
    assert "Opportunity rule" in AuditEvent.objects.get(verb="changed").detail["fields"]


def test_only_the_operator_adds_organizations(console, db):
    assert console.get(reverse("admin:accounts_organization_add")).status_code == 403
    client = Client()
    client.force_login(UserFactory(organization=None, is_superuser=True, is_staff=True))
    body = {
        "name": "New", "slug": "new", "opportunity_rule": "oldest_created_open", "closed_deal_grace_days": "7",
        "visibility": "everyone", "detail": "full_text", "deletion_policy": "keep", "password_sign_in": "on",
    }  # fmt: skip
    assert client.post(reverse("admin:accounts_organization_add"), body).status_code == 302
    assert Organization.objects.filter(slug="new").exists()


def test_the_operator_adds_a_person_to_a_named_organization(acme, db):
    client = Client()
    client.force_login(UserFactory(organization=None, is_superuser=True, is_staff=True))
    body = {"email": "frank@acme.example", "name": "F", "password": STRONG, "role": "rep", "organization": str(acme.pk)}
    assert client.post(reverse(ADD), body).status_code == 302
    assert User.objects.get(email="frank@acme.example").organization == acme


def test_the_trail_is_narrowed_by_verb_and_subject_without_being_read_for_the_choices(console, acme, alice):
    record_event(organization=acme, actor=alice, verb=AuditVerb.ERASED_PERSON, subject=alice)
    record_event(organization=acme, actor=alice, verb=AuditVerb.ADDED, subject=MailboxFactory(user=alice))
    address = reverse("admin:accounts_auditevent_changelist")

    with CaptureQueriesContext(connection) as captured:
        page = console.get(address).content.decode()
    assert "?verb=erased_person" in page
    assert "?subject_type=mailbox" in page
    assert not any("DISTINCT" in query["sql"] for query in captured.captured_queries)

    for query, verbs in (("verb=added", ["added"]), ("subject_type=user", ["erased_person"]), ("verb=viewed", [])):
        answer = console.get(f"{address}?{query}")
        assert answer.status_code == 200, answer.content[:600]
        shown = answer.context["cl"].result_list
        assert [event.verb for event in shown] == verbs, query
