"""A session lasts no longer than its way in: what closes the way ends it, for good, used meanwhile or not.

Every change of who may come in, over the sessions and the token that a person has by then.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, Organization, User
from tests.support.api_client import PREFIX, CheckedClient, token_for
from tests.support.factories import PASSWORD, UserFactory
from tests.support.sign_in import FOREIGN

pytestmark = pytest.mark.django_db

TENANT = "11111111-1111-4111-8111-111111111111"
MICROSOFT = "accounts.backends.MicrosoftBackend"
OWN = "a passphrase of my own"


def by_password(user: User) -> Client:
    browser = Client()
    browser.post("/login/", {"username": user.email, "password": PASSWORD})
    assert is_in(browser)
    return browser


def by_microsoft(user: User) -> Client:
    browser = Client()
    browser.force_login(user, backend=MICROSOFT)
    assert browser.session[BACKEND_SESSION_KEY] == MICROSOFT
    assert is_in(browser)
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/profile/").status_code == 200


def calls(secret: str) -> bool:
    client = CheckedClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return bool(client.get(f"{PREFIX}me/").status_code == 200)


@pytest.fixture
def acme(acme: Organization) -> Organization:
    acme.tenant_id = TENANT
    acme.save()
    return acme


def linked(user: User) -> User:
    """The login, opened by a Microsoft account of the organization's tenant as well."""
    user.microsoft_tenant_id, user.microsoft_object_id = TENANT, str(user.pk)
    user.save()
    return User.objects.get(pk=user.pk)


@pytest.fixture
def rita(acme: Organization) -> User:
    return linked(UserFactory(organization=acme, email="rita@acme.example"))


@pytest.fixture
def operator(db: None) -> Iterator[Client]:
    root = UserFactory(organization=None, email="operator@example.org", is_superuser=True, is_staff=True)
    browser = Client()
    browser.post("/login/", {"username": root.email, "password": PASSWORD})
    yield browser
    assert browser.get("/admin/").status_code == 200, "whoever breaks the glass is still in"


def organization_form(**changed: Any) -> dict[str, Any]:
    return {
        "name": "Acme", "slug": "acme", "opportunity_rule": "most_recently_updated_open",
        "closed_deal_grace_days": "14", "visibility": "everyone", "detail": "full_text", "deletion_policy": "keep",
        "tenant_id": TENANT, "password_sign_in": "on", **changed,
    }  # fmt: skip


def organization_changed(console: Client, person: User, **changed: Any) -> None:
    page = reverse("admin:accounts_organization_change", args=[person.organization_id])
    form = {name: value for name, value in organization_form(**changed).items() if value is not None}
    assert console.post(page, form).status_code == 302


def person_changed(console: Client, person: User, **changed: Any) -> None:
    page = reverse("admin:accounts_user_change", args=[person.pk])
    inlines = {f"{inline}-{name}_FORMS": "0" for inline in ("addresses", "api_tokens") for name in ("TOTAL", "INITIAL")}
    form = {"name": "Rita", "role": "rep", "is_active": "on", "may_sync": "on", **inlines, **changed}
    sent = console.post(page, {name: value for name, value in form.items() if value is not None})
    assert sent.status_code == 302, sent.content.decode()


def passwords_off(console: Client, person: User) -> None:
    organization_changed(console, person, password_sign_in=None)


def passwords_on(console: Client, person: User) -> None:
    organization_changed(console, person)


def other_tenant(console: Client, person: User) -> None:
    organization_changed(console, person, tenant_id=FOREIGN)


def deactivated(console: Client, person: User) -> None:
    person_changed(console, person, is_active=None)


def deactivated_by_the_action(console: Client, person: User) -> None:
    console.post("/admin/accounts/user/", {"action": "deactivate", "_selected_action": [str(person.pk)]})


def active_again(console: Client, person: User) -> None:
    person_changed(console, person)


def password_given(console: Client, person: User) -> None:
    page = reverse("admin:auth_user_password_change", args=[person.pk])
    form = {"password1": OWN, "password2": OWN, "usable_password": "true"}
    assert console.post(page, form).status_code == 302


def password_taken_away(console: Client, person: User) -> None:
    page = reverse("admin:auth_user_password_change", args=[person.pk])
    assert console.post(page, {"usable_password": "false", "unset-password": "1"}).status_code == 302


def unlinked(console: Client, person: User) -> None:
    console.post("/admin/accounts/user/", {"action": "unlink_microsoft", "_selected_action": [str(person.pk)]})


def linked_again(console: Client, person: User) -> None:
    linked(User.objects.get(pk=person.pk))


def nothing(console: Client, person: User) -> None:
    """Nobody undoes it."""


Step = Callable[[Client, User], None]


@dataclass(frozen=True)
class Closing:
    """What closes a way in, what opens it again, and whether what was made before is good for something after both."""

    closes: Step
    opens_again: Step
    keeps_token: bool = False


CLOSINGS = [
    Closing(passwords_off, passwords_on, keeps_token=True),
    Closing(other_tenant, passwords_on, keeps_token=True),
    Closing(deactivated, active_again),
    Closing(deactivated_by_the_action, active_again),
    Closing(password_given, nothing),
    Closing(password_taken_away, nothing),
    Closing(unlinked, linked_again, keeps_token=True),
]


@pytest.mark.parametrize("closing", CLOSINGS, ids=lambda closing: closing.closes.__name__)
@pytest.mark.parametrize("is_used_meanwhile", [True, False])
def test_what_closes_a_way_in_ends_what_came_in_by_it_for_good(operator, rita, closing, is_used_meanwhile):
    secret, sessions = token_for(rita), [by_password(rita), by_microsoft(rita)]
    colleague = UserFactory(organization=UserFactory().organization, email="kim@rival.example")
    elsewhere = by_password(colleague)

    closing.closes(operator, rita)

    if is_used_meanwhile:
        assert [is_in(browser) for browser in sessions] == [False, False]
        assert calls(secret) == closing.keeps_token
    closing.opens_again(operator, rita)
    assert [is_in(browser) for browser in sessions] == [False, False]
    assert calls(secret) == closing.keeps_token
    assert is_in(elsewhere)


# --- whichever way a way in is closed, the console's or not


def test_a_password_opens_nothing_where_the_operator_takes_none(operator, rita, settings):
    sessions = [by_password(rita), by_microsoft(rita)]

    settings.PASSWORD_SIGN_IN = False

    assert [is_in(browser) for browser in sessions] == [False, True]


@pytest.mark.parametrize(
    ("rows", "row", "stays"),
    [
        (Organization.objects, {"password_sign_in": False}, [False, True]),
        (Organization.objects, {"tenant_id": FOREIGN}, [True, False]),
        (User.objects, {"microsoft_tenant_id": None, "microsoft_object_id": None}, [True, False]),
        (User.objects, {"is_active": False}, [False, False]),
    ],
)
def test_a_session_is_asked_at_each_request_whether_its_way_in_is_open(operator, rita, rows, row, stays):
    sessions = [by_password(rita), by_microsoft(rita)]

    rows.filter(pk__in=[rita.pk, rita.organization_id]).update(**row)

    assert [is_in(browser) for browser in sessions] == stays


def test_the_installations_own_tenant_is_asked_too(operator, rita, settings):
    browser = by_microsoft(rita)

    settings.MICROSOFT_AUTHORITY = f"https://login.microsoftonline.com/{FOREIGN}"

    assert not is_in(browser)


def test_a_session_that_was_ended_so_is_no_session_in_the_table(operator, rita):
    browser = by_password(rita)
    Organization.objects.filter(pk=rita.organization_id).update(password_sign_in=False)
    assert not is_in(browser)

    Organization.objects.filter(pk=rita.organization_id).update(password_sign_in=True)

    assert not is_in(browser)


def test_a_role_that_was_taken_away_is_gone_in_every_session_and_the_token_is_of_who_is_left(operator, rita):
    person_changed(operator, rita, role="admin")
    sessions, secret = [by_password(rita), by_microsoft(rita)], token_for(rita)
    assert [browser.get("/admin/").status_code for browser in sessions] == [200, 200]

    person_changed(operator, rita)

    assert [browser.get("/admin/").status_code for browser in sessions] == [302, 302]
    assert calls(secret)


def test_what_does_not_close_a_way_in_ends_nothing(operator, rita):
    sessions = [by_password(rita), by_microsoft(rita)]

    organization_changed(operator, rita, name="Acme Inc", visibility="owner_only")
    person_changed(operator, rita, name="Rita L", role="manager")

    assert [is_in(browser) for browser in sessions] == [True, True]


def test_the_trail_says_that_everybody_signs_in_anew(operator, rita):
    passwords_off(operator, rita)

    assert {"sessions": "ended"} in list(
        AuditEvent.objects.filter(subject_type="organization").values_list("detail", flat=True)
    )
