"""Python's collector comes by less often while mail is read, and only then."""

import gc

import pytest

from mailsync.sync.collector import rare_collections


def test_the_collector_waits_longer_during_a_run_and_is_as_it_was_after_an_error() -> None:
    usual = gc.get_threshold()

    @rare_collections()
    def fail() -> None:
        raise ValueError(f"{gc.get_threshold()[0]} objects")

    with pytest.raises(ValueError, match="20000 objects"):
        fail()
    assert gc.get_threshold() == usual


def test_a_collector_that_is_switched_off_stays_off() -> None:
    usual = gc.get_threshold()
    gc.set_threshold(0)
    try:
        with rare_collections():
            assert gc.get_threshold()[0] == 0
    finally:
        gc.set_threshold(*usual)
