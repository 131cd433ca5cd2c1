"""The admin console shows an organization's admin the own rows and no others: walked over every registered page."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, MicrosoftConnection, Organization, User
from crm.models import Account, Contact, CrmConnection, Opportunity
from mailsync.models import Mailbox
from tests.support import factories
from tests.support.console import OURS, PAGES, page, rows_of
from timeline.models import LegalHold, RetentionPolicy

CANARY = "canary-xyzzy"


@pytest.fixture
def ours(acme):
    return rows_of(acme, "ours")


@pytest.fixture
def theirs(rival):
    Organization.objects.filter(pk=rival.pk).update(name=CANARY)
    rival.refresh_from_db()
    return rows_of(rival, CANARY)


@pytest.fixture
def console(alice):
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def operator(db):
    client = Client()
    client.force_login(factories.UserFactory(organization=None, is_superuser=True, is_staff=True))
    return client


def test_every_page_of_ours_is_walked_and_the_others_are_the_operators():
    registered = set(admin.site._registry)
    assert registered >= OURS
    others = registered - OURS
    assert {model._meta.app_label for model in others} <= {"auth", "django_celery_beat"}


@pytest.mark.parametrize("model", PAGES)
def test_a_list_shows_the_own_rows_and_no_others(console, ours, theirs, model):
    answer = console.get(page(model, "changelist"))
    assert answer.status_code == 200
    listed = {str(row.pk) for row in answer.context["cl"].result_list}
    assert str(ours[model].pk) in listed
    assert str(theirs[model].pk) not in listed
    assert CANARY not in answer.content.decode()


@pytest.mark.parametrize("model", PAGES)
def test_searching_and_filtering_lead_nowhere_else(console, ours, theirs, model):
    foreign = theirs[model]
    queries = [{"q": CANARY}, {"organization__id__exact": foreign.pk}, {"organization": str(theirs[Organization].pk)}]
    for query in queries:
        answer = console.get(f"{page(model, 'changelist')}?{urlencode(query)}")
        assert answer.status_code in {200, 302, 400}, query
        if answer.status_code == 200:
            listed = {str(row.pk) for row in answer.context["cl"].result_list}
            assert str(foreign.pk) not in listed, query


@pytest.mark.parametrize("model", PAGES)
@pytest.mark.parametrize("name", ["change", "delete", "history"])
@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_foreign_rows_address_answers_as_an_unknown_one(console, ours, theirs, model, name, verb):
    foreign = theirs[model]
    before = model._default_manager.filter(pk=foreign.pk).values().get()
    answer = getattr(console, verb)(page(model, name, foreign.pk), {"post": "yes", "name": "taken", "months": 1})
    assert answer.status_code in {302, 403, 404}
    if answer.status_code == 302:
        assert answer["Location"] == reverse("admin:index")
    assert CANARY not in answer.content.decode()
    assert model._default_manager.filter(pk=foreign.pk).values().get() == before


@pytest.mark.parametrize("model", PAGES)
def test_own_rows_open_and_no_secret_is_in_them(console, ours, model):
    answer = console.get(page(model, "change", ours[model].pk))
    assert answer.status_code == 200
    body = answer.content.decode()
    assert "ours-token" not in body
    assert "ours-secret" not in body
    assert not any(token.digest in body for token in ApiToken.objects.all())
    assert not re.search(r"(md5|pbkdf2|argon2)\$", body)


@pytest.mark.parametrize("model", PAGES)
def test_no_form_offers_anothers_rows(console, ours, theirs, model):
    for address in (page(model, "add"), page(model, "change", ours[model].pk)):
        answer = console.get(address)
        assert answer.status_code in {200, 302, 403}
        body = answer.content.decode()
        assert CANARY not in body
        assert str(theirs[Organization].pk) not in body


@pytest.mark.parametrize("model", PAGES)
def test_bulk_actions_reach_only_own_rows(console, ours, theirs, model):
    foreign = theirs[model]
    answer = console.get(page(model, "changelist"))
    actions = [name for name, _ in answer.context["cl"].model_admin.get_action_choices(answer.wsgi_request) if name]
    for name in {*actions, "delete_selected"}:
        posted = {"action": name, "_selected_action": str(foreign.pk), "post": "yes", "select_across": "1"}
        answer = console.post(page(model, "changelist"), posted)
        assert answer.status_code in {200, 302, 403}
        assert CANARY not in answer.content.decode()
    assert model._default_manager.filter(pk=foreign.pk).exists()
    if model is LegalHold:
        foreign.refresh_from_db()
        assert foreign.released_at is None
    if model is User:
        foreign.refresh_from_db()
        assert foreign.is_active
        assert ApiToken.objects.filter(user=foreign).exists()


@pytest.mark.parametrize("field", ["account", "opportunity", "contact"])
def test_autocomplete_offers_only_own_rows(console, ours, theirs, field):
    query = {"app_label": "timeline", "model_name": "legalhold", "field_name": field, "term": ""}
    answer = console.get(reverse("admin:autocomplete"), query)
    assert answer.status_code == 200
    offered = {row["id"] for row in answer.json()["results"]}
    model: Any = {"account": Account, "opportunity": Opportunity, "contact": Contact}[field]
    assert offered == {
        str(pk) for pk in model.objects.filter(organization=ours[Organization]).values_list("pk", flat=True)
    }


def test_a_foreign_record_cannot_be_put_into_a_form(console, ours, theirs):
    body = {"scope": "account", "account": str(theirs[Account].pk), "reason": "Mine now"}
    answer = console.post(page(LegalHold, "add"), body)
    assert answer.status_code == 200
    assert "account" in answer.context["adminform"].form.errors
    body = {"months": "12", "organization": str(theirs[Organization].pk), "_confirmed": "1"}
    console.post(page(RetentionPolicy, "change", ours[RetentionPolicy].pk), body)
    theirs[RetentionPolicy].refresh_from_db()
    assert theirs[RetentionPolicy].months == 17


@pytest.mark.parametrize(
    ("model", "query"),
    [
        (User, "password__startswith=md5"), (MicrosoftConnection, "token_cache__startswith=g"),
        (User, "organization__name__startswith=c"),
        (CrmConnection, "credentials__contains=g"), (User, "api_tokens__digest__startswith=a"),
    ],
)  # fmt: skip
def test_a_secret_cannot_be_guessed_letter_by_letter(console, ours, model, query):
    answer = console.get(f"{page(model, 'changelist')}?{query}")
    assert (answer.status_code, answer["Location"]) == (302, f"{page(model, 'changelist')}?e=1")


def test_the_home_page_counts_only_own_mailboxes(console, ours, theirs):
    Mailbox.objects.update(state="needs_sign_in")
    body = console.get(reverse("admin:index")).content.decode()
    assert "1 stopped until somebody acts" in body
    assert "ours@acme.example" in body
    assert CANARY not in body


def test_pages_of_the_framework_are_the_operators_alone(console, operator):
    for model in set(admin.site._registry) - OURS:
        assert console.get(page(model, "changelist")).status_code == 403
        assert operator.get(page(model, "changelist")).status_code == 200


@pytest.mark.parametrize("role", ["rep", "manager"])
def test_only_admins_enter(acme, ours, role):
    client = Client()
    client.force_login(factories.UserFactory(organization=acme, role=role, is_staff=False))
    assert client.get(reverse("admin:index")).status_code == 302
    demoted = factories.UserFactory(organization=acme, role=role, is_staff=True)
    client.force_login(demoted)
    for model in OURS:
        assert client.get(page(model, "changelist")).status_code == 403


@pytest.mark.parametrize("model", PAGES)
def test_the_operator_sees_every_organization(operator, ours, theirs, model):
    answer = operator.get(page(model, "changelist"))
    listed = {str(row.pk) for row in answer.context["cl"].result_list}
    assert {str(ours[model].pk), str(theirs[model].pk)} <= listed
    for address in (page(model, "add"), page(model, "change", ours[model].pk)):
        assert operator.get(address).status_code in {200, 403}


def test_no_page_writes_of_another_organization_in_the_log(console, ours, theirs):
    for model in OURS:
        console.post(page(model, "delete", theirs[model].pk), {"post": "yes"})
    assert not LogEntry.objects.exists()
