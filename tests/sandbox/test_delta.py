import pytest

from sandbox.testing import SandboxProcess
from tests.sandbox.graph_session import ENVELOPE, IMMUTABLE, GraphSession

RITA = "rita.lindqvist@acme.example"
JANE = "Jane <jane@brightwater.example>"
SMALL = f"odata.maxpagesize=2, {IMMUTABLE}"
"""Pages of which an inbox has many, whatever the tenant's people write."""


def deliver(sandbox: SandboxProcess, subject: str = "Hello", **mail: object) -> dict[str, str]:
    copy: dict[str, str] = sandbox.control.deliver(from_=JANE, to=[RITA], subject=subject, text="T", **mail)["copies"][
        0
    ]
    return copy


def test_a_first_round_brings_every_item_once_newest_first(sandbox: SandboxProcess, rita: GraphSession):
    rows, _ = rita.first_round()

    assert [row["id"] for row in rows] == [
        item["immutable_id"] for item in reversed(sandbox.control.items(RITA, "inbox"))
    ]
    received = [row["receivedDateTime"] for row in rows]
    assert received == sorted(received, reverse=True)


def test_pages_hold_ten_unless_every_request_says_otherwise(rita: GraphSession):
    first = rita.get("/me/mailFolders/inbox/messages/delta", f"odata.maxpagesize=20, {IMMUTABLE}", _select="id")
    second = rita.get(first.json()["@odata.nextLink"])

    assert (len(first.json()["value"]), len(second.json()["value"])) == (20, 10)
    assert first.headers["Preference-Applied"] == "odata.maxpagesize=20"


def test_an_idle_round_is_empty_and_ends_with_a_delta_link(rita: GraphSession):
    _, link = rita.first_round()
    rows, again = rita.changes(link)

    assert rows == []
    assert "$deltatoken=" in again


def test_a_new_mail_shows_in_the_next_round_only(sandbox: SandboxProcess, rita: GraphSession):
    _, link = rita.first_round()
    copy = deliver(sandbox)
    rows, link = rita.changes(link)
    later, _ = rita.changes(link)

    assert [(row["id"], row["subject"]) for row in rows] == [(copy["immutable_id"], "Hello")]
    assert later == []


def test_a_mail_that_arrives_during_the_first_round_is_not_lost(sandbox: SandboxProcess, rita: GraphSession):
    page = rita.get("/me/mailFolders/inbox/messages/delta", IMMUTABLE, _select="id").json()
    copy = deliver(sandbox)
    rows, last = rita.pages(page["@odata.nextLink"])
    changes, _ = rita.changes(last["@odata.deltaLink"])

    assert copy["immutable_id"] in {row["id"] for row in [*rows, *changes]}


def test_a_filtered_round_reaches_back_no_further(sandbox: SandboxProcess, rita: GraphSession):
    edge = sandbox.control.items(RITA, "inbox")[-20]["received"]
    rows, _ = rita.first_round(_filter=f"receivedDateTime ge {edge}")

    assert len(rows) == 20


def test_a_filtered_round_ends_at_the_cap(sandbox: SandboxProcess, rita: GraphSession):
    sandbox.control.switch(filter_cap=15)
    capped, _ = rita.first_round(_filter="receivedDateTime ge 2020-01-01T00:00:00Z")
    whole, _ = rita.first_round()

    assert len(capped) == 15
    assert len(whole) > 15


def test_top_caps_the_whole_round_and_is_no_page_size(rita: GraphSession):
    rows, _ = rita.first_round(_top="3")

    assert len(rows) == 3


@pytest.mark.parametrize(
    "options",
    [
        {"_filter": "subject eq 'x'"},
        {"_orderby": "subject"},
        {"_search": '"x"'},
        {"_expand": "singleValueExtendedProperties($filter=id eq 'String 0x007D')"},
    ],
)
def test_other_options_are_refused(rita: GraphSession, options: dict[str, str]):
    assert rita.get("/me/mailFolders/inbox/messages/delta", **options).status_code == 400


def test_the_whole_mailbox_has_no_change_tracking(rita: GraphSession):
    assert "not supported against" in rita.get("/me/messages/delta").json()["error"]["message"]


def test_deleting_shows_as_removed_and_moving_as_removed_here_and_new_there(
    sandbox: SandboxProcess, rita: GraphSession
):
    gone, moved = deliver(sandbox, "gone"), deliver(sandbox, "moved")
    _, inbox = rita.first_round()
    _, archive = rita.first_round("archive")
    sandbox.control.delete(RITA, gone["id"], hard=True)
    sandbox.control.move(RITA, moved["id"], "archive")

    rows, _ = rita.changes(inbox)
    assert {row["id"] for row in rows if "@removed" in row} == {gone["immutable_id"], moved["immutable_id"]}
    arrived, _ = rita.changes(archive)
    assert [row["id"] for row in arrived] == [moved["immutable_id"]]
    assert rita.get(f"/me/messages/{moved['immutable_id']}", _select="id").status_code == 200
    assert rita.get(f"/me/messages/{moved['id']}", _select="id").status_code == 404


def test_a_plain_move_may_stay_unseen_in_its_target(sandbox: SandboxProcess, rita: GraphSession):
    sandbox.control.switch(move_shows_add=False)
    moved = deliver(sandbox)
    _, archive = rita.first_round("archive")
    sandbox.control.move(RITA, moved["id"], "archive")

    assert rita.changes(archive)[0] == []


def test_there_and_back_looks_like_a_removal(sandbox: SandboxProcess, rita: GraphSession):
    item = deliver(sandbox)
    _, link = rita.first_round()
    away = sandbox.control.move(RITA, item["id"], "archive")
    sandbox.control.move(RITA, away["id"], "inbox")
    rows, _ = rita.changes(link)

    assert [("@removed" in row, row["id"]) for row in rows] == [(True, item["immutable_id"])]
    assert rita.get(f"/me/messages/{item['immutable_id']}", _select="id").status_code == 200


def test_mutable_ids_change_with_every_move(sandbox: SandboxProcess, rita: GraphSession):
    item = deliver(sandbox)
    _, link = rita.first_round(prefer="")
    away = sandbox.control.move(RITA, item["id"], "archive")
    back = sandbox.control.move(RITA, away["id"], "inbox")
    rows, _ = rita.changes(link, "")

    assert {(row["id"], "@removed" in row) for row in rows} == {(item["id"], True), (back["id"], False)}


def test_read_flags_arrive_as_partial_objects_and_only_where_selected(sandbox: SandboxProcess, rita: GraphSession):
    item = deliver(sandbox)
    _, blind = rita.first_round()
    _, watching = rita.first_round(_select=f"{ENVELOPE},isRead")
    sandbox.control.set_read(RITA, item["id"], is_read=True)

    assert rita.changes(blind)[0] == []
    rows, _ = rita.changes(watching)
    assert rows[0]["isRead"] is True
    assert "subject" not in rows[0]


def test_a_sent_draft_is_another_item(sandbox: SandboxProcess, rita: GraphSession):
    draft = sandbox.control.deliver(from_=RITA, to=[JANE], subject="Draft", text="T", folder="drafts", is_draft=True)[
        "copies"
    ][0]
    _, link = rita.first_round("sentitems")
    sent = sandbox.control.send_draft(RITA, draft["id"])["copies"][0]
    rows, _ = rita.changes(link)

    assert [row["id"] for row in rows] == [sent["immutable_id"]]
    assert sent["immutable_id"] != draft["immutable_id"]


def test_only_the_newest_three_generations_of_a_link_live(rita: GraphSession):
    links = [rita.get("/me/mailFolders/inbox/messages/delta", SMALL, _select="id").json()["@odata.nextLink"]]
    for _ in range(3):
        links.append(rita.get(links[-1], SMALL).json()["@odata.nextLink"])

    assert [rita.get(link).status_code for link in links] == [410, 200, 200, 200]
    assert rita.get(links[0]).json()["error"]["code"] == "SyncStateNotFound"


def test_replaying_the_last_page_gives_the_same_rows(rita: GraphSession):
    link = rita.get("/me/mailFolders/inbox/messages/delta", SMALL, _select="id").json()["@odata.nextLink"]
    replies = [rita.get(link).json()["value"] for _ in range(5)]

    assert all(reply == replies[0] for reply in replies)


def test_an_expired_state_is_gone_for_its_folder_alone(sandbox: SandboxProcess, rita: GraphSession):
    _, inbox = rita.first_round()
    _, archive = rita.first_round("archive")
    sandbox.control.expire_sync_state(RITA, "inbox")

    assert rita.get(inbox).status_code == 410
    assert rita.get(archive).status_code == 200


def test_a_forged_or_misplaced_token_is_refused(rita: GraphSession):
    _, link = rita.first_round()
    other = rita.get("/me/mailFolders/archive").json()["id"]

    assert rita.get(link[:-6] + "AAAAAA").json()["error"]["code"] == "SyncStateInvalid"
    here = link.split("mailfolders('")[1].split("'")[0]
    assert rita.get(link.replace(here, other)).status_code == 400


def test_a_removed_folder_answers_with_a_code_of_its_own(sandbox: SandboxProcess, rita: GraphSession):
    folder = sandbox.control.create_folder(RITA, "Short-lived")
    _, link = rita.first_round(folder["id"])
    sandbox.control.remove_folder(RITA, folder["id"])

    assert rita.get(link).json()["error"]["code"] == "ErrorSyncFolderNotFound"
    assert rita.get(f"/me/mailFolders/{folder['id']}").status_code == 404


def test_links_work_in_both_id_formats(rita: GraphSession):
    link = rita.get("/me/mailFolders/inbox/messages/delta", _select="id").json()["@odata.nextLink"]

    assert rita.get(link).json()["value"][0]["id"].startswith("AAkA")
    assert rita.get(link, "").json()["value"][0]["id"].startswith("AAMk")


def test_change_types_narrow_a_later_round(sandbox: SandboxProcess, rita: GraphSession):
    item = deliver(sandbox)
    _, link = rita.first_round(changeType="created")
    sandbox.control.delete(RITA, item["id"])
    fresh = deliver(sandbox, "fresh")

    assert [row["id"] for row in rita.changes(link)[0]] == [fresh["immutable_id"]]
