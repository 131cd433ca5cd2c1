"""Which keys are believed, for how long, and how often they are asked for; the tokens themselves: tests/attacks."""

import base64
import json
import time
from typing import Any

import pytest
import requests
import responses

from accounts.domain.sign_in import SignInRefused
from accounts.microsoft import id_token
from accounts.microsoft.id_token import Authority, discovered, verified_claims
from accounts.microsoft.session import IdentityTransport
from core.http.errors import Misconfigured, Unavailable
from tests.accounts.microsoft.key_sets import ANY_ISSUER, AUTHORITY, JWKS, PERSONAL, TENANT, published, token


@pytest.fixture
def platform(monkeypatch):
    monkeypatch.setattr(id_token, "_key_sets", {})
    with responses.RequestsMock(assert_all_requests_are_fired=False) as played:
        yield played


@pytest.fixture
def clock(monkeypatch):
    """Moves the clock that measures how old a key set is."""
    passed = [1_000_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: passed[0])
    return lambda seconds: passed.append(passed.pop() + seconds)


def believed(signed: str) -> Any:
    transport = IdentityTransport(requests.Session())
    authority = Authority(ANY_ISSUER, JWKS)
    return verified_claims(signed, authority=authority, transport=transport, client_id="our-app", nonce="n")


def test_the_keys_are_asked_for_once_for_many_tokens(platform):
    platform.get(JWKS, json=published(0))

    assert [believed(token())["tid"] for _ in range(3)] == [TENANT] * 3

    assert len(platform.calls) == 1


def test_an_unknown_key_is_asked_for_again_but_not_for_every_token(platform, clock):
    platform.get(JWKS, json=published(0))
    believed(token())

    clock(1)
    for _ in range(5):
        with pytest.raises(SignInRefused, match="UnknownKeyError"):
            believed(token(by=1))
    assert len(platform.calls) == 1

    platform.replace(responses.GET, JWKS, json=published(1, 0))
    clock(id_token.LEAST_SECONDS_BETWEEN)
    assert believed(token(by=1))["tid"] == TENANT
    assert len(platform.calls) == 2


def test_a_key_that_was_withdrawn_is_believed_for_a_day_at_most(platform, clock):
    platform.get(JWKS, json=published(0))
    believed(token())
    platform.replace(responses.GET, JWKS, json=published(1))

    clock(id_token.KEYS_LIFE_SECONDS)
    with pytest.raises(SignInRefused, match="UnknownKeyError"):
        believed(token())


def test_a_key_signs_for_its_own_issuer_alone(platform):
    platform.get(JWKS, json=published(0, issuer=ANY_ISSUER.replace("{tenantid}", PERSONAL)))

    with pytest.raises(SignInRefused, match="InvalidIssuerError"):
        believed(token())


@pytest.mark.parametrize(
    "keys",
    [
        {"keys": [{"kty": "oct", "use": "sig", "kid": "0", "k": base64.urlsafe_b64encode(b"x" * 40).decode()}]},
        {"keys": [{"kty": "RSA", "use": "sig", "kid": "0", "n": "AQAB", "e": "nonsense"}]},
        {"keys": [{"kty": "RSA", "use": "sig", "kid": "0"}]},
        {"keys": "none"},
        {"keys": [None, 7]},
        published(0, use="enc"),
        [],
    ],
)
def test_keys_that_are_none_prove_nothing(platform, keys):
    platform.get(JWKS, json=keys)

    with pytest.raises(SignInRefused):
        believed(token())


def test_keys_that_cannot_be_had_are_no_verdict(platform):
    platform.get(JWKS, status=503)

    with pytest.raises(Unavailable):
        believed(token())


@pytest.mark.parametrize("kid", [None, 7, ["0"], ""])
def test_a_token_that_names_no_key_is_refused(platform, kid):
    platform.get(JWKS, json=published(0))
    head, rest = token().split(".", 1)
    named = json.loads(base64.urlsafe_b64decode(head + "==")) | {"kid": kid}
    head = base64.urlsafe_b64encode(json.dumps(named).encode()).decode().rstrip("=")

    with pytest.raises(SignInRefused):
        believed(f"{head}.{rest}")


@pytest.mark.parametrize("address", [None, "http://login.example/keys", ""])
def test_an_authority_that_does_not_say_how_it_signs_is_the_operators_to_mend(platform, address):
    platform.get(f"{AUTHORITY}/v2.0/.well-known/openid-configuration", json={"issuer": ANY_ISSUER, "jwks_uri": address})

    with pytest.raises(Misconfigured, match="authority_unknown"):
        discovered(IdentityTransport(requests.Session()), AUTHORITY)


@pytest.mark.parametrize("nonce", ["another", "", None, 7])
def test_a_token_that_was_asked_for_by_another_sign_in_is_refused(platform, nonce):
    platform.get(JWKS, json=published(0))

    with pytest.raises(SignInRefused):
        believed(token(nonce=nonce))
