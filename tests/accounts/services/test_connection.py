import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from accounts.domain.sign_in import SignInRefused
from accounts.domain.vocabulary import ConnectionState as State
from accounts.models import AuditEvent, MicrosoftConnection, Organization, SignInFlow, User
from accounts.services.connection import accept_answer, begin_sign_in, disconnect, find_flow, finish_sign_in
from accounts.signals import connection_changed
from core.http.errors import AdminConsentNeeded, ConsentRevoked, Misconfigured, OutsideError
from sandbox.testing import SandboxProcess
from tests.support.aadsts import DOCUMENTED
from tests.support.factories import BlockedDomainFactory, UserFactory
from tests.support.sign_in import CALLBACK, JONAS, RITA, answer_to, cancelled_at, connect

CONNECT, CALLBACK_PATH = "/profile/integrations/microsoft/connect/", "/oauth/microsoft/callback/"


@pytest.fixture
def announced(db: None):
    """Every announced change: (state, whether another Microsoft account was connected)."""
    heard: list[tuple[str, bool]] = []

    def hear(*, connection: MicrosoftConnection, account_changed: bool, **_: Any) -> None:
        heard.append((connection.state, account_changed))

    connection_changed.connect(hear)
    yield heard
    connection_changed.disconnect(hear)


@pytest.fixture(autouse=True)
def own_domain(acme: Organization):
    BlockedDomainFactory(organization=acme, domain="acme.example", is_given=True)


def signed_in(user: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return client


def onward_from(page: Any) -> str:
    return unescape(re.findall(r'href="(/oauth/[^"]+)"', page.content.decode())[0])


def answered_flow(tenant: SandboxProcess, user: User, as_person: str = RITA) -> SignInFlow:
    answer = answer_to(tenant, begin_sign_in(user=user, redirect_uri=CALLBACK), as_person=as_person)
    return accept_answer(answer["state"], answer)


def test_a_person_connects_through_a_form_post_that_arrives_without_the_session(tenant, carol, announced):
    browser = signed_in(carol)
    browser.handler.enforce_csrf_checks = False
    left = browser.post(CONNECT)
    answer = answer_to(tenant, left["Location"], as_person=RITA)

    crossing = Client(enforce_csrf_checks=True).post(CALLBACK_PATH, answer)
    arrived = browser.get(onward_from(crossing))

    assert left.status_code == 302
    assert crossing.status_code == 200
    assert arrived["Location"] == "/profile/integrations/"
    connected = MicrosoftConnection.objects.get(user=carol)
    assert (connected.state, connected.username, connected.tenant_id) == (State.CONNECTED, RITA, tenant.tenant_id)
    assert "Mail.Read" in connected.granted_scopes
    assert announced == [(State.CONNECTED, False)]
    assert AuditEvent.objects.filter(actor=carol, verb="added", subject_type="microsoftconnection").count() == 1


def test_the_page_in_between_sets_no_cookie_and_runs_no_script(tenant, carol):
    answer = answer_to(tenant, begin_sign_in(user=carol, redirect_uri=CALLBACK), as_person=RITA)

    crossing = Client().post(CALLBACK_PATH, answer)

    assert not crossing.cookies
    assert b"<script" not in crossing.content
    assert b'http-equiv="refresh"' in crossing.content
    assert answer["code"].encode() not in crossing.content


def test_a_form_post_that_brings_the_session_along_is_led_on_without_a_page(tenant, carol, dave):
    answer = answer_to(tenant, begin_sign_in(user=carol, redirect_uri=CALLBACK), as_person=RITA)
    lured = answer_to(tenant, begin_sign_in(user=dave, redirect_uri=CALLBACK), as_person=RITA)
    browser = signed_in(carol)

    arrived = browser.get(browser.post(CALLBACK_PATH, answer)["Location"])
    refused = browser.get(browser.post(CALLBACK_PATH, lured)["Location"])

    assert arrived["Location"] == "/profile/integrations/"
    assert refused.status_code == 400
    assert MicrosoftConnection.objects.get().user == carol


def test_connecting_needs_the_csrf_token_though_the_callback_cannot(tenant, carol):
    assert signed_in(carol).post(CONNECT).status_code == 403


def test_exactly_the_promised_scopes_are_asked_for_with_proof_key_and_form_post(tenant, carol):
    asked = parse_qs(urlsplit(begin_sign_in(user=carol, redirect_uri=CALLBACK)).query)

    assert set(asked["scope"][0].split()) == {"openid", "profile", "offline_access", "User.Read", "Mail.Read"}
    assert asked["response_mode"] == ["form_post"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["nonce"]
    assert asked["state"][0] not in SignInFlow.objects.get().state_hash


def test_a_colleague_lured_to_microsoft_is_not_connected_to_who_began(tenant, carol, dave):
    flow = answered_flow(tenant, dave, as_person=RITA)

    page = signed_in(carol).get(CALLBACK_PATH, {"flow": str(flow.pk)})

    assert page.status_code == 400
    assert b"begun by another person" in page.content
    assert not MicrosoftConnection.objects.exists()
    with pytest.raises(SignInRefused, match="used_already"):
        finish_sign_in(flow=find_flow(str(flow.pk)), user=dave)


def test_who_posts_a_false_answer_first_to_learn_the_flow_shuts_out_the_true_one(tenant, dave):
    answer = answer_to(tenant, begin_sign_in(user=dave, redirect_uri=CALLBACK), as_person=RITA)
    accept_answer(answer["state"], {"state": answer["state"], "code": "made-up"})

    later = Client().post(CALLBACK_PATH, answer)

    assert later.status_code == 400
    assert "flow=" not in later.content.decode()


def test_a_stranger_is_sent_to_sign_in_first_and_finishes_then(tenant, carol):
    flow = answered_flow(tenant, carol)

    page = Client().get(CALLBACK_PATH, {"flow": str(flow.pk)})

    assert page["Location"].startswith("/login/?next=")
    assert not MicrosoftConnection.objects.exists()


def test_a_flow_is_used_once(tenant, carol):
    flow = answered_flow(tenant, carol)
    finish_sign_in(flow=flow, user=carol)

    with pytest.raises(SignInRefused, match="used_already"):
        finish_sign_in(flow=find_flow(str(flow.pk)), user=carol)
    assert SignInFlow.objects.get().answer == SignInFlow.objects.get().flow == ""


def test_an_answer_that_took_too_long_is_refused(tenant, carol):
    answer = answer_to(tenant, begin_sign_in(user=carol, redirect_uri=CALLBACK), as_person=RITA)

    with pytest.raises(SignInRefused, match="expired"):
        accept_answer(answer["state"], answer, now=timezone.now() + timedelta(minutes=16))


@pytest.mark.parametrize("query", [{}, {"state": "unknown", "code": "x"}, {"flow": "nonsense"}, {"flow": ""}])
def test_a_callback_that_belongs_to_nothing_is_refused_in_words(tenant, carol, query):
    page = signed_in(carol).get(CALLBACK_PATH, query)

    assert page.status_code == 400
    assert b"was not connected" in page.content


def test_an_answer_by_query_is_taken_too_and_its_code_leaves_the_address(tenant, carol):
    answer = answer_to(tenant, begin_sign_in(user=carol, redirect_uri=CALLBACK), as_person=RITA)
    browser = signed_in(carol)

    first = browser.get(CALLBACK_PATH, answer)
    second = browser.get(first["Location"])

    assert answer["code"] not in first["Location"]
    assert second["Location"] == "/profile/integrations/"
    assert MicrosoftConnection.objects.get().state == State.CONNECTED


def test_cancelling_at_microsoft_is_told_and_leaves_a_state_with_its_reason(tenant, carol):
    answer = cancelled_at(tenant, begin_sign_in(user=carol, redirect_uri=CALLBACK))
    flow = accept_answer(answer["state"], answer)

    page = signed_in(carol).get(CALLBACK_PATH, {"flow": str(flow.pk)})

    assert b"declined at Microsoft" in page.content
    kept = MicrosoftConnection.objects.get()
    assert (kept.state, kept.reason) == (State.NEEDS_CONSENT, "AADSTS65004")


def test_a_tenant_where_only_admins_consent_says_so(tenant, carol):
    tenant.control.switch(user_consent_allowed=False)

    with pytest.raises(AdminConsentNeeded) as refused:
        connect(tenant, carol)

    assert "admin" in refused.value.next_step
    assert MicrosoftConnection.objects.get().state == State.NEEDS_ADMIN


@pytest.mark.parametrize("number", DOCUMENTED)
def test_every_refusal_of_the_code_becomes_its_state(tenant, carol, number):
    flow = answered_flow(tenant, carol)
    tenant.control.token_error(number)

    with pytest.raises(OutsideError) as refused:
        finish_sign_in(flow=flow, user=carol)

    expected = DOCUMENTED[number]
    if isinstance(expected, State):
        kept = MicrosoftConnection.objects.get()
        assert (kept.state, kept.reason) == (expected, f"AADSTS{number}")
    else:
        assert isinstance(refused.value, expected)
        assert not MicrosoftConnection.objects.exists()


def test_a_failed_attempt_leaves_a_working_connection_working(tenant, carol):
    connect(tenant, carol)
    flow = answered_flow(tenant, carol)
    tenant.control.token_error(53003)

    with pytest.raises(OutsideError):
        finish_sign_in(flow=flow, user=carol)

    assert MicrosoftConnection.objects.get().state == State.CONNECTED


def test_without_mail_read_the_person_is_connected_but_sync_says_what_is_missing(tenant, carol, announced):
    tenant.control.switch(withheld_scopes=["Mail.Read"])

    connected = connect(tenant, carol)

    assert (connected.state, connected.reason) == (State.NEEDS_CONSENT, "mail_read_missing")
    assert connected.token_cache
    assert announced == [(State.NEEDS_CONSENT, False)]


def test_an_account_of_another_tenant_than_the_recorded_one_is_refused(tenant, carol, acme):
    flow = answered_flow(tenant, carol)
    Organization.objects.filter(pk=acme.pk).update(tenant_id="99999999-9999-4999-8999-999999999999")

    with pytest.raises(SignInRefused, match="foreign_tenant") as refused:
        finish_sign_in(flow=flow, user=carol)

    assert "another organization" in refused.value.sentence
    assert not MicrosoftConnection.objects.exists()


def test_the_first_sign_in_from_an_own_domain_tells_the_tenant(tenant, carol, acme):
    finish_sign_in(flow=answered_flow(tenant, carol), user=carol)

    assert Organization.objects.get(pk=acme.pk).tenant_id == tenant.tenant_id
    told = AuditEvent.objects.get(subject_type="organization")
    assert (told.actor, told.detail) == (carol, {"tenant": tenant.tenant_id})


def test_another_microsoft_account_is_refused_until_the_first_is_disconnected(tenant, carol, announced):
    connect(tenant, carol, as_person=RITA)

    with pytest.raises(SignInRefused, match="another_account") as refused:
        connect(tenant, carol, as_person=JONAS)
    assert MicrosoftConnection.objects.get().username == RITA

    disconnect(user=carol)
    connected = connect(tenant, carol, as_person=JONAS)

    assert RITA in refused.value.next_step
    assert (connected.username, connected.state) == (JONAS, State.CONNECTED)
    assert announced == [(State.CONNECTED, False), (State.DISCONNECTED, False), (State.CONNECTED, True)]


def test_a_colleagues_account_is_refused_before_the_colleague_has_connected_it(tenant, carol, acme):
    UserFactory(organization=acme, email=JONAS, name="Jonas Weber")

    with pytest.raises(SignInRefused, match="colleagues_account") as refused:
        connect(tenant, carol, as_person=JONAS)

    assert "belongs to Jonas Weber" in refused.value.sentence
    assert "your own account" in refused.value.next_step
    assert not MicrosoftConnection.objects.exists()


def test_one_microsoft_account_serves_one_login_of_an_organization(tenant, carol, dave, mallory):
    connect(tenant, carol)

    with pytest.raises(SignInRefused, match="connected_elsewhere"):
        connect(tenant, dave)

    assert connect(tenant, mallory).state == State.CONNECTED  # another organization's business


def test_disconnecting_forgets_the_tokens_at_once(tenant, carol):
    connect(tenant, carol)
    browser = signed_in(carol)
    browser.handler.enforce_csrf_checks = False

    browser.post("/profile/integrations/microsoft/disconnect/")

    gone = MicrosoftConnection.objects.get()
    assert (gone.state, gone.token_cache, gone.granted_scopes) == (State.DISCONNECTED, "", "")


def test_tokens_and_flows_stand_encrypted_in_the_table(tenant, carol):
    begin_sign_in(user=carol, redirect_uri=CALLBACK)
    connected = connect(tenant, carol)

    with database.cursor() as cursor:
        cursor.execute("SELECT token_cache FROM accounts_microsoftconnection")
        caches = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT flow FROM accounts_signinflow WHERE used_at IS NULL")
        flows = [row[0] for row in cursor.fetchall()]

    assert "RefreshToken" in json.loads(connected.token_cache)
    assert caches[0].startswith("v1.")
    assert flows[0].startswith("v1.")


def test_an_id_token_with_another_nonce_is_refused(tenant, carol):
    flow = answered_flow(tenant, carol)
    begun = json.loads(SignInFlow.objects.get().flow)
    flow.flow = json.dumps(begun | {"nonce": "another"})

    with pytest.raises(OutsideError, match="answer_does_not_fit"):
        finish_sign_in(flow=flow, user=carol)


def test_a_code_stolen_from_another_flow_is_refused_by_the_proof_key(tenant, carol, dave):
    stolen = answer_to(tenant, begin_sign_in(user=carol, redirect_uri=CALLBACK), as_person=RITA)["code"]
    own = answer_to(tenant, begin_sign_in(user=dave, redirect_uri=CALLBACK), as_person=JONAS)
    flow = accept_answer(own["state"], own | {"code": stolen})

    with pytest.raises(OutsideError, match="AADSTS501481"):
        finish_sign_in(flow=flow, user=dave)


def test_an_installation_without_a_registration_says_that_connecting_is_off(settings, carol):
    settings.MICROSOFT_CLIENT_ID = ""

    with pytest.raises(Misconfigured, match="not_configured") as refused:
        begin_sign_in(user=carol, redirect_uri=CALLBACK)

    assert "MICROSOFT_CLIENT_ID" in refused.value.next_step
    browser = signed_in(carol)
    browser.handler.enforce_csrf_checks = False
    page = browser.post(CONNECT)
    assert page.status_code == 503
    assert b"is off" in page.content


def test_who_may_not_sync_does_not_connect(tenant, carol):
    carol.may_sync = False
    carol.save()

    with pytest.raises(SignInRefused, match="may_not_sync"):
        begin_sign_in(user=carol, redirect_uri=CALLBACK)


def test_a_withdrawn_consent_is_asked_for_again_at_the_next_sign_in(tenant, carol):
    connect(tenant, carol)
    tenant.control.withdraw_consent(RITA)

    connected = connect(tenant, carol)

    assert connected.state == State.CONNECTED
    assert not isinstance(connected, ConsentRevoked)
