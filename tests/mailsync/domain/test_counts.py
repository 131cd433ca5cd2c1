"""Counts by reason: every copy once."""

from hypothesis import given
from hypothesis import strategies as st

from mailsync.domain.counts import Kept, RunCounts
from mailsync.domain.vocabulary import Reason

OUTCOMES = st.sampled_from([*Reason, *Kept])


def test_a_copy_that_turns_up_again_counts_once_with_its_last_outcome():
    counts = RunCounts()
    counts.note("a", Reason.DRAFT)
    counts.note("b", Reason.INTERNAL)
    counts.note("a", Kept.KEPT)
    counts.note("a", Kept.KEPT)
    assert (counts.seen, counts.kept, counts.dropped, counts.failed) == (2, 1, {"internal": 1}, 0)


def test_reasons_are_told_in_the_order_of_the_rules():
    counts = RunCounts()
    for number, reason in enumerate(reversed(Reason)):
        counts.note(str(number), reason)
    assert list(counts.dropped) == [reason.value for reason in Reason]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), OUTCOMES)))
def test_seen_is_kept_plus_dropped_plus_failed_whatever_happens(notes):
    counts = RunCounts()
    for copy_id, outcome in notes:
        counts.note(copy_id, outcome)
    assert counts.seen == counts.kept + sum(counts.dropped.values()) + counts.failed == len({one for one, _ in notes})
