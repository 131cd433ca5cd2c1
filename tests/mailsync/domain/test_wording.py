"""A run's counts in words."""

from mailsync.domain.vocabulary import Reason
from mailsync.domain.wording import REASONS, counted_reasons


def test_every_reason_has_words():
    assert set(REASONS) == set(Reason)


def test_counts_stand_largest_first_zeros_left_out_and_unknown_reasons_kept():
    dropped = {"internal": 2, "no_crm_match": 8, "bulk": 0, "a_later_reason": 3}
    assert counted_reasons(dropped) == [
        ("With nobody from the CRM", 8),
        ("A later reason", 3),
        ("Between colleagues only", 2),
    ]
