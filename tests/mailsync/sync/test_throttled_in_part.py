"""Microsoft refuses parts of a `$batch`, and whole requests, again and again (GRAPH: MailboxConcurrency)."""

import re

import pytest

from core.http.errors import Throttled
from mailsync.domain.vocabulary import MailboxState
from mailsync.graph.patience import LONGEST_WAIT, MOST_WAITING, Patience
from mailsync.models import FolderCursor, SyncRun
from mailsync.services.graph_access import graph_client_for
from mailsync.sync import mail_run, pages
from tests.support.mailboxes import World

MAIL = r"/me/messages/.*select=id,(?:internet|body)"


def refuse_parts(world: World, share: float, *, wait: float = 2, count: int = -1, path: str = "") -> None:
    headers = {"Retry-After": str(wait)} if wait else {}
    world.control.fault(
        "batch_item", path=path, count=count, share=share, status=429, code="ApplicationThrottled", headers=headers
    )


def refuse_requests(world: World, share: float, *, wait: float = 2) -> None:
    world.control.fault("throttle_429", count=-1, share=share, whole=True, retry_after=wait)


@pytest.mark.parametrize(("parts", "requests"), [(0.2, 0), (0, 0.1), (0.2, 0.1), (0.5, 0.3)])
@pytest.mark.parametrize("page", [20, 100, 1_000])
def test_a_run_that_is_refused_in_part_ends_in_sync_with_the_same_rows(
    world: World, monkeypatch: pytest.MonkeyPatch, page: int, parts: float, requests: float
):
    monkeypatch.setattr(mail_run, "PAGE_SIZE", page)
    rows = world.undisturbed_rows()
    world.begin_anew()
    refuse_parts(world, parts)
    refuse_requests(world, requests)
    result = world.round()
    if result.mailbox.state != MailboxState.IN_SYNC:  # half of everything refused: more waiting than a run has
        assert (parts, requests) == (0.5, 0.3)
        assert world.sync().is_in_sync
    assert world.rows() == rows
    assert world.is_exact()


def test_only_the_refused_parts_are_asked_for_again(world: World, waits: list[float]):
    since = world.last_log()
    assert world.sync().is_in_sync
    whole = len(world.log(since))
    world.begin_anew()
    refuse_parts(world, 1, count=3, wait=4, path=MAIL)
    since = world.last_log()
    assert world.sync().is_in_sync
    assert len(world.log(since)) <= whole + 3 + 1  # the parts, and the `$batch` they come in
    assert waits == [4]


@pytest.mark.parametrize("wait", [60, 300])
def test_what_came_before_a_long_wait_is_kept_out_of_harms_way(world: World, waits: list[float], wait: float):
    rows = world.undisturbed_rows()
    world.begin_anew()
    refuse_parts(world, 0.2, wait=wait, path=MAIL)
    kept = []
    for _ in range(60):
        result = world.round()
        kept.append(world.organization.emails.count())
        if result.mailbox.state == MailboxState.IN_SYNC:
            break
        assert result.mailbox.state in (MailboxState.THROTTLED, MailboxState.INITIAL, MailboxState.CATCHING_UP)
        world.skip_waits()
    assert kept == sorted(kept)
    assert kept[0] > 0
    assert world.state() == MailboxState.IN_SYNC
    assert world.rows() == rows
    assert not [each for each in waits if each > LONGEST_WAIT]


def test_a_page_is_halved_by_a_long_wait_and_grows_again(world: World):
    refuse_parts(world, 1, count=1, wait=600, path=MAIL)
    assert world.round().mailbox.state == MailboxState.THROTTLED
    sizes = set(FolderCursor.objects.filter(mailbox=world.mailbox).values_list("page_size", flat=True))
    assert max(sizes) == mail_run.FIRST_PAGE_SIZE // 2
    world.skip_waits()
    assert world.sync().is_in_sync
    assert set(FolderCursor.objects.filter(mailbox=world.mailbox).values_list("page_size", flat=True)) <= {
        0,
        200,
        400,
        800,
    }


def test_pages_shrink_while_microsoft_refuses(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mail_run, "PAGE_SIZE", 20)
    monkeypatch.setattr(pages, "SMALLEST_SLOWED", 5)
    refuse_parts(world, 0.3)
    since = world.last_log()
    assert world.sync().is_in_sync
    asked = [re.search(r"maxpagesize=(\d+)", entry["prefer"]) for entry in world.log(since) if "delta" in entry["path"]]
    sizes = [int(found[1]) for found in asked if found]
    assert min(sizes) < 20
    assert SyncRun.objects.filter(mailbox=world.mailbox).latest("started_at").ended_by == ""


def test_a_walk_goes_on_where_it_was_put_off(synced: World):
    before = synced.rows()
    refuse_parts(synced, 0.3, wait=120)
    for number in range(12):
        synced.deliver(subject=f"Later {number}")
    for _ in range(40):
        if synced.round().mailbox.state == MailboxState.IN_SYNC and synced.is_exact():
            break
        synced.skip_waits()
    assert synced.is_exact()
    assert before != synced.rows()


def test_what_a_run_waits_is_bounded(monkeypatch: pytest.MonkeyPatch, waits: list[float]):
    patience = Patience(MOST_WAITING)
    while patience.after({"a": 10.0}, 0):
        pass
    assert sum(waits) == MOST_WAITING
    assert Patience(MOST_WAITING).after({"a": LONGEST_WAIT + 1, "b": 1.0}, 0) == ["b"]
    assert Patience(MOST_WAITING).after({"a": 1.0}, 8) == []
    assert Patience().after({"a": 1.0}, 0) == []


def test_where_microsoft_says_no_time_the_waits_grow(waits: list[float]):
    patience = Patience(MOST_WAITING)
    for attempt in range(4):
        assert patience.after({"a": 0.0}, attempt) == ["a"]
    assert waits == [1, 2, 4, 8]
    assert patience.refusals == 4


def test_a_person_who_stands_before_a_page_waits_for_nothing(world: World, waits: list[float]):
    world.control.fault("throttle_429", count=1, retry_after=1)
    with pytest.raises(Throttled):
        graph_client_for(world.mailbox).me()
    assert waits == []
