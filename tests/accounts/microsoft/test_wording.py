"""What the leaves of the error tree mean at Microsoft."""

from accounts.microsoft.aadsts import MEANINGS
from accounts.microsoft.wording import AT_MICROSOFT, connection_state_of, in_words
from core.http import errors
from core.http.errors import ConnectionLost, Misconfigured, Throttled, leaves


def shared() -> set[type[errors.OutsideError]]:
    return {leaf for leaf in leaves() if leaf.__module__ == errors.__name__}


def test_every_leaf_that_all_systems_share_has_a_row():
    assert set(AT_MICROSOFT) == shared()
    for meaning in AT_MICROSOFT.values():
        assert meaning.sentence.endswith(".")
        assert meaning.next_step.endswith(".")


def test_a_leaf_that_stops_or_alarms_names_the_state_that_is_shown_and_no_other_does():
    for leaf in leaves():
        assert (connection_state_of(leaf("code")) is not None) == issubclass(leaf, ConnectionLost | Misconfigured), leaf


def test_every_row_of_the_identity_platforms_table_is_a_leaf():
    assert {meaning.leaf for meaning in MEANINGS.values()} <= shared()


def test_what_an_error_says_itself_is_told_as_it_says_it():
    error = Throttled("slow_down", sentence="Wait for Monday.")
    assert in_words(error).sentence == "Wait for Monday."
    assert in_words(error).next_step == AT_MICROSOFT[Throttled].next_step
    assert in_words(Throttled()).sentence == "Microsoft asked us to slow down."
