from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.domain.consent import read_answer
from accounts.domain.sign_in import SignInRefused
from accounts.domain.vocabulary import ConnectionState, ConsentKind, ConsentState
from accounts.models import AuditEvent, ConsentGrant, Organization, User
from accounts.selectors.consent import consent_cards
from accounts.services.consent import answer_consent, begin_consent
from tests.support.factories import BlockedDomainFactory, ConsentGrantFactory, MicrosoftConnectionFactory
from tests.support.sign_in import cancelled_at, come_back, connect, consent_answer, granted_by

CALLBACK = "http://localhost:8000/consent/callback/"
TENANT = "11111111-1111-4111-8111-111111111111"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def own_domain(acme):
    BlockedDomainFactory(organization=acme, domain="acme.example", is_given=True)


@pytest.mark.parametrize(
    ("kind", "scopes"),
    [
        ("mailbox", {"User.Read", "Mail.Read"}),
        ("all_recommended", {"User.Read", "Mail.Read", "Calendars.Read"}),
    ],
)
def test_each_link_asks_for_exactly_its_scopes(tenant, alice, kind, scopes):
    address = begin_consent(user=alice, kind=ConsentKind(kind), redirect_uri=CALLBACK)

    asked = parse_qs(urlsplit(address).query)["scope"][0].split()
    assert urlsplit(address).path == "/organizations/v2.0/adminconsent"
    assert set(asked) - {"openid", "profile", "offline_access"} == {
        f"https://graph.microsoft.com/{scope}" for scope in scopes
    }


def test_an_admin_grants_access_signs_in_and_sees_that_it_holds(tenant, alice):
    browser = signed_in(alice)

    landed = granted_by(tenant, browser)

    assert landed["Location"] == "/consent/"
    grant = ConsentGrant.objects.get()
    assert (grant.state, grant.tenant_id) == (ConsentState.GRANTED, tenant.tenant_id)
    assert Organization.objects.get(pk=alice.organization_id).tenant_id == tenant.tenant_id
    assert [card.state for card in consent_cards(alice.organization)] == [ConsentState.GRANTED, None]
    told = AuditEvent.objects.filter(actor=alice, subject_type="consentgrant").order_by("sequence")
    assert [event.detail["state"] for event in told] == ["answered", "granted"]


def test_an_answer_alone_marks_the_link_as_answered_and_the_page_says_what_is_missing(tenant, alice):
    browser = signed_in(alice)
    answer = consent_answer(tenant, browser.get("/consent/mailbox/")["Location"])

    onward = browser.get("/consent/callback/", answer)

    asked = parse_qs(urlsplit(onward["Location"]).query)
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert asked["nonce"]
    assert asked["code_challenge_method"] == ["S256"]
    assert ConsentGrant.objects.get().state == ConsentState.ANSWERED
    assert Organization.objects.get(pk=alice.organization_id).tenant_id == ""
    assert "Answered, not confirmed" in browser.get("/consent/").content.decode()


def test_cancelling_the_confirming_sign_in_grants_nothing(tenant, alice):
    browser = signed_in(alice)
    answer = consent_answer(tenant, browser.get("/consent/mailbox/")["Location"])

    page = come_back(browser, cancelled_at(tenant, browser.get("/consent/callback/", answer)["Location"]))

    assert page.status_code == 400
    assert ConsentGrant.objects.get().state == ConsentState.ANSWERED


def test_every_page_that_the_browser_opens_is_where_discovery_says(tenant, alice):
    origin = tenant.facts["http"]
    browser = signed_in(alice)

    consents = browser.get("/consent/mailbox/")["Location"]
    signs_in = browser.get("/consent/callback/", consent_answer(tenant, consents))["Location"]

    assert consents.startswith(f"{origin}/organizations/v2.0/adminconsent?")
    assert signs_in.startswith(f"{origin}/organizations/oauth2/v2.0/authorize?")


def test_once_the_tenant_is_known_the_link_leads_to_it(tenant, alice):
    granted_by(tenant, signed_in(alice))
    alice.refresh_from_db()

    address = begin_consent(user=alice, kind=ConsentKind.ALL_RECOMMENDED, redirect_uri=CALLBACK)

    assert urlsplit(address).path.startswith(f"/{tenant.tenant_id}/")


def test_people_connect_in_a_tenant_of_admins_once_consent_was_granted(tenant, alice, carol):
    tenant.control.switch(user_consent_allowed=False)
    granted_by(tenant, signed_in(alice))

    assert connect(tenant, carol).state == ConnectionState.CONNECTED


def test_a_cancelled_consent_says_so_and_grants_nothing(tenant, alice):
    browser = signed_in(alice)
    answer = consent_answer(tenant, browser.get("/consent/mailbox/")["Location"], "cancel")

    landed = browser.get("/consent/callback/", answer, follow=True)

    grant = ConsentGrant.objects.get()
    assert grant.state == ConsentState.DECLINED
    assert "AADSTS65004" in grant.error_description
    assert "cancelled at Microsoft" in landed.content.decode()
    assert Organization.objects.get(pk=alice.organization_id).tenant_id == ""


@pytest.mark.parametrize("person", ["carol", "bob"])
def test_only_admins_see_the_page_and_follow_the_links(tenant, request, person):
    browser = signed_in(request.getfixturevalue(person))

    assert browser.get("/consent/").status_code == 403
    assert browser.get("/consent/mailbox/").status_code == 400
    assert not ConsentGrant.objects.exists()


def test_an_answer_is_taken_only_from_the_admin_who_began(tenant, alice, eve):
    address = begin_consent(user=alice, kind=ConsentKind.MAILBOX, redirect_uri=CALLBACK)
    answer = consent_answer(tenant, address)

    with pytest.raises(SignInRefused, match="state_unknown"):
        answer_consent(user=eve, params=answer)

    assert ConsentGrant.objects.get().state == ConsentState.PENDING


def test_an_answer_is_recorded_once(tenant, alice):
    address = begin_consent(user=alice, kind=ConsentKind.MAILBOX, redirect_uri=CALLBACK)
    answer = consent_answer(tenant, address, "cancel")
    answer_consent(user=alice, params=answer)

    with pytest.raises(SignInRefused, match="answered_already"):
        answer_consent(user=alice, params=answer | {"error": "", "admin_consent": "True", "tenant": TENANT})

    assert ConsentGrant.objects.get().state == ConsentState.DECLINED


def test_an_answer_that_comes_an_hour_later_is_refused(tenant, alice):
    address = begin_consent(user=alice, kind=ConsentKind.MAILBOX, redirect_uri=CALLBACK)
    answer = consent_answer(tenant, address)

    with pytest.raises(SignInRefused, match="answered_already"):
        answer_consent(user=alice, params=answer, now=timezone.now() + timedelta(minutes=61))


@pytest.mark.parametrize("params", [{}, {"state": ""}, {"state": "guess", "admin_consent": "True", "tenant": TENANT}])
def test_a_made_up_answer_is_refused_in_words(tenant, alice, params):
    page = signed_in(alice).get("/consent/callback/", params)

    assert page.status_code == 400
    assert b"Nothing was recorded" in page.content or b"no consent that you began" in page.content


def test_an_unknown_kind_of_consent_is_not_found(tenant, alice):
    assert signed_in(alice).get("/consent/everything/").status_code == 404


def test_a_consent_that_lacks_a_scope_is_no_grant():
    answer = read_answer(
        ConsentKind.MAILBOX,
        {"admin_consent": "True", "tenant": TENANT, "scope": "https://graph.microsoft.com/User.Read"},
    )

    assert answer.state is ConsentState.FAILED
    assert "Mail.Read" in answer.description


@pytest.mark.parametrize(
    ("params", "state"),
    [
        ({"admin_consent": "True", "tenant": TENANT}, ConsentState.ANSWERED),
        ({"admin_consent": "true", "scope": "MAIL.READ user.read"}, ConsentState.ANSWERED),
        ({"admin_consent": "False"}, ConsentState.FAILED),
        ({"error": "permission_denied"}, ConsentState.DECLINED),
        ({"error": "server_error", "admin_consent": "True"}, ConsentState.FAILED),
        ({"error": "invalid_request", "error_description": "AADSTS65004: Declined."}, ConsentState.DECLINED),
    ],
)
def test_what_microsoft_answers_becomes_a_state(params, state):
    assert read_answer(ConsentKind.MAILBOX, params).state is state


def test_a_grant_that_microsoft_refuses_everybody_since_is_shown_as_withdrawn(alice, carol):
    ConsentGrantFactory(
        organization=alice.organization, state=ConsentState.GRANTED, answered_at=timezone.now() - timedelta(days=2)
    )
    MicrosoftConnectionFactory(
        user=carol, state=ConnectionState.NEEDS_CONSENT, state_changed_at=timezone.now() - timedelta(days=1)
    )

    card = consent_cards(alice.organization)[0]

    assert (card.state, card.refused_people) == (ConsentState.WITHDRAWN, 1)


def test_one_organizations_consent_is_not_anothers(alice, eve):
    ConsentGrantFactory(
        organization=alice.organization, state=ConsentState.GRANTED, tenant_id=TENANT, answered_at=timezone.now()
    )

    assert [card.state for card in consent_cards(eve.organization)] == [None, None]


def test_the_page_offers_both_links_by_their_names(tenant, alice):
    page = signed_in(alice).get("/consent/").content.decode()

    assert "Grant access to Mailbox" in page
    assert "Grant access to all recommended resources" in page


def test_without_a_registration_the_page_says_so_and_offers_no_link(settings, alice):
    settings.MICROSOFT_CLIENT_ID = ""

    page = signed_in(alice).get("/consent/").content.decode()

    assert "MICROSOFT_CLIENT_ID" in page
    assert "/consent/mailbox/" not in page
