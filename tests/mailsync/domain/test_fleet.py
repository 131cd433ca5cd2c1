"""Which mailboxes are read now."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from mailsync.domain.fleet import Due, Limits, choose

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ACME, RIVAL = UUID(int=1), UUID(int=2)


def due(number: int, organization: UUID = ACME, *, is_awaited: bool = False) -> Due:
    return Due(UUID(int=100 + number), organization, NOW + timedelta(seconds=number), is_awaited)


def test_the_longest_due_goes_first():
    assert choose([due(2), due(1), due(3)], {}, Limits(2, 2)) == [UUID(int=101), UUID(int=102)]


def test_a_mailbox_somebody_waits_for_goes_before_the_others_and_beyond_the_limit():
    chosen = choose([due(1), due(2, is_awaited=True)], {RIVAL: 5}, Limits(5, 5))
    assert chosen == [UUID(int=102)]


def test_a_large_organization_leaves_room_for_the_small():
    mailboxes = [*(due(number) for number in range(10)), due(50, RIVAL)]
    chosen = choose(mailboxes, {}, Limits(everywhere=8, organization=4))
    assert chosen == [*(UUID(int=100 + number) for number in range(4)), UUID(int=150)]


def test_what_is_being_read_counts_against_the_limits():
    assert choose([due(1), due(2)], {ACME: 3}, Limits(10, 4)) == [UUID(int=101)]
