"""A parameter of a list is a question to the database: only those that the list itself offers are asked.

Every list of the console and of the API × every relation that leads away from its rows, hop by hop × the columns
there × kinds of comparison: a right guess and a wrong one are answered alike, byte by byte.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.api_client import PREFIX, description
from tests.support.console import PAGES, page, rows_of
from tests.support.factories import UserFactory
from tests.support.scenery import scene

pytestmark = pytest.mark.django_db

REGISTERED: list[Any] = sorted(admin.site._registry, key=str)
MOST_HOPS = 5
"""Relations in a row; every model of the product is nearer."""
TELLING = (
    "password",
    "digest",
    "key",
    "token_cache",
    "credentials",
    "secret",
    "text",
    "address",
    "email",
    "subject",
    "name",
)
"""Of a model that a relation leads to, the first of these columns is asked for."""
KINDS = ("startswith", "icontains", "regex", "in", "gte")
SECRETS = {("accounts", "user", "password"), ("accounts", "apitoken", "digest"), ("timeline", "emailmessage", "text")}


def relations(model: type[models.Model]) -> Iterator[tuple[str, Any]]:
    for field in model._meta.get_fields():
        if field.is_relation and field.related_model and not getattr(field, "hidden", False):
            yield field.name, field.related_model


def ways(model: type[models.Model]) -> list[tuple[str, Any]]:
    """(path, model at its end), "" for the row itself: its own relations, and a shortest way to all others."""
    found, reached, edge = [("", model)], {model}, [("", model)]
    for hops in range(1, MOST_HOPS + 1):
        ahead = []
        for path, here in edge:
            for name, there in relations(here):
                if there not in reached or hops == 1:
                    ahead.append((f"{path}{name}__", there))
                    reached.add(there)
        found, edge = found + ahead, ahead
    return found


def columns(model: Any) -> list[Any]:
    found = [field for field in model._meta.concrete_fields if not field.is_relation]
    return sorted(found, key=lambda field: TELLING.index(field.name) if field.name in TELLING else len(TELLING))


def guesses(model: Any, row: Any) -> Iterator[tuple[str, str, str]]:
    """(parameter, a value that is right where the row leads to one, a value that is wrong)."""
    for number, (path, there) in enumerate(ways(model)):
        for place, field in enumerate(columns(there)[: 1 if path else None]):
            known = there._default_manager.values_list(field.name, flat=True).first()
            right = str(known)[:5] if known else "a"
            for kind in KINDS if not path else (KINDS[(number + place) % len(KINDS)],):
                value = str(known) if kind == "in" else "." if kind == "regex" else right
                yield f"{path}{field.name}__{kind}", value, "~" if kind != "gte" else "\U0010ffff"
        if path.count("__") == 1:
            yield f"{path}isnull", "0", "1"
            yield path.rstrip("_"), str(row.pk), "0"


def said(answer: Any) -> tuple[int, str, str]:
    body = re.sub(r'(csrfmiddlewaretoken" value="|csrfToken": ")\w+', "", answer.content.decode())
    return answer.status_code, answer.headers.get("Location", ""), body


@pytest.fixture
def ours(alice: User, acme: Any) -> dict[Any, Any]:
    scene(alice).mail("The budget stands.")
    rows: dict[Any, Any] = rows_of(acme, "ours")
    return rows


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def operator(db: None) -> User:
    return UserFactory(organization=None, is_superuser=True, is_staff=True)


def test_the_walk_reaches_what_must_not_be_guessed(ours: Any):
    for model in PAGES:
        reached = {
            (there._meta.app_label, there._meta.model_name, field.name)
            for _, there in ways(model)
            for field in columns(there)[:1]
        }
        assert reached >= SECRETS, model
    assert len(ways(User)) > 40


@pytest.mark.parametrize("model", PAGES)
def test_a_list_of_the_console_answers_a_right_guess_as_a_wrong_one(alice: User, ours: Any, model: Any):
    client, address = browser(alice), page(model, "changelist")
    whole = client.get(address)
    offered = {name for spec in whole.context["cl"].filter_specs for name in spec.expected_parameters()}
    unknown = said(client.get(f"{address}?no_such_parameter=1"))
    answers = {
        name: {said(client.get(f"{address}?{urlencode({name: value})}")) for value in (right, wrong)}
        for name, right, wrong in guesses(model, ours[model])
        if name not in offered
    }
    told = [name for name, alike in answers.items() if len(alike) > 1]
    assert not told, f"{len(told)} of {len(answers)} tell a right guess from a wrong one, as {told[0]} does"
    others = [name for name, alike in answers.items() if alike != {unknown}]
    assert not others, f"{len(others)} are not answered as what is unknown, as {others[0]}"
    assert unknown[:2] == (302, f"{address}?e=1")
    assert len(answers) > 50


@pytest.mark.parametrize("model", REGISTERED)
def test_no_list_of_the_console_crosses_a_relation_for_the_operator_either(operator: User, ours: Any, model: Any):
    client, address = browser(operator), page(model, "changelist")
    offered = {name for spec in client.get(address).context["cl"].filter_specs for name in spec.expected_parameters()}
    for path, there in ways(model):
        name = f"{path}{columns(there)[0].name}__startswith"
        if name not in offered:
            answer = client.get(f"{address}?{urlencode({name: 'a'})}")
            assert (answer.status_code, answer.headers.get("Location")) == (302, f"{address}?e=1"), name


def test_what_a_list_offers_is_its_own_columns(alice: User, ours: Any):
    for model in PAGES:
        listed = browser(alice).get(page(model, "changelist")).context["cl"]
        names = {name for spec in listed.filter_specs for name in spec.expected_parameters()}
        foreign = {name for name in names if model._meta.get_field(name.split("__")[0]).is_relation}
        assert {name for name in foreign if not name.endswith(("__isempty", "__isnull"))} == set(), model


def test_what_a_list_offers_still_narrows_it(alice: User, ours: Any):
    client = browser(alice)
    for query, count in {"role__exact=admin": 1, "role__exact=manager": 0, "is_active__exact=0": 0}.items():
        assert client.get(f"{page(User, 'changelist')}?{query}").context["cl"].result_count == count, query


@pytest.mark.parametrize("model", PAGES)
def test_nothing_but_a_rows_id_is_a_rows_name(alice: User, ours: Any, model: Any):
    """`_to_field` of a list and of a form, which would put that column into links."""
    client = browser(alice)
    for field in model._meta.get_fields():
        if getattr(field, "primary_key", False):
            continue
        answer = client.get(f"{page(model, 'changelist')}?_popup=1&_to_field={field.name}")
        assert answer.status_code == 400, field.name


@pytest.mark.parametrize("model", PAGES)
def test_no_order_is_one_of_another_tables_column(alice: User, ours: Any, model: Any):
    client, address = browser(alice), page(model, "changelist")
    for order in ("organization__name", "-user__password", "password", "99", "-99", "1.-99", "--1"):
        listed = client.get(f"{address}?{urlencode({'o': order})}").context["cl"]
        shown = {str(term).lstrip("-") for term in listed.get_ordering(None, listed.root_queryset)}
        own = {field.name for field in model._meta.concrete_fields} | {"pk"}
        assert {term for term in shown if not re.search(r"\w+\(", term)} <= own, order


def test_no_page_of_the_console_looks_a_row_up_past_its_scope():
    """A raw-id picker reads any row's name; a date hierarchy takes lookups that no filter expects."""
    for model, console in admin.site._registry.items():
        assert (model, console.raw_id_fields) == (model, ()), model
        assert not console.date_hierarchy
        assert all(not inline.raw_id_fields for inline in console.inlines)


def test_autocomplete_names_no_row_of_another_organization(alice: User, ours: Any, rival: Any, eve: User):
    theirs = rows_of(rival, "xyzzytheirs")
    foreign = {str(row.pk) for row in theirs.values()}
    client = browser(alice)
    answered = 0
    for model in {there for _, there in ways(User)}:
        for field in model._meta.get_fields():
            query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field.name}
            for term in ("", "xyzzy"):
                answer = client.get(reverse("admin:autocomplete"), {**query, "term": term})
                assert answer.status_code in {200, 403, 404}
                assert "xyzzy" not in answer.content.decode(), query
                if answer.status_code == 200:
                    answered += 1
                    assert not {row["id"] for row in answer.json()["results"]} & foreign, query
    assert answered


def lists() -> list[str]:
    """Every list of the API."""
    found = [path for path, verbs in description()["paths"].items() if "get" in verbs and "{" not in path]
    return [path for path in found if path != f"{PREFIX}me/"]


@pytest.mark.parametrize("path", lists())
def test_a_list_of_the_api_answers_a_right_guess_as_a_wrong_one(alice: User, ours: Any, path: str):
    client = APIClient()
    client.force_authenticate(alice)
    offered = {parameter["name"] for parameter in description()["paths"][path]["get"].get("parameters", [])}
    assert offered.isdisjoint({"ordering", "format"})
    assert not any("__" in name for name in offered)
    whole = client.get(path).json()["results"]
    model: Any = {row._meta.verbose_name_plural: row for row in PAGES}
    resource = path.removeprefix(PREFIX).rstrip("/")
    start = model.get(resource, User)
    told = [(name, value) for name, *values in guesses(start, ours.get(start, alice)) for value in values]
    told += [(name, f"{way}owner__password") for name in ("ordering", "order_by", "o", "sort") for way in ("", "-")]
    for name, value in told:
        if name not in offered:
            answer = client.get(path, {name: value})
            assert (answer.status_code, answer.json()["results"]) == (200, whole), name
