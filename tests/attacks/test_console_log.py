"""The framework's own log of the console names nobody: what is erased, or taken back, stands in no row of it."""

import json
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.admin.sites import AdminSite
from django.db import connection
from django.test import Client, RequestFactory

from accounts.models import User
from mailsync.models import BlockedDomain, Exclusion
from tests.support.console import PAGES, page, rows_of
from tests.support.factories import PASSWORD

pytestmark = pytest.mark.django_db

CANARY = "xyzzycanary"
REGISTERED: list[Any] = sorted(admin.site._registry, key=str)


@pytest.fixture
def console(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def logged() -> str:
    return json.dumps(list(LogEntry.objects.values("object_repr", "change_message", "object_id")))


@pytest.mark.parametrize("model", REGISTERED)
def test_no_page_writes_what_a_row_is_called(alice: User, model: Any, rf: RequestFactory):
    """Every page of the console, ours and borrowed, and whatever a row, a row beside it or a message says."""

    class Named:
        pk = "7" * 32
        _meta = model._meta

        def __str__(self) -> str:
            return f"{CANARY}@globex.example"

    request, row = rf.get("/"), Named()
    request.user = alice
    console = type(admin.site._registry[model])(model, AdminSite())
    beside = [{"added": {"name": "address", "object": CANARY}}, {"changed": {"fields": ["Name"]}}]
    console.log_addition(request, row, [{"added": {}}])
    console.log_change(request, row, beside)
    console.log_change(request, row, f"Renamed to {CANARY}")
    console.log_deletions(request, [row, row])  # type: ignore[arg-type] # all that is asked of rows is to be walked
    assert sorted(LogEntry.objects.values_list("action_flag", flat=True)) == [
        ADDITION, CHANGE, CHANGE, DELETION, DELETION,
    ]  # fmt: skip
    assert CANARY not in logged()
    assert str(row.pk) in logged()
    assert all(entry.get_change_message() is not None for entry in LogEntry.objects.all())


def test_a_rule_that_is_taken_back_leaves_no_address(console: Client, acme: Any):
    body = {"kind": "address", "lines": f"{CANARY}@globex.example"}
    shown = console.post(page(Exclusion, "add"), body).context["preview"].fingerprint
    console.post(page(Exclusion, "add"), {**body, "_confirmed": "1", "_shown": shown})
    body = {"kind": "never_import", "lines": f"{CANARY}.example", "note": CANARY}
    shown = console.post(page(BlockedDomain, "add"), body).context["preview"].fingerprint
    console.post(page(BlockedDomain, "add"), {**body, "_confirmed": "1", "_shown": shown})
    console.post(page(Exclusion, "delete", Exclusion.objects.get().pk), {"post": "yes"})
    console.post(
        page(BlockedDomain, "changelist"),
        {"action": "delete_selected", "_selected_action": str(BlockedDomain.objects.get().pk), "post": "yes"},
    )
    assert not Exclusion.objects.exists()
    assert not BlockedDomain.objects.exists()
    assert LogEntry.objects.count() == 2
    assert CANARY not in logged()


def test_whatever_an_admin_changes_and_deletes_is_named_by_its_id_alone(console: Client, acme: Any):
    rows = rows_of(acme, CANARY)
    for model in PAGES:
        row = rows[model]
        form = console.get(page(model, "change", row.pk)).context
        fields = form["adminform"].form.initial if form and "adminform" in form else {}
        body = {name: value for name, value in fields.items() if value not in (None, False)}
        console.post(page(model, "change", row.pk), {**body, "months": "9", "choice": "hide", "_confirmed": "1"})
    console.post(page(User, "add"), {"email": f"{CANARY}2@acme.example", "password": PASSWORD, "role": "rep"})
    console.post(
        f"{page(User, 'change', rows[User].pk).removesuffix('change/')}password/",
        {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"},
    )
    for action in ("deactivate", "revoke_tokens"):
        console.post(page(User, "changelist"), {"action": action, "_selected_action": str(rows[User].pk)})
    for model in PAGES:
        console.post(page(model, "delete", rows[model].pk), {"post": "yes"})
    assert LogEntry.objects.count() >= 6
    assert CANARY not in logged()


def test_names_that_stand_in_the_log_leave_it_with_the_upgrade(alice: User):
    LogEntry.objects.create(
        user=alice, object_id="17", object_repr=f"{CANARY}@globex.example", action_flag=CHANGE,
        change_message=json.dumps([{"changed": {"name": "address", "object": CANARY, "fields": ["Name"]}}]),
    )  # fmt: skip
    upgrade = import_module("accounts.migrations.0014_names_leave_the_consoles_log")
    upgrade.forget_names(apps, SimpleNamespace(connection=connection))
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.change_message) == ("17", "[]")
