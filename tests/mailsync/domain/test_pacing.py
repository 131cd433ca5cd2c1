"""When a mailbox is looked at again."""

from datetime import UTC, datetime, timedelta

import pytest

from mailsync.domain.mailbox_state import STOPPED
from mailsync.domain.pacing import COMPARED_AFTER, SOON, compared_again_after, compared_at, stopped_retry

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("state", sorted(STOPPED))
def test_a_stopped_mailbox_is_tried_again_but_never_in_a_storm(state):
    assert timedelta(minutes=10) <= stopped_retry(state) <= timedelta(days=1)


def test_a_mailbox_is_compared_as_planned_or_soon_after_mail_that_could_not_be_had():
    planned = NOW + COMPARED_AFTER
    assert compared_at(planned, NOW, is_owed_mail=False) == planned
    assert compared_at(planned, NOW, is_owed_mail=True) == NOW + SOON
    assert compared_at(NOW, NOW, is_owed_mail=True) == NOW
    assert NOW < compared_at(None, NOW, is_owed_mail=False) < planned


def test_what_cannot_be_had_is_asked_for_less_and_less_often():
    waits = [compared_again_after(attempts) for attempts in range(1, 20)]
    assert waits[0] == SOON
    assert waits == sorted(waits)
    assert waits[-1] == compared_again_after(0) == COMPARED_AFTER
