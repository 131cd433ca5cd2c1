"""Whoever is not one of us does not become it: by a foreign account, a forged id token, a made-up consent, an alias.

Everything goes through the pages and over real HTTP to the sandbox tenant, which signs what the test makes it say.
"""

import time
from typing import Any

import pytest
from django.test import Client

from accounts.domain.vocabulary import ConsentState, Role
from accounts.microsoft import id_token
from accounts.models import ConsentGrant, MicrosoftConnection, Organization, User, UserAddress
from mailsync.services.addresses import learn_addresses
from sandbox.testing import SandboxProcess
from tests.support.factories import (
    AccountDomainFactory,
    BlockedDomainFactory,
    ContactFactory,
    LeadFactory,
    MailboxFactory,
    UserFactory,
)
from tests.support.sign_in import ADA, FOREIGN, PERSONAL, RITA, answer_to, come_back, consent_answer, of_tenant

pytestmark = pytest.mark.django_db

CONNECT = "/profile/integrations/microsoft/connect/"


@pytest.fixture(autouse=True)
def own_domain(acme: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    BlockedDomainFactory(organization=acme, domain="acme.example", is_given=True)
    monkeypatch.setattr(id_token, "_key_sets", {})


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def connects(tenant: SandboxProcess, user: User, *, forgery: str = "", claims: dict[str, Any] | None = None) -> Any:
    """The page that `user` sees after signing in at Microsoft as somebody whom `claims` describe."""
    browser = browser_of(user)
    address = browser.post(CONNECT)["Location"]
    tenant.control.switch(id_token_claims=claims or {}, id_token_forgery=forgery)
    return come_back(browser, answer_to(tenant, address, as_person=RITA))


def assert_nothing_learned(page: Any, organization: Organization) -> None:
    organization.refresh_from_db()
    assert page.status_code == 400
    assert getattr(organization, "tenant_id", "") == ""
    assert not MicrosoftConnection.objects.exclude(token_cache="").exists()
    assert not ConsentGrant.objects.filter(state=ConsentState.GRANTED).exists()


def test_who_signs_in_from_an_own_domain_is_taken_and_nobody_else_before_or_after(tenant, acme, carol, dave):
    page = connects(tenant, dave, claims=of_tenant(tenant, FOREIGN, preferred_username="jane@globex.example"))
    assert_nothing_learned(page, acme)

    assert connects(tenant, carol, claims={"preferred_username": "RITA.Lindqvist@ACME.example"}).status_code == 302
    acme.refresh_from_db()
    assert acme.tenant_id == tenant.tenant_id

    for name in ("jane@globex.example", "rita.lindqvist@acme.example"):
        page = connects(tenant, dave, claims=of_tenant(tenant, FOREIGN, preferred_username=name))
        assert page.status_code == 400
    assert MicrosoftConnection.objects.exclude(token_cache="").get().user == carol


@pytest.mark.parametrize(
    "name",
    [
        "jane@globex.example",
        "rita@\u0430cme.example",  # a Cyrillic a
        "rita@\uff41cme.example",  # full width, which IDNA would fold
        "rita@acme\u3002example",  # an ideographic full stop, likewise
        "rita@acme.example\u200b",
        "rita@acme.example.",
        "rita@sub.acme.example",
        "rita@acme.example.evil.example",
        "rita@evil-acme.example",
        "rita@acme.onmicrosoft.com",
        "rita@onmicrosoft.com",
        "rita@acme.example@evil.example",
        "jane@evil.example <rita@acme.example>",
        '"jane@evil.example" <rita@acme.example>',
        "mailto:rita@acme.example",
        " rita@acme.example",
        "rita_acme.example#EXT#@evil.onmicrosoft.com",
        "rita#ext#@acme.example",
        "acme.example",
        "@acme.example",
        "",
        None,
    ],
)
def test_only_a_user_principal_name_at_exactly_an_own_domain_tells_the_tenant(tenant, acme, carol, name):
    page = connects(tenant, carol, claims=of_tenant(tenant, FOREIGN, preferred_username=name))

    assert_nothing_learned(page, acme)


def test_a_domain_that_an_admin_lists_as_internal_tells_no_tenant(tenant, acme, carol):
    BlockedDomainFactory(organization=acme, domain="globex.example")

    page = connects(tenant, carol, claims=of_tenant(tenant, FOREIGN, preferred_username="jane@globex.example"))

    assert_nothing_learned(page, acme)


@pytest.mark.parametrize(
    "claims",
    [
        {"preferred_username": "jane@globex.example", "email": "rita@acme.example", "xms_edov": True},
        {"preferred_username": "jane@globex.example", "name": RITA, "verified_primary_email": [RITA]},
        {"preferred_username": "rita@acme.example", "upn": "jane@globex.example"},
    ],
)  # fmt: skip
def test_what_a_tenants_admin_may_write_into_a_token_says_nothing(tenant, acme, carol, claims):
    assert_nothing_learned(connects(tenant, carol, claims=of_tenant(tenant, FOREIGN, **claims)), acme)


GUESTS = [
    {"idp": "https://sts.windows.net/11111111-1111-4111-8111-111111111111/"},
    {"idp": "mail"},
    {"acct": 1},
    {"preferred_username": "jane_globex.example#EXT#@acme.example"},
    {"upn": "jane_globex.example#EXT#@acme.onmicrosoft.com"},
]


@pytest.mark.parametrize("claims", GUESTS)
@pytest.mark.parametrize("is_ours", [True, False])
def test_a_guest_is_somebody_elses_whichever_tenant_it_is_a_guest_of(tenant, acme, carol, claims, is_ours):
    told = claims if is_ours else of_tenant(tenant, FOREIGN, preferred_username=RITA) | claims

    assert_nothing_learned(connects(tenant, carol, claims=told), acme)


@pytest.mark.parametrize("claims", GUESTS)
def test_a_guest_of_the_tenant_that_is_recorded_is_somebody_elses(tenant, acme, carol, claims):
    Organization.objects.filter(pk=acme.pk).update(tenant_id=tenant.tenant_id)

    assert connects(tenant, carol, claims=claims).status_code == 400
    assert not MicrosoftConnection.objects.exclude(token_cache="").exists()


def test_a_private_account_is_nobodys_even_where_it_was_signed_up_with_one_of_our_addresses(tenant, acme, carol):
    page = connects(tenant, carol, claims=of_tenant(tenant, PERSONAL, preferred_username=RITA))

    assert_nothing_learned(page, acme)


@pytest.mark.parametrize("forgery", ["none", "unsigned", "stranger", "hs256", "unknown_key", "bent"])
def test_an_id_token_that_microsoft_did_not_sign_is_not_believed(tenant, acme, carol, forgery):
    assert_nothing_learned(connects(tenant, carol, forgery=forgery), acme)


def wrong_claims(tenant: SandboxProcess) -> dict[str, dict[str, Any]]:
    now = int(time.time())
    return {
        "audience": {"aud": FOREIGN},
        "audiences": {"aud": [tenant.client_id, FOREIGN]},
        "issuer": {"iss": "https://login.evil.example/v2.0"},
        "issuer of another tenant": {"iss": f"{tenant.authority}/{FOREIGN}/v2.0"},
        "issuer of version 1": {"iss": f"https://sts.windows.net/{tenant.tenant_id}/"},
        "issuer as a template": {"iss": f"{tenant.authority}/{{tenantid}}/v2.0"},
        "tenant without its issuer": {"tid": FOREIGN},
        "nonce": {"nonce": "another"},
        "expired": {"exp": now - 600},
        "too early": {"nbf": now + 600},
        "issued later": {"iat": now + 600},
        "tenant that is none": {"tid": "acme.example", "iss": f"{tenant.authority}/acme.example/v2.0"},
        **{f"no {claim}": {claim: None} for claim in ("aud", "iss", "exp", "nbf", "iat", "tid", "oid", "sub", "nonce")},
    }


@pytest.mark.parametrize("wrong", [
    "audience", "audiences", "issuer", "issuer of another tenant", "issuer of version 1", "issuer as a template",
    "tenant without its issuer", "nonce", "expired", "too early", "issued later", "tenant that is none", "no aud",
    "no iss", "no exp", "no nbf", "no iat", "no tid", "no oid", "no sub", "no nonce",
])  # fmt: skip
def test_an_id_token_that_is_not_of_this_sign_in_is_not_believed(tenant, acme, carol, wrong):
    assert_nothing_learned(connects(tenant, carol, claims=wrong_claims(tenant)[wrong]), acme)


def test_a_key_that_microsoft_began_to_use_since_is_learned(tenant, carol, monkeypatch):
    monkeypatch.setattr(id_token, "LEAST_SECONDS_BETWEEN", 0.0)
    assert connects(tenant, carol).status_code == 302

    tenant.control.rotate_keys(withdraw=True)

    assert connects(tenant, carol).status_code == 302


# --- consent


def consents(tenant: SandboxProcess, browser: Client) -> dict[str, str]:
    """Microsoft's answer to the admin who follows the link and accepts."""
    return consent_answer(tenant, browser.get("/consent/mailbox/")["Location"])


def test_a_consent_made_up_in_ones_own_browser_records_no_tenant(tenant, acme, alice, carol):
    browser = browser_of(alice)
    state = consents(tenant, browser)["state"]

    browser.get("/consent/callback/", {"state": state, "admin_consent": "True", "tenant": FOREIGN})

    grant = ConsentGrant.objects.get()
    acme.refresh_from_db()
    assert (grant.state, grant.tenant_id, acme.tenant_id) == (ConsentState.ANSWERED, "", "")
    assert connects(tenant, carol).status_code == 302


@pytest.mark.parametrize("is_recorded", [True, False])
def test_a_consent_is_granted_for_no_tenant_but_the_organizations(tenant, acme, alice, is_recorded):
    Organization.objects.filter(pk=acme.pk).update(tenant_id=tenant.tenant_id if is_recorded else "")
    browser = browser_of(alice)
    onward = browser.get("/consent/callback/", consents(tenant, browser) | {"tenant": FOREIGN})["Location"]
    name = RITA if is_recorded else "jane@globex.example"
    tenant.control.switch(id_token_claims=of_tenant(tenant, FOREIGN, preferred_username=name))

    page = come_back(browser, answer_to(tenant, onward, as_person=ADA))

    acme.refresh_from_db()
    assert page.status_code == 400
    assert ConsentGrant.objects.get().state == ConsentState.ANSWERED
    assert acme.tenant_id == (tenant.tenant_id if is_recorded else "")


def test_another_admins_consent_answer_is_nobody_elses(tenant, acme, alice, eve):
    answer = consents(tenant, browser_of(alice))
    colleague = UserFactory(organization=acme, email="ann@acme.example", role=Role.ADMIN)

    for thief in (eve, colleague):
        assert browser_of(thief).get("/consent/callback/", answer).status_code == 400

    assert ConsentGrant.objects.get().state == ConsentState.PENDING


@pytest.mark.parametrize("who", ["a colleague", "a stranger", "the same admin in another browser", "nobody"])
def test_a_confirming_sign_in_is_finished_by_who_began_it_and_in_the_same_browser(tenant, acme, alice, eve, who):
    browser = browser_of(alice)
    answer = answer_to(tenant, browser.get("/consent/callback/", consents(tenant, browser))["Location"], as_person=ADA)
    others = {
        "a colleague": lambda: browser_of(UserFactory(organization=acme, email="ann@acme.example", role=Role.ADMIN)),
        "a stranger": lambda: browser_of(eve),
        "the same admin in another browser": lambda: browser_of(alice),
        "nobody": Client,
    }

    page = come_back(others[who](), answer)

    acme.refresh_from_db()
    assert page.status_code in {302, 400}
    assert (ConsentGrant.objects.get().state, acme.tenant_id) == (ConsentState.ANSWERED, "")


def test_an_answer_is_not_confirmed_by_a_sign_in_that_was_for_something_else(tenant, acme, alice):
    browser = browser_of(alice)
    browser.get("/consent/callback/", consents(tenant, browser))

    come_back(browser, answer_to(tenant, browser.post(CONNECT)["Location"], as_person=ADA))

    assert ConsentGrant.objects.get().state == ConsentState.ANSWERED


# --- addresses


@pytest.fixture
def customers(acme: Organization) -> None:
    ContactFactory(organization=acme, address="jane@globex.example")
    LeadFactory(organization=acme, address="lee@initech.example")
    AccountDomainFactory(account__organization=acme, domain="umbrella.example")


CUSTOMERS = [
    "jane@globex.example", "jane+work@globex.example", "lee@initech.example", "anybody@umbrella.example",
    "anybody@mail.umbrella.example",
]  # fmt: skip


@pytest.mark.parametrize("address", CUSTOMERS)
@pytest.mark.parametrize("position", [0, 1])
def test_a_customers_address_does_not_become_ours_because_a_mailbox_lists_it(customers, carol, address, position):
    listed = ["carol@acme.example"]
    listed.insert(position, address)

    learn_addresses(MailboxFactory(user=carol), listed)

    assert set(carol.addresses.values_list("address", flat=True)) == {"carol@acme.example"}


def test_an_own_domain_is_ours_though_the_crm_lists_it_as_a_customers(customers, acme, carol):
    ContactFactory(organization=acme, address="c.jones@acme.example")
    AccountDomainFactory(account__organization=acme, domain="acme.example")

    learn_addresses(MailboxFactory(user=carol), ["c.jones@acme.example", "carol@mail.acme.example"])

    assert UserAddress.objects.filter(user=carol).count() == 3


def test_what_the_crm_of_another_organization_knows_hinders_nobody(carol, rival):
    ContactFactory(organization=rival, address="carol@elsewhere.example")

    learn_addresses(MailboxFactory(user=carol), ["carol@elsewhere.example"])

    assert carol.addresses.filter(address="carol@elsewhere.example").exists()


def question(address: str) -> Any:
    from mailsync.models import AddressQuestion

    return AddressQuestion.objects.get(address=address)


def decided(admin: User, address: str, decision: str) -> None:
    data = {"action": decision, "_selected_action": [question(address).pk]}
    browser_of(admin).post("/admin/mailsync/addressquestion/", data)


def test_an_admin_decides_whose_it_is_and_is_not_asked_again(customers, alice, carol):
    mailbox = MailboxFactory(user=carol)
    learn_addresses(mailbox, ["jane@globex.example"])
    assert question("jane@globex.example").decision == "waiting"

    decided(alice, "jane@globex.example", "ours")
    assert carol.addresses.get(address="jane@globex.example").kind == "confirmed"

    decided(alice, "jane@globex.example", "not_ours")
    learn_addresses(mailbox, ["jane@globex.example"])
    assert not carol.addresses.filter(address="jane@globex.example").exists()
    assert question("jane@globex.example").decision == "not_ours"


def test_another_organizations_admin_decides_nothing_here(customers, eve, carol):
    learn_addresses(MailboxFactory(user=carol), ["jane@globex.example"])

    decided(eve, "jane@globex.example", "ours")

    assert question("jane@globex.example").decision == "waiting"


def test_a_colleagues_address_is_not_given_away_by_a_decision(customers, acme, alice, carol, dave):
    learn_addresses(MailboxFactory(user=carol), ["jane@globex.example"])
    UserAddress.objects.create(organization=acme, user=dave, address="jane@globex.example", kind="login")

    decided(alice, "jane@globex.example", "ours")
    assert question("jane@globex.example").decision == "waiting"
    decided(alice, "jane@globex.example", "not_ours")

    assert UserAddress.objects.get(address="jane@globex.example").user == dave


def test_a_question_about_what_microsoft_no_longer_lists_goes_away(customers, carol):
    mailbox = MailboxFactory(user=carol)
    learn_addresses(mailbox, ["jane@globex.example", "lee@initech.example"])

    learn_addresses(mailbox, ["lee@initech.example"])

    assert [row.address for row in carol.address_questions.all()] == ["lee@initech.example"]
