import pytest

from accounts.domain.vocabulary import ConnectionState as State
from accounts.microsoft.aadsts import MEANINGS, UNKNOWN, explain, sign_in_error
from accounts.microsoft.wording import connection_state_of
from core.http.errors import ReauthenticationNeeded, Retryable, Throttled
from tests.support.aadsts import DOCUMENTED


def answer_of(number: int, error: str = "invalid_grant", **more: object) -> dict[str, object]:
    return {
        "error": error,
        "error_description": f"AADSTS{number}: It says so.\r\nTrace ID: 1\r\nTimestamp: 2026-11-20 10:00:00Z",
        "error_codes": [number],
        "trace_id": "0a1b",
        **more,
    }


@pytest.mark.parametrize("number", DOCUMENTED)
def test_every_documented_number_has_its_state_a_sentence_and_a_next_step(number):
    error = sign_in_error(answer_of(number))

    expected = DOCUMENTED[number]
    assert connection_state_of(error) == expected if isinstance(expected, State) else type(error) is expected
    assert error.code == f"AADSTS{number}"
    assert error.sentence.endswith(".")
    assert error.next_step.endswith(".")
    assert error.request_id == "0a1b"


def test_no_row_is_left_without_its_own_words_or_its_leafs():
    assert all(meaning.sentence and meaning.next_step for meaning in MEANINGS.values())


def test_the_number_in_the_description_is_read_when_the_redirect_carries_no_list():
    error = sign_in_error({"error": "access_denied", "error_description": "AADSTS90094: Admin consent is required."})

    assert connection_state_of(error) is State.NEEDS_ADMIN


def test_the_first_known_number_of_several_decides():
    assert connection_state_of(sign_in_error(answer_of(99999, error_codes=[99999, 50057]))) is State.USER_DISABLED


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"error": "invalid_grant", "suberror": "consent_required"}, State.NEEDS_CONSENT),
        ({"error": "invalid_grant", "suberror": "protection_policy_required"}, State.BLOCKED),
        ({"error": "access_denied"}, State.NEEDS_CONSENT),
        ({"error": "interaction_required"}, State.NEEDS_SIGN_IN),
        ({"error": "invalid_client"}, State.MISCONFIGURED),
        ({"error": "unauthorized_client"}, State.MISCONFIGURED),
        ({"error": "invalid_scope"}, State.MISCONFIGURED),
    ],
)
def test_without_a_number_the_suberror_and_then_the_error_decide(answer, state):
    assert connection_state_of(sign_in_error(answer)) is state


@pytest.mark.parametrize("answer", [{"error": "server_error"}, {"error": "temporarily_unavailable"}])
def test_a_passing_fault_without_a_number_is_tried_again(answer):
    assert isinstance(sign_in_error(answer, retry_after=7.0), Retryable)
    assert sign_in_error(answer, retry_after=7.0).retry_after == 7.0  # type: ignore[attr-defined]


@pytest.mark.parametrize("answer", [{"error": "brand_new"}, {"error": None}, {}, answer_of(999999, "brand_new")])
def test_what_nobody_has_seen_before_stops_visibly_and_asks_to_sign_in(answer):
    error = sign_in_error(answer)

    assert type(error) is ReauthenticationNeeded
    assert error.sentence
    assert error.next_step


def test_the_claims_of_a_challenge_are_kept_for_the_next_sign_in():
    error = sign_in_error(answer_of(50076, claims='{"access_token":{"x":1}}'))

    assert isinstance(error, ReauthenticationNeeded)
    assert error.claims == '{"access_token":{"x":1}}'


def test_loop_detection_is_left_alone_for_minutes_even_when_it_does_not_say_how_long():
    error = sign_in_error(answer_of(50196))

    assert isinstance(error, Throttled)
    assert error.retry_after == 300.0


def test_a_stored_reason_is_explained():
    meaning = explain("AADSTS53003")

    assert meaning is not None
    assert "Conditional Access" in meaning.sentence
    assert explain("AADSTS12345678") == UNKNOWN
    assert explain("Throttled") is None
