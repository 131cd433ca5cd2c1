"""Single answers of the identity platform, played without a server."""

import base64
import hashlib
import json
from typing import Any

import pytest
import requests
import responses

from accounts.microsoft import id_token as id_token_module
from accounts.microsoft import session as session_module
from accounts.microsoft.identity import Identity
from accounts.microsoft.scopes import as_granted
from core.http.errors import Misconfigured, ReauthenticationNeeded, Throttled, Unavailable
from tests.accounts.microsoft.key_sets import ANY_ISSUER, JWKS, published
from tests.accounts.microsoft.key_sets import token as id_token

AUTHORITY = "https://login.example"
DISCOVERY = f"{AUTHORITY}/organizations/v2.0/.well-known/openid-configuration"
TOKEN = f"{AUTHORITY}/organizations/oauth2/v2.0/token"
ENDPOINTS = {
    "authorization_endpoint": f"{AUTHORITY}/organizations/oauth2/v2.0/authorize",
    "token_endpoint": TOKEN,
    "issuer": ANY_ISSUER,
    "jwks_uri": JWKS,
}


@pytest.fixture
def platform(settings, monkeypatch):
    settings.MICROSOFT_AUTHORITY = AUTHORITY
    settings.MICROSOFT_CLIENT_ID, settings.MICROSOFT_CLIENT_SECRET = "our-app", "secret"
    monkeypatch.setattr(session_module, "_discovered", {})
    monkeypatch.setattr(id_token_module, "_key_sets", {})
    with responses.RequestsMock() as played:
        yield played


def encoded(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def token_answer(**changes: Any) -> dict[str, Any]:
    whole = {
        "token_type": "Bearer",
        "scope": "User.Read Mail.Read",
        "expires_in": 3600,
        "access_token": "opaque",
        "refresh_token": "refresh",
        "client_info": encoded({"uid": "person", "utid": "tenant"}),
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def signed_in(platform: responses.RequestsMock) -> str:
    platform.get(DISCOVERY, json=ENDPOINTS)
    flow = Identity().begin(["User.Read", "Mail.Read"], redirect_uri="http://localhost/")
    nonce = hashlib.sha256(flow["nonce"].encode()).hexdigest()
    platform.get(JWKS, json=published(0))
    platform.post(TOKEN, json=token_answer(id_token=id_token(nonce=nonce, oid="person")))
    return Identity().redeem(flow, {"code": "c", "state": flow["state"]}).cache


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 404, "body": "no such tenant"}, Misconfigured),
        ({"status": 400, "json": {"error": "invalid_tenant"}}, Misconfigured),
        ({"status": 200, "json": {"token_endpoint": TOKEN}}, Misconfigured),
        ({"status": 200, "json": ENDPOINTS | {"token_endpoint": "http://login.example/x/token"}}, Misconfigured),
        ({"status": 429, "headers": {"Retry-After": "9"}}, Throttled),
        ({"status": 503}, Unavailable),
        ({"body": requests.ConnectionError("down")}, Unavailable),
        ({"body": requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED")}, Misconfigured),
    ],
)
def test_a_platform_that_does_not_describe_itself_is_told_apart_from_one_that_is_down(platform, answer, error):
    platform.get(DISCOVERY, **answer)

    with pytest.raises(error) as raised:
        Identity()

    if error is Throttled:
        assert raised.value.retry_after == 9.0


def test_no_address_but_the_configured_one_is_asked(platform):
    platform.get(DISCOVERY, json=ENDPOINTS)

    Identity()

    assert [call.request.url for call in platform.calls] == [DISCOVERY]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 429, "headers": {"Retry-After": "9"}, "json": {"error": "slow_down"}}, Throttled),
        ({"status": 503, "headers": {"Retry-After": "9"}}, Unavailable),
        ({"status": 500, "json": {"error": "server_error"}}, Unavailable),
        ({"status": 200, "body": '{"access_token": "op'}, Unavailable),
        ({"status": 200, "json": {"token_type": "Bearer"}}, Unavailable),
        ({"status": 400, "json": {"error": "brand_new_error"}}, ReauthenticationNeeded),
        ({"body": requests.Timeout("slow")}, Unavailable),
    ],
)
def test_a_refresh_that_fails_is_an_error_of_the_tree(platform, answer, error):
    cache = signed_in(platform)
    platform.replace(responses.POST, TOKEN, **answer)

    with pytest.raises(error) as raised:
        Identity(cache).token(["Mail.Read"], object_id="person", is_fresh_wanted=True)

    if "headers" in answer:
        assert raised.value.retry_after == 9.0


def test_a_refusal_is_not_remembered_past_its_repair(platform):
    cache = signed_in(platform)
    platform.replace(responses.POST, TOKEN, status=400, json={"error": "invalid_grant", "error_codes": [50173]})
    with pytest.raises(ReauthenticationNeeded):
        Identity(cache).token(["Mail.Read"], object_id="person", is_fresh_wanted=True)
    platform.replace(responses.POST, TOKEN, json=token_answer(access_token="mended"))

    assert Identity(cache).token(["Mail.Read"], object_id="person", is_fresh_wanted=True).value == "mended"


def test_a_new_refresh_token_replaces_the_old_one_and_a_missing_one_does_not(platform):
    cache = signed_in(platform)
    platform.replace(responses.POST, TOKEN, json=token_answer(refresh_token=None))
    identity = Identity(cache)
    identity.token(["Mail.Read"], object_id="person", is_fresh_wanted=True)
    assert '"secret": "refresh"' in identity.cache

    platform.replace(responses.POST, TOKEN, json=token_answer(refresh_token="newer"))
    identity = Identity(cache)
    identity.token(["Mail.Read"], object_id="person", is_fresh_wanted=True)

    assert '"secret": "newer"' in identity.cache
    assert '"secret": "refresh"' not in identity.cache


@pytest.mark.parametrize("broken", ["", "not.a.jwt", f"{encoded({})}.{encoded({'aud': 'our-app'})}.x"])
def test_an_id_token_that_cannot_be_read_ends_in_words_and_not_in_a_traceback(platform, broken):
    platform.get(DISCOVERY, json=ENDPOINTS)
    platform.post(TOKEN, json=token_answer(id_token=broken, client_info=None))
    flow = Identity().begin(["Mail.Read"], redirect_uri="http://localhost/")

    with pytest.raises((ReauthenticationNeeded, Unavailable)) as raised:
        Identity().redeem(flow, {"code": "c", "state": flow["state"]})

    assert raised.value.sentence


def test_a_token_request_carries_the_secret_in_its_body_and_never_in_its_address(platform):
    signed_in(platform)

    sent = next(call.request for call in platform.calls if call.request.method == "POST")

    assert "client_secret=secret" in sent.body
    assert "secret" not in sent.url


def test_without_a_person_in_the_cache_nothing_is_asked(platform):
    platform.get(DISCOVERY, json=ENDPOINTS)

    with pytest.raises(ReauthenticationNeeded, match="no_refresh_token"):
        Identity().token(["Mail.Read"], object_id="person")


def test_a_token_granted_in_the_long_spelling_is_found_in_the_cache_again(platform):
    platform.get(DISCOVERY, json=ENDPOINTS)
    granted = "https://graph.microsoft.com/Mail.Read https://graph.microsoft.com/User.Read openid"
    flow = Identity().begin(["User.Read", "Mail.Read"], redirect_uri="http://localhost/")
    nonce = hashlib.sha256(flow["nonce"].encode()).hexdigest()
    platform.get(JWKS, json=published(0))
    platform.post(TOKEN, json=token_answer(scope=granted, id_token=id_token(nonce=nonce, oid="person")))
    redeemed = Identity().redeem(flow, {"code": "c", "state": flow["state"]})
    asked_so_far = len(platform.calls)

    token = Identity(redeemed.cache).token(
        as_granted(["User.Read", "Mail.Read"], redeemed.granted_scopes), object_id="person"
    )

    assert (token.value, token.granted_scopes) == ("opaque", "")
    assert len(platform.calls) == asked_so_far
