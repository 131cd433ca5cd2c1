import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msal
import pytest
import requests

from sandbox.identity.errors import TOKEN_ERRORS
from sandbox.testing import SandboxError, SandboxProcess
from tests.support.waiting import PATIENCE

CALLBACK = "http://localhost:8000/oauth/microsoft/callback/"
CONSENT_CALLBACK = "http://localhost:8000/consent/callback/"
RITA = "rita.lindqvist@acme.example"


@pytest.fixture
def session(sandbox: SandboxProcess) -> Iterator[requests.Session]:
    with sandbox.session() as session:
        yield session


@pytest.fixture
def client(sandbox: SandboxProcess, session: requests.Session) -> msal.ConfidentialClientApplication:
    return new_client(sandbox, session)


def new_client(
    sandbox: SandboxProcess, session: requests.Session, **options: Any
) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        sandbox.client_id,
        client_credential=sandbox.client_secret,
        authority=f"{sandbox.authority}/{sandbox.tenant_id}",
        instance_discovery=False,
        http_client=session,
        **options,
    )


def follow(session: requests.Session, url: str) -> dict[str, str]:
    """The parameters that come back to the callback."""
    answer = session.get(url, allow_redirects=False, timeout=PATIENCE)
    assert f'action="{CALLBACK}"' in answer.text
    return hidden_fields(answer.text)


def hidden_fields(page: str) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def start(client: msal.ConfidentialClientApplication, **options: Any) -> Any:
    options = {"login_hint": RITA, "response_mode": "form_post", **options}
    return client.initiate_auth_code_flow(["User.Read", "Mail.Read"], redirect_uri=CALLBACK, **options)


def signed_in(client: msal.ConfidentialClientApplication, session: requests.Session) -> Any:
    flow = start(client)
    return client.acquire_token_by_auth_code_flow(flow, follow(session, flow["auth_uri"]))


def refreshed(client: msal.ConfidentialClientApplication) -> Any:
    account = client.get_accounts()[0]
    return client.acquire_token_silent_with_error(["Mail.Read"], account, force_refresh=True)


def test_msal_signs_in_with_pkce_and_nonce(client: msal.ConfidentialClientApplication, session: requests.Session):
    result = signed_in(client, session)

    assert set(result["scope"].split()) >= {"Mail.Read", "User.Read"}
    assert result["id_token_claims"]["preferred_username"] == RITA
    assert client.get_accounts()[0]["username"] == RITA


def test_a_refresh_brings_a_new_token_and_leaves_the_old_one_alive(
    sandbox: SandboxProcess, client: msal.ConfidentialClientApplication, session: requests.Session
):
    first = signed_in(client, session)["refresh_token"]

    assert refreshed(client)["access_token"]
    form = {
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": first,
        "scope": "https://graph.microsoft.com/Mail.Read offline_access",
    }
    again = session.post(f"{sandbox.authority}/common/oauth2/v2.0/token", data=form, timeout=PATIENCE).json()
    assert again["refresh_token"] != first
    assert "https://graph.microsoft.com/Mail.Read" in again["scope"].split()


def test_a_code_works_once(client: msal.ConfidentialClientApplication, session: requests.Session):
    flow = start(client)
    answer = follow(session, flow["auth_uri"])
    client.acquire_token_by_auth_code_flow(flow, answer)

    assert client.acquire_token_by_auth_code_flow(flow, answer)["error_codes"] == [54005]


def test_a_code_without_its_verifier_is_worthless(
    client: msal.ConfidentialClientApplication, session: requests.Session
):
    flow = start(client)
    answer = follow(session, flow["auth_uri"])
    stolen = {**flow, "code_verifier": "x" * 43}

    assert client.acquire_token_by_auth_code_flow(stolen, answer)["error_codes"] == [501481]


def test_a_wrong_secret_is_the_operators_fault(sandbox: SandboxProcess, session: requests.Session):
    client = msal.ConfidentialClientApplication(
        sandbox.client_id,
        client_credential="wrong",
        authority=f"{sandbox.authority}/{sandbox.tenant_id}",
        instance_discovery=False,
        http_client=session,
    )

    assert signed_in(client, session)["error_codes"] == [7000215]


def test_the_page_lets_one_choose_a_person_and_posts_the_answer_back(
    client: msal.ConfidentialClientApplication, session: requests.Session
):
    flow = start(client, prompt="select_account")
    page = session.get(flow["auth_uri"], timeout=PATIENCE).text
    assert "Rita Lindqvist" in page
    assert "Read your mail" in page

    action = urlsplit(flow["auth_uri"])._replace(query="").geturl() + "/decide"
    form = hidden_fields(page)
    back = session.post(action, data={**form, "person": RITA}, timeout=PATIENCE).text
    fields = hidden_fields(back)
    assert f'action="{CALLBACK}"' in back
    assert client.acquire_token_by_auth_code_flow(flow, fields)["access_token"]

    refused = session.post(
        action, data={**form, "cancel": "1", "response_mode": "query"}, timeout=PATIENCE, allow_redirects=False
    )
    assert "error=access_denied" in refused.headers["Location"]
    assert "AADSTS65004" in refused.headers["Location"]


@pytest.mark.parametrize(
    "redirect_uri", ["https://evil.example/oauth/microsoft/callback/", "http://localhost:8000/other/"]
)
def test_an_unregistered_redirect_uri_gets_no_redirect(
    sandbox: SandboxProcess, session: requests.Session, redirect_uri: str
):
    query = {"client_id": sandbox.client_id, "redirect_uri": redirect_uri, "response_type": "code", "login_hint": RITA}
    url = f"{sandbox.facts['http']}/common/oauth2/v2.0/authorize"
    page = session.get(url, params=query, allow_redirects=False, timeout=PATIENCE)

    assert page.status_code == 400
    assert "AADSTS50011" in page.text


def test_a_tenant_that_wants_admin_consent_refuses_users_until_an_admin_accepts(
    sandbox: SandboxProcess, client: msal.ConfidentialClientApplication, session: requests.Session
):
    sandbox.control.switch(user_consent_allowed=False)
    assert "AADSTS90094" in follow(session, start(client)["auth_uri"])["error_description"]

    query = {
        "client_id": sandbox.client_id,
        "scope": "https://graph.microsoft.com/Mail.Read https://graph.microsoft.com/User.Read",
        "redirect_uri": CONSENT_CALLBACK,
        "state": "s1",
    }
    url = f"{sandbox.facts['http']}/{sandbox.tenant_id}/v2.0/adminconsent"
    assert "Permissions requested" in session.get(url, params=query, timeout=PATIENCE).text
    accepted = session.post(f"{url}/decide", data={**query, "accept": "1"}, allow_redirects=False, timeout=PATIENCE)
    back = parse_qs(urlsplit(accepted.headers["Location"]).query)
    assert (back["admin_consent"], back["tenant"], back["state"]) == (["True"], [sandbox.tenant_id], ["s1"])
    assert "graph.microsoft.com/Mail.Read" in back["scope"][0]
    assert signed_in(client, session)["access_token"]


def test_a_cancelled_admin_consent_names_no_tenant(sandbox: SandboxProcess, session: requests.Session):
    query = {"client_id": sandbox.client_id, "scope": "Mail.Read", "redirect_uri": CONSENT_CALLBACK, "state": "s1"}
    url = f"{sandbox.facts['http']}/{sandbox.tenant_id}/v2.0/adminconsent/decide"
    refused = session.post(url, data={**query, "cancel": "1"}, allow_redirects=False, timeout=PATIENCE)
    back = parse_qs(urlsplit(refused.headers["Location"]).query)

    assert back["error"] == ["access_denied"]
    assert "AADSTS65004" in back["error_description"][0]
    assert "tenant" not in back


def test_the_legacy_admin_consent_takes_common_and_words_its_refusal_otherwise(
    sandbox: SandboxProcess, session: requests.Session
):
    query = {"client_id": sandbox.client_id, "redirect_uri": CONSENT_CALLBACK, "state": "s1"}
    url = f"{sandbox.facts['http']}/common/adminconsent/decide"
    accepted = session.post(url, data={**query, "accept": "1"}, allow_redirects=False, timeout=PATIENCE)
    refused = session.post(url, data={**query, "cancel": "1"}, allow_redirects=False, timeout=PATIENCE)

    assert "scope" not in parse_qs(urlsplit(accepted.headers["Location"]).query)
    assert "error=permission_denied" in refused.headers["Location"]


def test_a_withheld_scope_is_missing_from_the_answer(
    sandbox: SandboxProcess, client: msal.ConfidentialClientApplication, session: requests.Session
):
    sandbox.control.switch(withheld_scopes=["Mail.Read"])

    assert "Mail.Read" not in signed_in(client, session)["scope"].split()


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        (lambda control: control.revoke(RITA), 50173),
        (lambda control: control.withdraw_consent(), 65001),
        (lambda control: control.withdraw_consent(RITA), 65001),
        (lambda control: control.disable_user(RITA), 50057),
        (lambda control: control.remove_app(), 700016),
        (lambda control: control.switch(wrong_secret=True), 7000215),
    ],
)
def test_what_an_admin_takes_away_shows_at_the_next_refresh(
    sandbox: SandboxProcess, client: msal.ConfidentialClientApplication, session: requests.Session, deed: Any, code: int
):
    signed_in(client, session)
    deed(sandbox.control)

    assert refreshed(client)["error_codes"] == [code]


@pytest.mark.parametrize("code", sorted(code for code in TOKEN_ERRORS if TOKEN_ERRORS[code].status < 500))
def test_every_code_can_be_scripted_for_a_user(
    sandbox: SandboxProcess, session: requests.Session, client: msal.ConfidentialClientApplication, code: int
):
    signed_in(client, session)
    sandbox.control.token_error(code, user=RITA)

    answer = refreshed(client)
    assert answer["error_codes"] == [code]
    assert answer["error_description"].startswith(f"AADSTS{code}: ")
    assert ("claims" in answer) == TOKEN_ERRORS[code].with_claims


def test_a_scripted_sign_in_error_comes_back_by_redirect(
    sandbox: SandboxProcess, client: msal.ConfidentialClientApplication, session: requests.Session
):
    sandbox.control.token_error(53003, user=RITA, door="authorize")

    assert "AADSTS53003" in follow(session, start(client)["auth_uri"])["error_description"]


def test_sessions_outlive_months_only_if_used(sandbox: SandboxProcess):
    token = sandbox.control.sign_in(RITA)
    sandbox.control.advance(91 * 86_400)
    form = {
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": token["refresh_token"],
        "scope": "Mail.Read",
    }
    with sandbox.session() as session:
        answer = session.post(f"{sandbox.authority}/common/oauth2/v2.0/token", data=form, timeout=PATIENCE).json()

    assert answer["error_codes"] == [700082]


def test_tokens_and_mail_are_not_served_over_plain_http(sandbox: SandboxProcess):
    with sandbox.session() as session:
        assert session.get(f"{sandbox.facts['http']}/v1.0/me", timeout=PATIENCE).status_code == 403
        assert session.post(f"{sandbox.facts['http']}/common/oauth2/v2.0/token", timeout=PATIENCE).status_code == 403


def test_a_foreign_tenant_is_unknown(sandbox: SandboxProcess):
    with sandbox.session() as session:
        url = f"{sandbox.authority}/00000000-0000-0000-0000-000000000000/v2.0/.well-known/openid-configuration"
        assert session.get(url, timeout=PATIENCE).status_code == 400


def test_signing_in_an_unknown_person_fails_plainly(sandbox: SandboxProcess):
    with pytest.raises(SandboxError):
        sandbox.control.sign_in("nobody@acme.example")
