from typing import Any

import pytest
from django.db import OperationalError

from accounts.domain.vocabulary import ConnectionState as State
from accounts.models import MicrosoftConnection, User
from accounts.services.connection import disconnect
from accounts.services.tokens import record_loss, token_provider
from accounts.signals import connection_changed
from core.http.errors import (
    AdminConsentNeeded,
    ConnectionLost,
    ConsentRevoked,
    Misconfigured,
    OutsideError,
    ReauthenticationNeeded,
    Throttled,
    Unavailable,
)
from sandbox.testing import SandboxProcess
from tests.support.aadsts import DOCUMENTED
from tests.support.sign_in import JONAS, RITA, connect
from tests.support.waiting import PATIENCE


@pytest.fixture
def connected(tenant: SandboxProcess, carol: User) -> MicrosoftConnection:
    return connect(tenant, carol)


@pytest.fixture
def announced(db: None):
    heard: list[str] = []

    def hear(*, connection: MicrosoftConnection, **_: Any) -> None:
        heard.append(connection.state)

    connection_changed.connect(hear)
    yield heard
    connection_changed.disconnect(hear)


def token_requests(tenant: SandboxProcess) -> int:
    return sum(entry["door"] == "token" and entry["grant_type"] == "refresh_token" for entry in tenant.control.log())


def stored() -> MicrosoftConnection:
    return MicrosoftConnection.objects.get()


def graph_status(tenant: SandboxProcess, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return tenant.session().get(f"{tenant.graph_url}/me", headers=headers, timeout=PATIENCE).status_code


def test_a_token_that_still_lasts_comes_from_the_cache_without_a_request_or_a_query(
    tenant, connected, django_assert_num_queries
):
    provider = token_provider(connected)

    with django_assert_num_queries(0):
        token = provider(False)

    assert graph_status(tenant, token) == 200
    assert provider(False) == token
    assert token_requests(tenant) == 0


def test_a_fresh_token_is_refreshed_and_saved(tenant, connected):
    before = connected.token_cache

    token = token_provider(connected)(True)

    assert graph_status(tenant, token) == 200
    assert token_requests(tenant) == 1
    assert stored().token_cache != before
    assert token_provider(stored())(False) == token


def test_two_workers_refresh_at_once_and_neither_loses(tenant, connected):
    one, other = token_provider(stored()), token_provider(stored())

    first, second = one(True), other(True)

    assert graph_status(tenant, first) == graph_status(tenant, second) == 200
    assert token_provider(stored())(False) == first
    assert other(False) == second


def test_a_token_that_a_colleague_refreshed_meanwhile_is_fresh_enough(tenant, connected):
    one, other = token_provider(stored()), token_provider(stored())
    one(False)
    other(False)
    fresh = one(True)

    assert other(True) == fresh
    assert token_requests(tenant) == 1


def test_a_disconnect_in_the_middle_of_a_run_is_obeyed_and_not_undone(tenant, connected):
    provider = token_provider(connected)
    provider(False)
    disconnect(user=connected.user)

    with pytest.raises(ReauthenticationNeeded, match="not_connected"):
        provider(True)

    assert (stored().state, stored().token_cache) == (State.DISCONNECTED, "")


def test_a_disconnect_during_the_refresh_itself_is_not_undone(tenant, connected):
    stale = stored()
    disconnect(user=connected.user)

    with pytest.raises(ReauthenticationNeeded, match="not_connected"):
        token_provider(stale)(True)

    assert (stored().state, stored().token_cache) == (State.DISCONNECTED, "")


def test_a_run_ends_when_another_microsoft_account_is_connected_meanwhile(tenant, connected, carol):
    provider = token_provider(stored())
    provider(False)
    disconnect(user=carol)
    connect(tenant, carol, as_person=JONAS)

    with pytest.raises(Unavailable, match="account_changed"):
        provider(True)

    assert stored().state == State.CONNECTED


@pytest.mark.parametrize("number", DOCUMENTED)
def test_every_refusal_of_a_refresh_is_recorded_as_its_state(tenant, connected, number, announced):
    tenant.control.token_error(number, count=-1)

    with pytest.raises(OutsideError) as refused:
        token_provider(connected)(True)

    expected = DOCUMENTED[number]
    if isinstance(expected, State):
        assert (stored().state, stored().reason) == (expected, f"AADSTS{number}")
        assert announced == [expected]
    else:
        assert isinstance(refused.value, expected)
        assert stored().state == State.CONNECTED


def test_a_claims_challenge_is_kept_and_passed_on_at_the_next_sign_in(tenant, connected, carol):
    tenant.control.token_error(50076)
    with pytest.raises(ReauthenticationNeeded):
        token_provider(connected)(True)

    assert "capolids" in stored().claims
    assert connect(tenant, carol).claims == ""


def test_a_repaired_refusal_works_at_once_and_shows_that_it_does(tenant, connected, announced):
    tenant.control.switch(wrong_secret=True)
    with pytest.raises(Misconfigured, match="AADSTS7000215"):
        token_provider(connected)(True)
    tenant.control.token_error(70000)
    tenant.control.switch(wrong_secret=False)
    with pytest.raises(ReauthenticationNeeded, match="AADSTS70000"):
        token_provider(stored())(True)

    token = token_provider(stored())(True)

    assert graph_status(tenant, token) == 200
    assert (stored().state, stored().reason) == (State.CONNECTED, "")
    assert announced == [State.MISCONFIGURED, State.NEEDS_SIGN_IN, State.CONNECTED]


def test_withdrawn_consent_stops_with_its_state_and_a_new_grant_mends_it(tenant, connected):
    tenant.control.withdraw_consent()
    with pytest.raises(ConsentRevoked, match="AADSTS65001"):
        token_provider(connected)(True)
    tenant.control.grant_tenant()

    token_provider(stored())(True)

    assert stored().state == State.CONNECTED


def test_a_scope_that_went_missing_is_noticed_on_the_refresh(tenant, connected):
    tenant.control.switch(withheld_scopes=["Mail.Read"])

    with pytest.raises(ConsentRevoked, match="mail_read_missing"):
        token_provider(connected)(True)

    assert (stored().state, stored().reason) == (State.NEEDS_CONSENT, "mail_read_missing")


def test_a_scope_that_was_missing_is_asked_for_again_without_being_told_to(tenant, carol):
    tenant.control.switch(withheld_scopes=["Mail.Read"])
    connect(tenant, carol)
    with pytest.raises(ConsentRevoked):
        token_provider(stored())(False)
    tenant.control.switch(withheld_scopes=[])

    token_provider(stored())(False)

    assert stored().state == State.CONNECTED


def test_the_platforms_throttling_says_how_long_to_wait(tenant, connected):
    tenant.control.token_error(90033, retry_after=17)

    with pytest.raises(Throttled) as refused:
        token_provider(connected)(True)

    assert refused.value.retry_after == 17.0
    assert stored().state == State.CONNECTED


def test_a_platform_that_cannot_be_reached_is_tried_again(tenant, connected, settings):
    settings.MICROSOFT_AUTHORITY = "https://127.0.0.1:1"

    with pytest.raises(Unavailable):
        token_provider(connected)(True)

    assert stored().state == State.CONNECTED


def test_an_untrusted_certificate_is_the_operators_alarm(tenant, connected, settings):
    settings.MICROSOFT_CA_BUNDLE = ""

    with pytest.raises(Misconfigured, match="CertificateNotTrusted"):
        token_provider(connected)(True)


def test_the_environments_ca_bundle_does_not_override_ours(tenant, connected, monkeypatch, tmp_path):
    (tmp_path / "empty.pem").write_text("")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "empty.pem"))

    assert graph_status(tenant, token_provider(connected)(True)) == 200


def test_a_loss_seen_by_an_outdated_run_does_not_end_a_new_sign_in(tenant, connected, carol):
    outdated = stored()
    connect(tenant, carol)

    assert not record_loss(connection=outdated, error=ReauthenticationNeeded("AADSTS50173"))
    assert stored().state == State.CONNECTED


@pytest.mark.django_db(transaction=True)
def test_a_loss_that_is_written_at_the_second_attempt_is_recorded(tenant, connected, announced):
    collisions = [OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction")]

    def collide(**_: Any) -> None:
        if collisions:
            raise collisions.pop()

    connection_changed.connect(collide)
    try:
        assert record_loss(connection=connected, error=ReauthenticationNeeded("AADSTS50173"))
    finally:
        connection_changed.disconnect(collide)

    assert not collisions
    assert (stored().state, stored().token_version) == (State.NEEDS_SIGN_IN, connected.token_version)
    assert announced == [State.NEEDS_SIGN_IN, State.NEEDS_SIGN_IN]


def test_a_refused_attempt_to_connect_stays_the_reason_when_the_sync_looks_again(tenant, carol):
    tenant.control.switch(user_consent_allowed=False)
    with pytest.raises(OutsideError):
        connect(tenant, carol)

    with pytest.raises(AdminConsentNeeded, match="AADSTS90094"):
        token_provider(stored())(False)

    assert (stored().state, stored().reason) == (State.NEEDS_ADMIN, "AADSTS90094")


def test_a_connection_without_tokens_asks_to_connect(db, carol):
    connection = MicrosoftConnection.objects.create(user=carol, organization=carol.organization)

    with pytest.raises(ConnectionLost, match="not_connected"):
        token_provider(connection)(False)

    assert RITA not in str(stored())
