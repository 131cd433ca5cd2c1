from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from sandbox.testing import SandboxProcess
from tests.sandbox.graph_session import GraphSession
from tests.support.waiting import PATIENCE, wait_until

RITA = "rita.lindqvist@acme.example"
INBOX = "/me/mailFolders/inbox"
DELTA = "/me/mailFolders/inbox/messages/delta"


def test_a_batch_answers_every_part_in_some_other_order(rita: GraphSession):
    answer = rita.batch(*[INBOX] * 20)

    ids = [part["id"] for part in answer["responses"]]
    assert sorted(ids, key=int) == [str(number) for number in range(20)]
    assert ids != sorted(ids, key=int)
    assert {part["status"] for part in answer["responses"]} == {200}


def test_a_part_fails_alone(sandbox: SandboxProcess, rita: GraphSession):
    item = sandbox.control.items(RITA, "inbox")[0]["immutable_id"]
    sandbox.control.fault(
        "batch_item", path=f"{item}", status=429, headers={"Retry-After": "7"}, code="ApplicationThrottled"
    )
    parts = {
        part["id"]: part for part in rita.batch(f"/me/messages/{item}", INBOX, "/me/messages/AAkALgx")["responses"]
    }

    assert [parts[number]["status"] for number in "012"] == [429, 200, 404]
    assert parts["0"]["headers"]["Retry-After"] == "7"


@pytest.mark.parametrize(
    "parts", [[], [{"id": "1", "url": "/me"}] * 2, [{"id": str(n), "url": "/me"} for n in range(21)]]
)
def test_a_batch_of_wrong_size_or_with_repeated_ids_is_refused(rita: GraphSession, parts: list[dict[str, str]]):
    assert rita.request("POST", "/$batch", json={"requests": parts}).status_code == 400


def test_parts_that_depend_on_a_failed_one_are_not_run(rita: GraphSession):
    parts = [
        {"id": "1", "method": "GET", "url": "/me/messages/AAkALgx"},
        {"id": "2", "method": "GET", "url": INBOX, "dependsOn": ["1"]},
    ]
    answer = rita.request("POST", "/$batch", json={"requests": parts}).json()["responses"]

    assert {part["id"]: part["status"] for part in answer} == {"1": 404, "2": 424}


def test_the_log_shows_every_part_of_a_batch(sandbox: SandboxProcess, rita: GraphSession):
    seen = sandbox.control.log()[-1]["seq"]
    rita.batch(f"{INBOX}?$select=id", "/me")
    entries = sandbox.control.log(seen)

    assert {(entry["path"], entry["query"], entry["in_batch"]) for entry in entries} == {
        (INBOX, "$select=id", True),
        ("/me", "", True),
        ("/$batch", "", False),
    }
    assert {entry["mailbox"] for entry in entries} == {RITA}


@pytest.mark.parametrize(
    ("kind", "arguments", "status", "code"),
    [
        ("status", {"status": 500, "code": "ErrorCorruptData"}, 500, "ErrorCorruptData"),
        ("504", {}, 504, "UnknownError"),
        ("throttle_429", {"retry_after": 9}, 429, "ApplicationThrottled"),
        ("mailbox_not_enabled", {}, 404, "MailboxNotEnabledForRESTAPI"),
        ("claims_challenge", {}, 401, "InvalidAuthenticationToken"),
        ("sync_state_gone", {"code": "ResyncRequired"}, 410, "ResyncRequired"),
    ],
)
def test_a_fault_strikes_as_often_as_told(
    sandbox: SandboxProcess, rita: GraphSession, kind: str, arguments: dict[str, Any], status: int, code: str
):
    sandbox.control.fault(kind, path="messages/delta", count=2, after=1, **arguments)
    answers = [rita.get(DELTA, _select="id") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, status, status, 200]
    assert answers[1].json()["error"]["code"] == code
    assert rita.get(INBOX).status_code == 200


def test_retry_after_may_be_a_date(sandbox: SandboxProcess, rita: GraphSession):
    sandbox.control.fault("throttle_429", retry_after="Fri, 20 Nov 2026 12:00:30 GMT")

    assert rita.get(INBOX).headers["Retry-After"] == "Fri, 20 Nov 2026 12:00:30 GMT"


def test_an_empty_503_has_no_body(sandbox: SandboxProcess, rita: GraphSession):
    sandbox.control.fault("empty_503")
    answer = rita.get(INBOX)

    assert (answer.status_code, answer.content) == (503, b"")


def test_truncated_json_comes_with_status_200(sandbox: SandboxProcess, rita: GraphSession):
    sandbox.control.fault("truncated_json")
    answer = rita.get("/me/messages", _top="5")

    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_dropped_connection_is_an_error_to_the_client(sandbox: SandboxProcess, rita: GraphSession):
    sandbox.control.fault("drop_connection")

    with pytest.raises(requests.ConnectionError):
        rita.get(INBOX)
    assert rita.get(INBOX).status_code == 200


def test_a_slow_answer_is_slow(sandbox: SandboxProcess, rita: GraphSession):
    sandbox.control.fault("slow", seconds=3)

    with pytest.raises(requests.ReadTimeout):
        rita.request("GET", INBOX, timeout=(PATIENCE, 1))
    assert rita.get(INBOX).status_code == 200


def test_links_can_loop_or_lead_away(sandbox: SandboxProcess, rita: GraphSession):
    sandbox.control.fault("foreign_next_link", base="https://elsewhere.example/v1.0")
    assert rita.get(DELTA, _select="id").json()["@odata.nextLink"].startswith("https://elsewhere.example/v1.0/me/")
    sandbox.control.fault("next_link_loop")
    first = rita.get(DELTA, _select="id").json()
    second = rita.get(first["@odata.nextLink"]).json()
    assert second["@odata.nextLink"] == first["@odata.nextLink"]
    assert second["value"] == first["value"]


def test_empty_pages_come_first_and_then_everything(sandbox: SandboxProcess, rita: GraphSession):
    expected, _ = rita.first_round()
    sandbox.control.fault("empty_pages", path="delta", n=4)
    page = rita.get(DELTA, _select="id").json()
    rows, _ = rita.pages(page["@odata.nextLink"])

    assert page["value"] == []
    assert [row["id"] for row in rows] == [row["id"] for row in expected]


def test_duplicates_and_replays_lose_nothing(sandbox: SandboxProcess, rita: GraphSession):
    expected = {row["id"] for row in rita.first_round()[0]}
    sandbox.control.fault("duplicate_items", path="delta", count=2)
    sandbox.control.fault("replay", path="delta", count=1, after=1)
    rows, _ = rita.first_round()

    assert {row["id"] for row in rows} == expected
    assert len(rows) > len(expected)


def test_a_poisoned_item_spoils_every_page_that_holds_it(sandbox: SandboxProcess, rita: GraphSession):
    poison = sandbox.control.items(RITA, "inbox")[-2]["immutable_id"]
    sandbox.control.fault("poison_item", id=poison)

    assert rita.get(DELTA, _select="id").status_code == 504
    first = rita.get(DELTA, 'odata.maxpagesize=1, IdType="ImmutableId"', _select="id")
    assert first.status_code == 200
    assert rita.get(first.json()["@odata.nextLink"], 'odata.maxpagesize=1, IdType="ImmutableId"').status_code == 504
    assert rita.get(f"{INBOX}/messages", _top="5").status_code == 504
    assert rita.get(f"/me/messages/{poison}").status_code == 504
    sandbox.control.clear_faults()
    assert rita.get(DELTA, _select="id").status_code == 200


def test_a_fifth_request_at_once_is_throttled(sandbox: SandboxProcess):
    def ask() -> int:
        with GraphSession(sandbox, RITA) as session:
            return session.get(INBOX).status_code

    sandbox.control.switch(answers_left=0)
    with ThreadPoolExecutor(4) as pool:
        first = [pool.submit(ask) for _ in range(4)]
        try:
            wait_until(lambda: under_way(sandbox) == 4, "four requests being under way")
            assert [ask(), ask()] == [429, 429]
        finally:
            sandbox.control.switch(answers_left=-1)

    assert [asked.result() for asked in first] == [200] * 4
    assert sandbox.control.stats()[RITA]["max_concurrent"] == 5


def test_no_more_requests_are_answered_than_are_left(sandbox: SandboxProcess, rita: GraphSession):
    sandbox.control.switch(answers_left=2)
    assert [rita.get(INBOX).status_code for _ in range(2)] == [200, 200]
    with ThreadPoolExecutor(1) as pool:
        third = pool.submit(rita.get, INBOX)
        wait_until(lambda: under_way(sandbox) == 1, "the third request being under way")
        assert not third.done()
        sandbox.control.switch(answers_left=1)
        assert third.result().status_code == 200


def under_way(sandbox: SandboxProcess) -> int:
    return sandbox.control.stats().get(RITA, {"under_way": 0})["under_way"]


def test_a_batch_runs_four_parts_at_once_and_no_more(sandbox: SandboxProcess, rita: GraphSession):
    sandbox.control.switch(latency_ms=20)

    assert {part["status"] for part in rita.batch(*[INBOX] * 12)["responses"]} == {200}
    assert sandbox.control.stats()[RITA]["max_concurrent"] == 4


def test_requests_are_counted_over_ten_minutes_of_the_virtual_clock(sandbox: SandboxProcess, rita: GraphSession):
    sandbox.control.switch(request_limit=3)
    answers = [rita.get(INBOX) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 500 < int(answers[3].headers["Retry-After"]) <= 601

    sandbox.control.advance(601)
    assert rita.get(INBOX).status_code == 200


def test_a_switched_off_mailbox_says_so_everywhere_but_on_the_profile(sandbox: SandboxProcess, rita: GraphSession):
    sandbox.control.set_mailbox(RITA, enabled=False)

    assert rita.get("/me").status_code == 200
    assert rita.get(INBOX).json()["error"]["code"] == "MailboxNotEnabledForRESTAPI"
