"""Who is reading a mailbox: one at a time, given up by whoever dies, and never after the switch went off."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.runs.claims import ClaimLost, SwitchedOff, claim_source, is_abandoned, new_claim_name
from mailsync.models import Mailbox, SyncRun
from tests.support.factories import MailboxFactory

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mailbox(db: None) -> Mailbox:
    return MailboxFactory(import_enabled=True)


def fresh(mailbox: Mailbox) -> Mailbox:
    return Mailbox.objects.get(pk=mailbox.pk)


def test_of_two_workers_that_saw_the_same_row_one_gets_the_mailbox(mailbox, clock):
    first, second = fresh(mailbox), fresh(mailbox)
    assert claim_source(first, clock=clock)
    assert claim_source(second, clock=clock) is None
    assert claim_source(fresh(mailbox), clock=clock) is None


def test_a_claim_whose_lease_ran_out_is_taken_over_and_its_run_closed(mailbox, clock):
    claim_source(fresh(mailbox), clock=clock)
    Mailbox.objects.update(claim="elsewhere.1.1.abc")
    run = SyncRun.objects.create(mailbox=mailbox, kind="initial", started_at=NOW)
    clock.now += timedelta(seconds=299)
    assert claim_source(fresh(mailbox), clock=clock) is None
    clock.now += timedelta(seconds=2)
    assert claim_source(fresh(mailbox), clock=clock)
    run.refresh_from_db()
    assert run.ended_by == "worker_lost"


def test_the_claim_of_a_killed_process_need_not_wait_for_its_lease(mailbox, clock):
    code = "from core.runs.claims import new_claim_name; print(new_claim_name())"
    script = f"import django, os; os.environ['DJANGO_SETTINGS_MODULE']='jiminny_sync.settings'; django.setup(); {code}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path.cwd())
    Mailbox.objects.update(claim=done.stdout.strip(), claimed_until=NOW + timedelta(minutes=5))
    assert is_abandoned(done.stdout.strip())
    assert claim_source(fresh(mailbox), clock=clock)


def test_a_living_process_keeps_its_claim():
    assert not is_abandoned(new_claim_name())


def test_a_process_that_got_the_number_of_a_dead_one_is_told_apart():
    machine, pid, started, rest = new_claim_name().split(".")
    assert is_abandoned(f"{machine}.{pid}.{int(started) - 1}.{rest}")


def test_a_claim_of_another_machine_is_left_alone():
    assert not is_abandoned(f"0000aaaa.{os.getpid()}.1.abcdef")
    assert not is_abandoned("")


def test_no_token_is_handed_out_once_the_switch_is_off(mailbox, clock):
    claim = claim_source(fresh(mailbox), clock=clock)
    token = claim.gate(lambda _force: "token")
    assert token(False) == "token"
    Mailbox.objects.update(import_enabled=False)
    with pytest.raises(SwitchedOff):
        token(False)


def test_no_token_is_handed_out_to_who_lost_the_mailbox(mailbox, clock):
    claim = claim_source(fresh(mailbox), clock=clock)
    token = claim.gate(lambda _force: "token")
    token(False)
    Mailbox.objects.update(claim="somebody else")
    with pytest.raises(ClaimLost):
        token(False)
    with pytest.raises(ClaimLost):
        claim.renew(progress_done=5)
    assert fresh(mailbox).progress_done == 0


def test_a_long_run_keeps_its_lease(mailbox, clock):
    claim = claim_source(fresh(mailbox), clock=clock)
    claim.check()
    clock.now += timedelta(seconds=200)
    claim.check()
    assert fresh(mailbox).claimed_until == clock.now + timedelta(seconds=300)


def test_a_released_mailbox_can_be_claimed_again(mailbox, clock):
    claim = claim_source(fresh(mailbox), clock=clock)
    claim.release()
    assert claim_source(fresh(mailbox), clock=clock)
    claim.release()
    assert fresh(mailbox).claim


def test_a_claim_name_fits_its_column():
    assert len(new_claim_name()) <= Mailbox._meta.get_field("claim").max_length
