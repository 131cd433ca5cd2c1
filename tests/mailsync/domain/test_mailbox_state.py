"""The machine of a mailbox's states, and what each state tells the person."""

from datetime import UTC, datetime
from typing import cast

import pytest

from accounts.domain.vocabulary import ConnectionState
from accounts.microsoft.aadsts import explain
from mailsync.domain.mailbox_state import (
    MAIL_READ_MISSING,
    NOT_CONNECTED,
    STANDINGS,
    STOPPED,
    IllegalMove,
    advice,
    check_move,
    tone_of,
)
from mailsync.domain.pacing import stopped_retry
from mailsync.domain.vocabulary import MailboxState as State

READING = set(State) - STOPPED - {State.OFF}
NO_STATE = cast("State", "asleep")


def test_every_state_has_one_row_and_every_loss_of_a_connection_is_a_stop():
    assert set(STANDINGS) == set(State)
    working = {ConnectionState.CONNECTED, ConnectionState.DISCONNECTED}
    assert {State(lost) for lost in set(ConnectionState) - working} <= STOPPED


def test_a_word_that_is_no_state_is_an_error():
    for ask in (advice, stopped_retry, lambda state: tone_of(state, advice(State.OFF))):
        with pytest.raises((KeyError, ValueError)):
            ask(NO_STATE)
    with pytest.raises(KeyError):
        check_move(NO_STATE, State.OFF)
    with pytest.raises(IllegalMove):
        check_move(State.IN_SYNC, NO_STATE)


@pytest.mark.parametrize("state", sorted(State))
def test_a_state_is_tried_again_by_itself_where_it_is_a_stop_and_shown_as_bad_there_alone(state):
    assert (STANDINGS[state].tone == "bad") == (STANDINGS[state].again_after is not None) == advice(state).is_stopped


@pytest.mark.parametrize("state", sorted(set(State) - {State.OFF}))
def test_a_mailbox_can_be_switched_off_from_every_state(state):
    check_move(state, State.OFF)


@pytest.mark.parametrize("state", sorted(READING))
@pytest.mark.parametrize("stopped", sorted(STOPPED))
def test_microsoft_can_stop_a_mailbox_in_every_state_but_off(state, stopped):
    check_move(state, stopped)


@pytest.mark.parametrize("state", sorted(STOPPED | {State.OFF, State.CONNECTING, State.THROTTLED}))
def test_in_sync_is_reached_only_by_a_round_that_was_shown_as_reading(state):
    with pytest.raises(IllegalMove, match="cannot go from"):
        check_move(state, State.IN_SYNC)


@pytest.mark.parametrize("state", sorted(STOPPED))
def test_a_stopped_mailbox_can_be_read_again_without_being_switched_off(state):
    for goal in (State.CONNECTING, State.INITIAL, State.CATCHING_UP, State.THROTTLED):
        check_move(state, goal)


def test_switching_on_never_skips_connecting():
    for goal in (State.INITIAL, State.IN_SYNC, State.CATCHING_UP, State.THROTTLED):
        with pytest.raises(IllegalMove):
            check_move(State.OFF, goal)


@pytest.mark.parametrize("state", sorted(State))
def test_every_state_has_a_title_and_a_sentence(state):
    told = advice(state)
    assert told.title
    assert told.sentence.endswith(".")


@pytest.mark.parametrize("state", sorted(STOPPED))
def test_every_stop_says_what_to_do_next(state):
    assert advice(state).is_stopped
    assert advice(state).next_step


@pytest.mark.parametrize("state", [State.IN_SYNC, State.INITIAL, State.CATCHING_UP, State.THROTTLED])
def test_what_mends_itself_raises_no_banner(state):
    assert not advice(state).is_stopped


def test_a_reason_makes_the_sentence_more_exact():
    assert "Mail.Read" in advice(State.NEEDS_CONSENT, MAIL_READ_MISSING).sentence
    assert advice(State.CONNECTING, NOT_CONNECTED).next_step == "Connect Microsoft 365."
    assert not advice(State.CONNECTING).is_stopped


def test_a_wait_names_its_end():
    at = datetime(2026, 11, 20, 10, 42, tzinfo=UTC)
    assert "10:42 UTC" in advice(State.THROTTLED, "TooManyRequests", at).sentence


def test_a_code_of_sign_in_says_what_exactly_happened():
    told = advice(State.NEEDS_SIGN_IN, "AADSTS50173", meaning=explain("AADSTS50173"))
    assert told.title == "Sign in to Microsoft again"
    assert told.sentence != advice(State.NEEDS_SIGN_IN).sentence
    assert told.next_step
    assert told.is_stopped
