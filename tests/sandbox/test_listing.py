import pytest

from sandbox.testing import SandboxProcess
from tests.sandbox.graph_session import GraphSession

RITA = "rita.lindqvist@acme.example"


def test_a_window_lists_exactly_its_mails_in_order(sandbox: SandboxProcess, rita: GraphSession):
    items = sandbox.control.items(RITA, "inbox")
    start, end = items[3]["received"], items[23]["received"]
    window = f"receivedDateTime ge {start} and receivedDateTime lt {end}"
    rows, _ = rita.pages(
        "/me/mailFolders/inbox/messages", _filter=window, _orderby="receivedDateTime", _top="7", _select="id"
    )

    assert [row["id"] for row in rows] == [item["immutable_id"] for item in items[3:23]]


def test_the_whole_mailbox_includes_deleted_items_but_no_hidden_ones(sandbox: SandboxProcess, rita: GraphSession):
    deleted = sandbox.control.deliver(from_="a@x.example", to=[RITA], subject="S", text="T", folder="deleteditems")
    hidden = sandbox.control.deliver(
        from_="a@x.example", to=[RITA], subject="S", text="T", folder="hidden/ExternalContacts"
    )
    rows, _ = rita.pages("/me/messages", _top="1000", _select="id")
    ids = {row["id"] for row in rows}

    assert deleted["copies"][0]["immutable_id"] in ids
    assert hidden["copies"][0]["immutable_id"] not in ids


def test_a_message_is_found_by_its_message_id(sandbox: SandboxProcess, rita: GraphSession):
    made = sandbox.control.deliver(
        from_="a@x.example", to=[RITA], subject="It's", text="T", message_id="<o'neil+1@x.example>"
    )
    found = rita.get("/me/messages", _filter="internetMessageId eq '<o''neil+1@x.example>'", _select="id").json()[
        "value"
    ]

    assert [row["id"] for row in found] == [made["copies"][0]["immutable_id"]]


def test_a_sender_is_found_whatever_the_case(sandbox: SandboxProcess, rita: GraphSession):
    sandbox.control.deliver(from_="SOMEONE@X.example", to=[RITA], subject="S", text="T")
    found = rita.get("/me/messages", _filter="from/emailAddress/address eq 'someone@x.example'").json()["value"]

    assert len(found) == 1
    assert found[0]["from"]["emailAddress"]["address"] == "SOMEONE@X.example"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"_filter": "isRead eq false", "_orderby": "receivedDateTime"}, "InefficientFilter"),
        ({"_filter": "nonsense eq 1"}, "ErrorInvalidUrlQueryFilter"),
        ({"_filter": "receivedDateTime ge yesterday"}, "BadRequest"),
        ({"_top": "1001"}, "BadRequest"),
        ({"_search": "unquoted:x"}, "BadRequest"),
        ({"_search": '"x"', "_filter": "isRead eq true"}, "SearchWithFilter"),
    ],
)
def test_what_exchange_cannot_do_is_refused(rita: GraphSession, options: dict[str, str], code: str):
    answer = rita.get("/me/messages", **options)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_search_finds_a_party_in_every_role_newest_first(sandbox: SandboxProcess, rita: GraphSession):
    party = "zoe@late-match.example"
    sandbox.control.deliver(from_=party, to=[RITA], subject="from", text="T", date="2026-11-01T10:00:00Z")
    sandbox.control.deliver(
        from_="a@x.example", to=[RITA], cc=[party], subject="cc", text="T", date="2026-11-03T10:00:00Z"
    )
    sandbox.control.deliver(from_=RITA, to=[party], subject="to", text="T", date="2026-11-02T10:00:00Z")
    found, _ = rita.pages("/me/messages", _search=f'"participants:{party}"', _select="subject", _top="2")

    assert [row["subject"] for row in found] == ["cc", "to", "from"]
    assert len(rita.get("/me/messages", _search=f'"from:{party}"').json()["value"]) == 1
    since = rita.get("/me/messages", _search=f'"participants:{party} AND received>=2026-11-02"').json()["value"]
    assert len(since) == 2


def test_a_search_folder_repeats_what_lies_elsewhere(sandbox: SandboxProcess, rita: GraphSession):
    search = next(folder for folder in sandbox.control.folders(RITA) if folder["slug"] == "search/unread")
    rows, _ = rita.pages(f"/me/mailFolders/{search['id']}/messages", _top="1000", _select="id")
    inbox = {item["immutable_id"] for item in sandbox.control.items(RITA, "inbox")}

    assert rows
    assert {row["id"] for row in rows} <= inbox
