import email
import email.policy

import pytest

from sandbox.testing import SandboxProcess
from tests.sandbox.graph_session import GraphSession
from tests.support.waiting import PATIENCE

RITA, JONAS = "rita.lindqvist@acme.example", "jonas.weber@acme.example"


def test_folders_come_ten_a_page_without_the_hidden_ones(rita: GraphSession):
    shown, _ = rita.pages("/me/mailFolders")
    everything, _ = rita.pages("/me/mailFolders", _select="id,displayName", includeHiddenFolders="true")

    assert len(rita.get("/me/mailFolders").json()["value"]) == 10
    assert len(everything) == len(shown) + 2
    assert any(folder.get("@odata.type") == "#microsoft.graph.mailSearchFolder" for folder in shown)
    assert "Signed" not in [folder["displayName"] for folder in everything]


def test_well_known_names_work_in_every_language(sandbox: SandboxProcess):
    with GraphSession(sandbox, JONAS) as jonas:
        inbox = jonas.get("/me/mailFolders/inbox").json()
        assert inbox["displayName"] == "Posteingang"
        children = jonas.get("/me/mailFolders/inbox/childFolders").json()["value"]
        assert [child["displayName"] for child in children] == ["Kunden", "Newsletter"]
        assert jonas.get(f"/me/mailFolders('{children[0]['id']}')").json()["parentFolderId"] == inbox["id"]


def test_foreign_ids_are_malformed_and_unknown_ones_not_found(rita: GraphSession):
    assert rita.get("/me/mailFolders/nonsense").json()["error"]["code"] == "ErrorInvalidIdMalformed"
    assert rita.get("/me/mailFolders/AQMkAGI2nothing").status_code == 404
    assert rita.get("/me/messages/AAkALgnothing").json()["error"]["code"] == "ErrorItemNotFound"


def test_a_profile_shows_aliases_only_when_asked(rita: GraphSession):
    assert "proxyAddresses" not in rita.get("/me").json()
    aliases = rita.get("/me", _select="mail,proxyAddresses").json()["proxyAddresses"]
    assert aliases == [f"SMTP:{RITA}", "smtp:rita@acme.example", "smtp:r.lindqvist@mail.acme.example"]


def test_select_is_honoured_to_the_letter(rita: GraphSession):
    rows, _ = rita.first_round(_select="id,subject")

    assert {name for row in rows for name in row if not name.startswith("@")} == {"id", "subject"}
    assert rita.get("/me/messages", _select="id,nonsense").status_code == 400


def test_a_body_comes_as_text_where_that_is_preferred_and_supported(sandbox: SandboxProcess, rita: GraphSession):
    item = sandbox.control.deliver(from_="a@x.example", to=[RITA], subject="S", text="One\n\nTwo", preheader="hush")
    path = f"/me/messages/{item['copies'][0]['immutable_id']}"
    prefer = 'IdType="ImmutableId", outlook.body-content-type="text"'

    as_text = rita.get(path, prefer, _select="body")
    assert as_text.json()["body"] == {"contentType": "text", "content": "One\r\n\r\nTwo"}
    assert 'outlook.body-content-type="text"' in as_text.headers["Preference-Applied"]
    as_html = rita.get(path, _select="body,uniqueBody").json()
    assert as_html["body"]["contentType"] == "html"
    assert "display:none" in as_html["body"]["content"]
    sandbox.control.switch(body_text_supported=False)
    assert rita.get(path, prefer, _select="body").json()["body"]["contentType"] == "html"


def test_sent_mail_has_no_headers_but_keeps_its_bcc(sandbox: SandboxProcess, rita: GraphSession):
    sent = sandbox.control.deliver(from_=RITA, to=["jane@brightwater.example"], bcc=[JONAS], subject="S", text="T")
    copies = {copy["mailbox"]: copy["immutable_id"] for copy in sent["copies"]}
    asked = "internetMessageHeaders,bccRecipients,conversationIndex"
    mine = rita.get(f"/me/messages/{copies[RITA]}", _select=asked).json()
    with GraphSession(sandbox, JONAS) as jonas:
        theirs = jonas.get(f"/me/messages/{copies[JONAS]}", _select=asked).json()

    assert "internetMessageHeaders" not in mine
    assert mine["bccRecipients"][0]["emailAddress"]["address"] == JONAS
    assert theirs["bccRecipients"] == []
    assert {"Message-ID", "Date", "From"} <= {header["name"] for header in theirs["internetMessageHeaders"]}
    assert "Bcc" not in {header["name"] for header in theirs["internetMessageHeaders"]}
    assert mine["conversationIndex"] == theirs["conversationIndex"]


def test_a_mail_without_from_leaves_the_property_out(sandbox: SandboxProcess, rita: GraphSession):
    item = sandbox.control.deliver(to=[RITA], subject="S", text="T", mailboxes=[RITA])

    assert "from" not in rita.get(f"/me/messages/{item['copies'][0]['immutable_id']}", _select="from,subject").json()


def test_the_raw_mail_parses_and_carries_its_attachment(sandbox: SandboxProcess, rita: GraphSession):
    item = sandbox.control.deliver(
        from_="Ünal <u@x.example>", to=[RITA], subject="Grüße 🚚", text="Hallo", attachments=["offer.pdf"]
    )
    raw = rita.get(f"/me/messages/{item['copies'][0]['immutable_id']}/$value").content
    parsed = email.message_from_bytes(raw, policy=email.policy.default)

    assert parsed["Subject"] == "Grüße 🚚"
    assert [part.get_filename() for part in parsed.iter_attachments()] == ["offer.pdf"]


def test_the_same_mail_has_other_ids_in_every_mailbox(sandbox: SandboxProcess):
    item = sandbox.control.deliver(from_="jane@brightwater.example", to=[RITA, JONAS], subject="S", text="T")
    first, second = item["copies"]

    assert first["immutable_id"] != second["immutable_id"]
    assert first["conversation_id"] != second["conversation_id"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/me/sendMail"),
        ("POST", "/me/messages"),
        ("PATCH", "/me/messages/AAkALgx"),
        ("DELETE", "/me/messages/AAkALgx"),
        ("POST", "/me/mailFolders"),
        ("POST", "/me/messages/AAkALgx/move"),
    ],
)
def test_every_write_is_refused(rita: GraphSession, method: str, path: str):
    answer = rita.request(method, path, json={})

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ErrorAccessDenied")


def test_scopes_open_only_their_own_doors(sandbox: SandboxProcess, rita: GraphSession):
    with GraphSession(sandbox, JONAS, ("User.Read",)) as jonas:
        assert jonas.get("/me").status_code == 200
        assert jonas.get("/me/mailFolders").status_code == 403
    assert rita.get("/me/calendarView", startDateTime="2026-01-01", endDateTime="2027-01-01").status_code == 403
    assert rita.get(f"/users/{JONAS}/messages").status_code in (400, 403, 404)
    assert rita.get(f"/users/{RITA}/mailFolders/inbox").status_code == 200


def test_the_calendar_shows_meetings_with_customers(sandbox: SandboxProcess):
    with GraphSession(sandbox, RITA, ("User.Read", "Calendars.Read")) as rita:
        events, _ = rita.pages("/me/calendarView", startDateTime="2026-08-01", endDateTime="2026-12-24")

    assert len(events) > 20
    assert all(event["attendees"] for event in events)
    assert "_at" not in events[0]


def test_no_token_a_forged_one_and_an_expired_one_are_refused(sandbox: SandboxProcess, rita: GraphSession):
    with sandbox.session() as stranger:
        assert stranger.get(f"{sandbox.graph_url}/me", timeout=PATIENCE).status_code == 401
        forged = {"Authorization": "Bearer EwB4AAAA"}
        assert stranger.get(f"{sandbox.graph_url}/me", headers=forged, timeout=PATIENCE).status_code == 401
    sandbox.control.expire_access_tokens(RITA)
    answer = rita.get("/me")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"


def test_access_tokens_end_within_ninety_minutes(sandbox: SandboxProcess, rita: GraphSession):
    sandbox.control.advance(3500)
    assert rita.get("/me").status_code == 200
    sandbox.control.advance(2000)
    assert rita.get("/me").status_code == 401


def test_ids_translate_between_formats(sandbox: SandboxProcess, rita: GraphSession):
    item = sandbox.control.items(RITA, "inbox")[0]
    body = {"inputIds": [item["id"]], "sourceIdType": "restId", "targetIdType": "restImmutableEntryId"}

    assert (
        rita.request("POST", "/me/translateExchangeIds", json=body).json()["value"][0]["targetId"]
        == item["immutable_id"]
    )
