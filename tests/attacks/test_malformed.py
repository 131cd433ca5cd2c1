"""What no form of ours sends is refused in words, and tells nothing of rows that are not the sender's."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.api_client import PREFIX, description

pytestmark = pytest.mark.django_db

VALUES = (
    "%s", "%", "%(x)s", "100 % sure", "%00", "\0", "{0}", "{x}", "\\", "'", "9" * 400, "-1", "1e999", "[]", "\u202e",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
)  # fmt: skip
NO_IDS = ("x", "\0", "%s", "", "9" * 40, "-1", "{}")
REGISTERED: list[Any] = sorted(admin.site._registry, key=str)


def parameters() -> list[tuple[str, str]]:
    """Every parameter of every list of the API."""
    return [
        (path, parameter["name"])
        for path, verbs in description()["paths"].items()
        if path.startswith(PREFIX) and "{" not in path and "get" in verbs
        for parameter in verbs["get"].get("parameters", [])
        if parameter["in"] == "query"
    ]


@pytest.mark.parametrize(("path", "name"), parameters())
def test_no_value_of_a_parameter_makes_the_api_fall_over(carol: User, path: str, name: str):
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(carol)
    answers = {value: client.get(path, {name: value}).status_code for value in VALUES}
    assert {value: status for value, status in answers.items() if status not in {200, 400}} == {}


def test_a_refused_value_is_repeated_as_it_was_sent(carol: User):
    client = APIClient()
    client.force_authenticate(carol)
    refused = client.get(f"{PREFIX}engagements/", {"participant": "100 %s"}).json()
    assert refused["errors"] == {"participant": ["'100 %s' is not an email address."]}


@pytest.mark.parametrize("model", REGISTERED, ids=str)
def test_an_action_on_what_are_no_ids_is_refused(alice: User, model: Any):
    console = Client(raise_request_exception=False)
    console.force_login(alice)
    page = admin.site._registry[model]
    address = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
    for action in [*(page.actions or ()), "delete_selected"]:
        name = action if isinstance(action, str) else action.__name__
        for wrong in NO_IDS:
            answer = console.post(address, {"action": name, "_selected_action": wrong, "index": "0"})
            assert answer.status_code < 500, (name, wrong)


@pytest.mark.parametrize("pk", [str, lambda _: str(uuid4()), lambda _: "x", lambda _: "%00"])
def test_the_consoles_way_to_any_row_of_the_installation_is_closed(alice: User, mallory: User, pk: Any):
    console = Client()
    console.force_login(alice)
    kind = ContentType.objects.get_for_model(User).pk
    answer = console.get(f"/admin/r/{kind}/{pk(mallory.pk)}/")
    assert (answer.status_code, answer.resolver_match.func.__name__) == (404, "nothing_here")


@pytest.mark.parametrize("verb", ["options", "put", "trace"])
@pytest.mark.parametrize("path", ["/api/docs/", "/api/schema/", "/api/v1/", "/healthz", "/login/", "/admin/login/"])
def test_no_verb_makes_a_page_for_strangers_fall_over(client: Client, path: str, verb: str):
    assert getattr(client, verb)(path).status_code < 500
