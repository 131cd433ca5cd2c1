import json
import os
import stat

import pytest
import requests

from sandbox.addresses import to_ascii
from sandbox.testing import SandboxError, SandboxProcess
from tests.sandbox.graph_session import GraphSession
from tests.support.waiting import PATIENCE

RITA, JONAS = "rita.lindqvist@acme.example", "jonas.weber@acme.example"
LEFT_OUT = {"deleteditems", "old-deals", "drafts", "junkemail", "outbox", "conversationhistory"}


def verdict(sandbox: SandboxProcess, copy: dict[str, str], since: str = "") -> tuple[bool, str, bool]:
    rows = sandbox.control.truth(since)[copy["mailbox"]]
    row = next(row for row in rows if row["id"] == copy["immutable_id"])
    return row["import"], row["reason"], row["seen"]


def test_the_control_door_wants_its_token(sandbox: SandboxProcess):
    with sandbox.session() as stranger:
        url = sandbox.facts["control_url"]
        assert stranger.get(f"{url}/truth", timeout=PATIENCE).status_code == 403
        assert stranger.post(f"{url}/reset", timeout=PATIENCE).status_code == 403
        assert stranger.post(f"{url}/do/deliver", json={}, timeout=PATIENCE).status_code == 403


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("deliver", {"mail": {"colour": "red"}}),
        ("deliver", {"mail": {"from": "a@x.example", "to": RITA, "folder": "nowhere"}}),
        ("move", {"mailbox": RITA, "id": "nothing", "folder": "inbox"}),
        ("move", {"mailbox": "nobody@acme.example", "id": "x", "folder": "inbox"}),
        ("remove_folder", {"mailbox": RITA, "folder": "inbox"}),
        ("no_such_thing", {}),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_in_words(
    sandbox: SandboxProcess, operation: str, arguments: dict[str, object]
):
    with pytest.raises(SandboxError, match=r"^40\d: .*error"):
        sandbox.control.do(operation, **arguments)


def test_unknown_faults_switches_and_codes_are_refused(sandbox: SandboxProcess):
    with pytest.raises(SandboxError):
        sandbox.control.fault("nonsense")
    with pytest.raises(SandboxError, match="400"):
        sandbox.control.fault("504", path="(")
    with pytest.raises(SandboxError, match="no switch named"):
        sandbox.control.switch(nonsense=True)
    with pytest.raises(SandboxError, match="AADSTS1"):
        sandbox.control.token_error(1)


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        ({"from": "jane@brightwater.example"}, (True, "", True)),
        ({"from": "JANE@Brightwater.EXAMPLE"}, (True, "", True)),
        ({"from": f"x@{to_ascii('bücher-müller.example')}"}, (True, "", True)),
        ({"from": "stranger@nowhere.example"}, (False, "no_crm_match", True)),
        ({"from": "someone@gmail.com"}, (False, "no_crm_match", True)),
        ({"from": JONAS}, (False, "internal", True)),
        ({"from": "jane@brightwater.example", "kind": "bulk"}, (False, "bulk", True)),
        ({"from": "jane@brightwater.example", "sensitivity": "private"}, (False, "sensitivity", True)),
        ({"from": "jane@brightwater.example", "folder": "junkemail"}, (False, "folder", False)),
        ({"from": "jane@brightwater.example", "folder": "projects", "is_draft": True}, (False, "draft", True)),
        ({}, (False, "malformed", True)),
    ],
)
def test_truth_names_the_first_rule_that_applies(
    sandbox: SandboxProcess, mail: dict[str, object], expected: tuple[bool, str, bool]
):
    copies = sandbox.control.do("deliver", mail={"to": RITA, "subject": "S", "text": "T", **mail})["copies"]
    copy = next(copy for copy in copies if copy["mailbox"] == RITA)

    assert verdict(sandbox, copy) == expected


def test_truth_follows_window_policy_crm_and_moves(sandbox: SandboxProcess):
    old = sandbox.control.deliver(
        from_="jane@brightwater.example", to=RITA, subject="S", text="T", date="2026-10-01T10:00:00Z"
    )["copies"][0]
    assert verdict(sandbox, old, "2026-10-02T00:00:00Z") == (False, "too_old", False)
    sandbox.control.set_policy(exclusions={RITA: ["brightwater.example"]})
    assert verdict(sandbox, old) == (False, "excluded", True)
    sandbox.control.set_policy(never_import=["brightwater.example"])
    assert verdict(sandbox, old) == (False, "never_import", True)
    sandbox.control.set_policy()
    sandbox.control.delete(RITA, old["id"])
    assert verdict(sandbox, old) == (False, "folder", False)

    late = sandbox.control.deliver(from_="zoe@late.example", to=RITA, subject="S", text="T")["copies"][0]
    assert verdict(sandbox, late)[1] == "no_crm_match"
    sandbox.control.add_to_crm(addresses=["zoe@late.example"])
    assert verdict(sandbox, late)[0]


def test_truth_covers_every_copy_and_marks_what_a_client_meets(sandbox: SandboxProcess):
    truth = sandbox.control.truth()
    rows = [row for mailbox in truth.values() for row in mailbox]

    assert sum(len(mailbox) for mailbox in truth.values()) >= 300
    assert all(row["import"] == (row["reason"] == "") for row in rows)
    assert all(not row["seen"] for row in rows if row["folder"] in LEFT_OUT)


def test_canaries_of_all_kinds_exist_and_leave_when_their_mail_is_wanted(sandbox: SandboxProcess):
    canaries = sandbox.control.canaries()
    assert all(
        canaries[kind] for kind in ("unmatched_subject", "unmatched_body", "unmatched_address", "html", "attachment")
    )

    marked = {"unmatched_body": "canary-unmatched_body-test"}
    sandbox.control.deliver(
        from_="z@late.example", to=RITA, subject="S", text=marked["unmatched_body"], canaries=marked
    )
    assert marked["unmatched_body"] in sandbox.control.canaries()["unmatched_body"]
    sandbox.control.add_to_crm(domains=["late.example"])
    assert marked["unmatched_body"] not in sandbox.control.canaries()["unmatched_body"]


def test_random_deliveries_look_like_live_mail(sandbox: SandboxProcess):
    copies = sandbox.control.deliver_random(30)["copies"]

    assert len(copies) >= 30
    assert len({copy["immutable_id"] for copy in copies}) == len(copies)


def test_a_reset_makes_old_links_stale_and_mail_as_before(sandbox: SandboxProcess, rita: GraphSession):
    _, link = rita.first_round()
    before = sandbox.control.items(RITA)
    sandbox.control.deliver_random(5)
    sandbox.reset()

    assert sandbox.control.items(RITA) == before
    assert rita.get(link).status_code == 410


def test_the_log_keeps_no_secrets(sandbox: SandboxProcess, rita: GraphSession):
    rita.get("/me")
    text = json.dumps(sandbox.control.log())

    assert "authorization_code" in text
    assert {"authorize", "token", "graph"} == {entry["door"] for entry in sandbox.control.log()}
    asked = {scope for entry in sandbox.control.log() for scope in entry["scope"].split()}
    assert asked == {"User.Read", "Mail.Read", "openid", "profile", "offline_access"}
    assert sandbox.client_secret not in text
    assert "EwB4" not in text


def test_the_facts_file_is_its_owners_alone(sandbox: SandboxProcess):
    mode = stat.S_IMODE((sandbox.state_dir / "sandbox.json").stat().st_mode)

    assert mode == 0o600
    assert sandbox.facts["pid"] != os.getpid()
    assert {person["role"] for person in sandbox.people} == {"admin", "manager", "rep"}


def test_an_untrusting_client_refuses_the_private_ca(sandbox: SandboxProcess):
    with requests.Session() as session:
        session.trust_env = False
        with pytest.raises(requests.exceptions.SSLError):
            session.get(f"{sandbox.authority}/common/v2.0/.well-known/openid-configuration", timeout=PATIENCE)
