import os

import pytest
import requests
import responses
import urllib3
from django.test import override_settings
from urllib3.util.retry import Retry

from accounts.microsoft import session as session_module
from accounts.microsoft.identity import authority_for
from accounts.microsoft.scopes import as_granted, is_granted
from accounts.microsoft.session import IdentityTransport, graph_pool, identity_session
from core.http.errors import Misconfigured
from core.http.retry_after import seconds_to_wait
from tests.support.factories import A_MONDAY

DISCOVERY = "https://login.example/organizations/v2.0/.well-known/openid-configuration"


def test_one_process_has_one_session_and_a_forked_one_its_own(monkeypatch):
    first = identity_session(), graph_pool()
    assert (identity_session(), graph_pool()) == first

    monkeypatch.setattr(os, "getpid", lambda: -1)

    assert identity_session() is not first[0]
    assert graph_pool() is not first[1]


def test_the_session_takes_nothing_from_the_environment_and_keeps_no_cookie():
    session = identity_session()
    with responses.RequestsMock() as played:
        played.get("https://graph.example/", headers={"Set-Cookie": "person=rita"})
        session.get("https://graph.example/", timeout=1)

    assert session.trust_env is False
    assert session.verify is True
    assert len(session.cookies) == 0


def test_a_ca_bundle_that_is_no_file_is_the_operators_alarm(settings, tmp_path):
    settings.MICROSOFT_CA_BUNDLE = str(tmp_path / "nowhere.pem")

    with pytest.raises(Misconfigured, match="CaBundleMissing"):
        identity_session()
    with pytest.raises(Misconfigured, match="CaBundleMissing"):
        graph_pool()


@override_settings(MICROSOFT_GRAPH_URL="https://graph.example/v1.0")
def test_the_lines_to_graph_lead_nowhere_else():
    with pytest.raises(urllib3.exceptions.HostChangedError):
        graph_pool().urlopen("GET", "https://evil.example/v1.0/me")


@override_settings(MICROSOFT_GRAPH_URL="https://graph.example/v1.0")
def test_an_answer_is_never_repeated_behind_the_back_of_the_sync_and_a_token_request_never_at_all():
    graph = graph_pool().retries
    identity = identity_session().get_adapter("https://login.example/token").max_retries  # type: ignore[attr-defined]

    assert isinstance(graph, Retry)
    assert not graph.is_retry("GET", 503, has_retry_after=True)
    assert not graph.is_retry("POST", 429, has_retry_after=True)
    assert (graph.read, identity.read) == (1, 0)
    assert not graph.respect_retry_after_header


def test_a_discovery_document_is_fetched_once_a_day(monkeypatch):
    monkeypatch.setattr(session_module, "_discovered", {})
    with responses.RequestsMock() as played:
        played.get(DISCOVERY, json={"token_endpoint": "https://login.example/token"})
        for _ in range(3):
            IdentityTransport(requests.Session()).get(DISCOVERY)

        assert len(played.calls) == 1


def test_a_failed_discovery_is_not_remembered(monkeypatch):
    monkeypatch.setattr(session_module, "_discovered", {})
    with responses.RequestsMock() as played:
        played.get(DISCOVERY, status=503)
        played.get(DISCOVERY, json={})
        transport = IdentityTransport(requests.Session())

        assert [transport.get(DISCOVERY).status_code for _ in range(2)] == [503, 200]


@pytest.mark.parametrize(
    ("configured", "address"),
    [
        ("https://login.microsoftonline.com", "https://login.microsoftonline.com/organizations"),
        ("https://login.microsoftonline.com/contoso.example", "https://login.microsoftonline.com/contoso.example"),
    ],
)
def test_an_application_of_a_single_tenant_signs_in_there(settings, configured, address):
    settings.MICROSOFT_AUTHORITY = configured

    assert authority_for("organizations") == address


@pytest.mark.parametrize(
    "granted",
    [
        "User.Read Mail.Read",
        "https://graph.microsoft.com/Mail.Read openid",
        "mail.read",
        "x https://GRAPH.microsoft.com/MAIL.READ",
    ],
)
def test_mail_read_is_recognized_in_every_spelling(granted):
    assert is_granted("Mail.Read", granted)


@pytest.mark.parametrize(
    "granted", ["", "User.Read", "Mail.ReadBasic", "Mail.ReadWrite", "https://evil.example/Mail.Read"]
)
def test_what_is_not_mail_read_is_not_taken_for_it(granted):
    assert not is_granted("Mail.Read", granted)


def test_tokens_are_asked_for_in_the_spelling_they_were_granted_in():
    granted = "openid https://graph.microsoft.com/Mail.Read user.read"

    assert as_granted(["User.Read", "Mail.Read"], granted) == ["user.read", "https://graph.microsoft.com/Mail.Read"]
    assert as_granted(["Mail.Read"], "") == ["Mail.Read"]


def test_a_wait_is_only_read_from_its_own_header():
    assert seconds_to_wait({}, now=A_MONDAY) is None
    assert seconds_to_wait({"retry-after": " 3 "}, now=A_MONDAY) == 3.0
