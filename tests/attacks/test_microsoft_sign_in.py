"""“Sign in with Microsoft” lets in whom an account was linked to, and nobody else, in the browser that began, once.

Over the pages and over real HTTP to the sandbox tenant.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.domain.vocabulary import Role
from accounts.models import AuditEvent, Organization, SignInFlow, User
from sandbox.testing import SandboxProcess
from tests.support.factories import PASSWORD, BlockedDomainFactory, UserFactory
from tests.support.routes import routes
from tests.support.sign_in import ADA, FOREIGN, JONAS, PERSONAL, RITA, answer_to, cancelled_at, come_back, of_tenant

pytestmark = pytest.mark.django_db

LOGIN = "/login/microsoft/"


@pytest.fixture
def acme(acme: Organization, tenant: SandboxProcess) -> Organization:
    BlockedDomainFactory(organization=acme, domain="acme.example", is_given=True)
    acme.tenant_id = tenant.tenant_id
    acme.save()
    return acme


@pytest.fixture
def rita(acme: Organization) -> User:
    return UserFactory(organization=acme, email=RITA, name="Rita")


def goes(tenant: SandboxProcess, browser: Client, *, as_person: str = RITA, next_page: str = "", **claims: Any) -> Any:
    """The page after signing in at Microsoft as `as_person`, whose id token says `claims` besides."""
    address = browser.post(LOGIN, {"next": next_page})["Location"]
    tenant.control.switch(id_token_claims=claims)
    return come_back(browser, answer_to(tenant, address, as_person=as_person))


def who(browser: Client) -> str | None:
    return browser.session.get("_auth_user_id")


def is_in(browser: Client, user: User) -> bool:
    return who(browser) == str(user.pk) and browser.get("/profile/").status_code == 200


def test_a_person_comes_in_by_the_name_of_the_account_and_later_by_the_account_itself(tenant, rita):
    first, later = Client(), Client()
    assert goes(tenant, first)["Location"] == "/deals/"
    assert is_in(first, rita)

    goes(tenant, later, preferred_username="renamed@acme.example")

    assert is_in(later, rita)
    told = AuditEvent.objects.filter(actor=rita, subject_type="user").values_list("detail", flat=True)
    assert list(told) == [{"microsoft_sign_in": "linked"}]


def test_nothing_but_the_promised_scopes_is_asked_for_and_the_page_is_where_discovery_says(tenant, db):
    address = Client().post(LOGIN)["Location"]

    asked = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{tenant.facts['http']}/organizations/oauth2/v2.0/authorize?")
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert (asked["code_challenge_method"], asked["response_mode"]) == (["S256"], ["form_post"])


@pytest.mark.parametrize(
    "claims",
    [
        {"preferred_username": "jane@globex.example", "email": RITA},
        {"preferred_username": "jane@globex.example", "email": RITA, "xms_edov": True},
        {"preferred_username": RITA, "upn": "jane@globex.example"},
        {"preferred_username": f"{RITA.replace('@', '_')}#EXT#@acme.example"},
        {"preferred_username": RITA, "idp": "https://sts.windows.net/x/"},
        {"preferred_username": RITA, "acct": 1},
        {"preferred_username": "rit\u0430.lindqvist@acme.example"},
        {"preferred_username": None},
    ],
)
@pytest.mark.parametrize("is_ours", [True, False])
def test_a_login_is_not_opened_by_what_else_a_token_says(tenant, rita, claims, is_ours):
    told = claims if is_ours else of_tenant(tenant, FOREIGN, **claims)
    browser = Client()

    page = goes(tenant, browser, as_person=JONAS, **told)

    assert (page.status_code, who(browser)) == (400, None)


@pytest.mark.parametrize("tenant_id", [FOREIGN, PERSONAL])
@pytest.mark.parametrize("is_linked", [True, False])
def test_no_other_tenants_account_opens_a_login_whatever_its_ids_and_name(tenant, rita, tenant_id, is_linked):
    if is_linked:
        goes(tenant, Client())
    browser = Client()

    page = goes(tenant, browser, **of_tenant(tenant, tenant_id))

    assert (page.status_code, who(browser)) == (400, None)


def test_where_the_organizations_tenant_was_changed_the_old_ones_accounts_open_nothing(tenant, acme, rita):
    goes(tenant, Client())
    Organization.objects.filter(pk=acme.pk).update(tenant_id=FOREIGN)
    browser = Client()

    assert (goes(tenant, browser).status_code, who(browser)) == (400, None)


def test_a_name_that_a_new_colleague_was_given_does_not_open_the_login_of_who_had_it(tenant, rita):
    goes(tenant, Client())
    browser = Client()

    page = goes(tenant, browser, as_person=JONAS, preferred_username=RITA)

    assert (page.status_code, who(browser)) == (400, None)


@pytest.mark.parametrize("reason", ["unknown", "inactive", "of another organization", "linked to another account"])
def test_whoever_is_not_let_in_is_told_the_same(tenant, acme, rival, reason):
    if reason == "inactive":
        UserFactory(organization=acme, email=RITA, is_active=False)
    elif reason == "of another organization":
        UserFactory(organization=rival, email=RITA)
    elif reason == "linked to another account":
        UserFactory(organization=acme, email=RITA, microsoft_tenant_id=tenant.tenant_id, microsoft_object_id=FOREIGN)
    browser = Client()

    page = goes(tenant, browser)

    assert (page.status_code, who(browser)) == (400, None)
    assert "opens no login here" in page.content.decode()
    assert "not_let_in" in page.content.decode()


def test_an_operator_is_not_opened_by_any_account(tenant, acme):
    UserFactory(organization=None, email=RITA, is_superuser=True, is_staff=True)
    browser = Client()

    assert (goes(tenant, browser).status_code, who(browser)) == (400, None)


def test_who_was_deactivated_after_linking_stays_out(tenant, rita):
    goes(tenant, Client())
    User.objects.filter(pk=rita.pk).update(is_active=False)
    browser = Client()

    assert (goes(tenant, browser).status_code, who(browser)) == (400, None)


@pytest.mark.parametrize("forgery", ["none", "unsigned", "stranger", "hs256", "unknown_key", "bent"])
def test_a_forged_id_token_opens_nothing(tenant, rita, forgery):
    browser = Client()
    address = browser.post(LOGIN)["Location"]
    tenant.control.switch(id_token_forgery=forgery)

    page = come_back(browser, answer_to(tenant, address, as_person=RITA))

    assert (page.status_code, who(browser)) == (400, None)


# --- whose browser


def test_nobody_is_signed_in_as_somebody_else_by_a_link(tenant, rita, carol):
    thief, victim = Client(), Client()
    victim.force_login(carol)
    answer = answer_to(tenant, thief.post(LOGIN)["Location"], as_person=RITA)
    victim.post(LOGIN)

    page = come_back(victim, answer)

    assert page.status_code == 400
    assert who(victim) == str(carol.pk)
    assert SignInFlow.objects.exclude(used_at=None).count() == 1


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_browser_that_began_nothing_finishes_nothing(tenant, rita, carol, is_signed_in):
    answer = answer_to(tenant, Client().post(LOGIN)["Location"], as_person=RITA)
    browser = Client()
    if is_signed_in:
        browser.force_login(carol)

    assert come_back(browser, answer).status_code == 400
    assert who(browser) == (str(carol.pk) if is_signed_in else None)


def test_a_sign_in_is_finished_once(tenant, rita):
    browser = Client()
    address = browser.post(LOGIN)["Location"]
    answer = answer_to(tenant, address, as_person=RITA)
    come_back(browser, answer)
    browser.post("/logout/")

    crossing = Client().post("/oauth/microsoft/callback/", answer)
    again = browser.get("/oauth/microsoft/callback/", {"flow": str(SignInFlow.objects.get().pk)})

    assert (crossing.status_code, again.status_code, who(browser)) == (400, 400, None)


def test_the_session_that_was_there_before_is_no_session_of_who_came_in(tenant, rita):
    browser = Client()
    address = browser.post(LOGIN)["Location"]
    planted = browser.session.session_key or ""
    come_back(browser, answer_to(tenant, address, as_person=RITA))
    other = Client()
    other.cookies["jiminny_session"] = planted

    assert browser.session.session_key != planted
    assert who(other) is None


def test_beginning_takes_a_post_of_our_own_page(tenant, db):
    assert Client().get(LOGIN).status_code == 405
    assert Client(enforce_csrf_checks=True).post(LOGIN).status_code == 403


@pytest.mark.parametrize("purpose", ["connect", "consent"])
def test_a_sign_in_does_not_stand_for_a_connection_or_a_consent(tenant, rita, purpose):
    browser = Client()
    address = browser.post(LOGIN)["Location"]
    SignInFlow.objects.update(purpose=purpose)

    come_back(browser, answer_to(tenant, address, as_person=RITA))

    assert who(browser) is None
    assert not hasattr(User.objects.get(pk=rita.pk), "microsoft_connection")


def test_cancelling_at_microsoft_is_told_and_opens_nothing(tenant, rita):
    browser = Client()

    page = come_back(browser, cancelled_at(tenant, browser.post(LOGIN)["Location"]))

    assert (page.status_code, who(browser)) == (400, None)


# --- where one goes on


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/search/?q=x", "/search/?q=x"),
        ("https://evil.example/", "/deals/"),
        ("//evil.example/", "/deals/"),
        ("///evil.example", "/deals/"),
        ("/\\evil.example", "/deals/"),
        ("javascript:alert(1)", "/deals/"),
        ("", "/deals/"),
    ],
)
def test_one_goes_on_only_within_this_site(tenant, rita, asked, led):
    assert goes(tenant, Client(), next_page=asked)["Location"] == led


@pytest.mark.parametrize("address", [path for _, path in routes() if not set("<(") & set(path)])
def test_whoever_sends_a_form_without_a_session_comes_back_to_no_address_that_takes_forms_alone(db, address):
    page = Client().post(address)

    assert "next=" not in page.get("Location", "") or Client().get(address).status_code != 405


# --- linking, and passwords


def test_who_is_signed_in_links_an_account_of_another_name(tenant, carol, acme):
    browser = Client()
    browser.force_login(carol)

    assert goes(tenant, browser)["Location"] == "/profile/"
    later = Client()
    goes(tenant, later)

    assert is_in(later, carol)


def test_an_account_is_linked_to_the_login_that_began_and_to_one_alone(tenant, carol, dave, acme):
    for person, status in ((carol, 302), (dave, 400)):
        browser = Client()
        browser.force_login(person)
        assert goes(tenant, browser).status_code == status

    began, answers = Client(), Client()
    began.force_login(dave)
    answer = answer_to(tenant, began.post(LOGIN)["Location"], as_person=JONAS)
    answers.force_login(carol)
    assert come_back(answers, answer).status_code == 400
    assert User.objects.exclude(microsoft_object_id=None).get() == carol


def test_a_linked_login_takes_no_second_account_until_an_admin_unlinks_the_first(tenant, carol, alice, acme):
    browser = Client()
    browser.force_login(carol)
    goes(tenant, browser)
    assert goes(tenant, browser, as_person=JONAS).status_code == 400

    console = Client()
    console.force_login(alice)
    console.post("/admin/accounts/user/", {"action": "unlink_microsoft", "_selected_action": [str(carol.pk)]})

    assert browser.get("/profile/").status_code == 302  # its session has ended
    carol.refresh_from_db()
    browser.force_login(carol)
    assert goes(tenant, browser, as_person=JONAS)["Location"] == "/profile/"


def password(address: str) -> Client:
    browser = Client()
    browser.post("/login/", {"username": address, "password": PASSWORD})
    return browser


@pytest.mark.parametrize("is_off_for", ["the organization", "the installation"])
def test_where_passwords_are_off_the_right_one_is_answered_as_a_wrong_one(tenant, acme, rita, settings, is_off_for):
    if is_off_for == "the organization":
        Organization.objects.filter(pk=acme.pk).update(password_sign_in=False)
    else:
        settings.PASSWORD_SIGN_IN = False
    operator = UserFactory(organization=None, email="operator@example.org", is_superuser=True, is_staff=True)
    with_microsoft = Client()
    goes(tenant, with_microsoft)

    page = Client().post("/login/", {"username": RITA, "password": PASSWORD})

    assert b"do not belong together" in page.content
    assert is_in(with_microsoft, rita)
    assert who(password(operator.email)) == str(operator.pk)


def test_an_admin_switches_passwords_off_only_with_a_way_back(tenant, acme):
    admin = UserFactory(organization=acme, email=ADA, role=Role.ADMIN)
    browser = Client()
    browser.force_login(admin)
    form = {
        "name": "Acme", "opportunity_rule": "most_recently_updated_open", "closed_deal_grace_days": "14",
        "visibility": "everyone", "detail": "full_text", "deletion_policy": "keep", "tenant_id": FOREIGN,
    }  # fmt: skip
    page = f"/admin/accounts/organization/{acme.pk}/change/"

    assert b"Link your own Microsoft account" in browser.post(page, form).content
    goes(tenant, browser, as_person=ADA)
    browser.post(page, form)

    acme.refresh_from_db()
    assert (acme.password_sign_in, acme.tenant_id) == (False, tenant.tenant_id)


def test_an_installation_without_a_registration_offers_no_sign_in_with_microsoft(db, settings):
    settings.MICROSOFT_CLIENT_ID = ""

    assert b"Sign in with Microsoft" not in Client().get("/login/").content
    assert Client().post(LOGIN).status_code == 503
