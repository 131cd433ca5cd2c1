import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.testing import SandboxError, SandboxProcess
from tests.sandbox.graph_session import GraphSession
from tests.support.waiting import PATIENCE

RITA = "rita.lindqvist@acme.example"


def test_a_restart_keeps_ca_mail_consent_and_links(tmp_path: Path):
    with SandboxProcess(tmp_path, mails=60) as sandbox:
        authority = Path(sandbox.ca_path).read_bytes()
        token = sandbox.control.sign_in(RITA)
        with GraphSession(sandbox, RITA) as rita:
            _, link = rita.first_round()
        sandbox.control.deliver(from_="jane@brightwater.example", to=RITA, subject="After the round", text="T")
        sandbox.control.deliver_random(10)
        before = sandbox.control.items(RITA)
        old_base = sandbox.graph_url

        sandbox.restart()

        assert Path(sandbox.ca_path).read_bytes() == authority
        assert sandbox.control.items(RITA) == before
        form = {
            "client_id": sandbox.client_id,
            "client_secret": sandbox.client_secret,
            "grant_type": "refresh_token",
            "refresh_token": token["refresh_token"],
            "scope": "Mail.Read offline_access",
        }
        with sandbox.session() as session:
            url = f"{sandbox.authority}/{sandbox.tenant_id}/oauth2/v2.0/token"
            fresh = session.post(url, data=form, timeout=PATIENCE).json()
            headers = {"Authorization": f"Bearer {fresh['access_token']}", "Prefer": 'IdType="ImmutableId"'}
            page = session.get(link.replace(old_base, sandbox.graph_url), headers=headers, timeout=PATIENCE).json()
        assert "After the round" in {row.get("subject") for row in page["value"]}


def test_a_killed_sandbox_comes_back_with_what_was_delivered(tmp_path: Path):
    with SandboxProcess(tmp_path, mails=60) as sandbox:
        sandbox.control.deliver(from_="jane@brightwater.example", to=RITA, subject="Last words", text="T")
        sandbox.kill()
        with (tmp_path / "journal.jsonl").open("a") as journal:
            journal.write('{"op": "deliver", "cut sho')
        sandbox.start()
        sandbox.control.deliver(from_="jane@brightwater.example", to=RITA, subject="And another thing", text="T")
        sandbox.restart()

        assert {"Last words", "And another thing"} <= {item["subject"] for item in sandbox.control.items(RITA)}


def test_other_options_start_afresh(tmp_path: Path):
    with SandboxProcess(tmp_path, mails=60) as sandbox:
        sandbox.control.deliver(from_="jane@brightwater.example", to=RITA, subject="Forgotten", text="T")
    with SandboxProcess(tmp_path, mails=80) as sandbox:
        assert "Forgotten" not in {item["subject"] for item in sandbox.control.items(RITA)}


def test_the_bench_profile_gives_one_rep_everything(tmp_path: Path):
    with SandboxProcess(tmp_path, mails=6000, profile="bench") as sandbox:
        truth = sandbox.control.truth()
        with GraphSession(sandbox, RITA) as rita:
            capped, _ = rita.first_round(
                prefer='odata.maxpagesize=1000, IdType="ImmutableId"',
                _filter="receivedDateTime ge 2000-01-01T00:00:00Z",
            )

    assert {owner: len(rows) for owner, rows in truth.items() if rows} == {RITA: 6000}
    assert sum(row["import"] for row in truth[RITA]) == 600
    assert len(capped) < 5000


def test_live_mode_delivers_by_itself(tmp_path: Path):
    with SandboxProcess(tmp_path, mails=60, live=0.05) as sandbox, GraphSession(sandbox, RITA) as rita:
        links = {folder: rita.first_round(folder)[1] for folder in ("inbox", "sentitems")}
        found: list[object] = []
        for _ in range(400):
            for folder, link in links.items():
                rows, links[folder] = rita.changes(link)
                found += rows
            if found:
                break

    assert found


def test_sigterm_ends_it_with_success(tmp_path: Path):
    command = [sys.executable, "-m", "sandbox", "--state-dir", str(tmp_path), "--mails", "60"]
    process = subprocess.Popen([*command, "--https-port", "0", "--http-port", "0"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process:
        assert process.stdout.readline().startswith("READY https://localhost:")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_a_taken_port_is_named(tmp_path: Path):
    with SandboxProcess(tmp_path / "first", mails=60) as sandbox:
        port = sandbox.authority.rpartition(":")[2]
        command = [sys.executable, "-m", "sandbox", "--state-dir", str(tmp_path / "second"), "--https-port", port]
        second = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)

    assert second.returncode == 1
    assert f"port {port}" in second.stderr


def test_a_sandbox_that_cannot_start_says_so(tmp_path: Path):
    with pytest.raises(SandboxError, match="did not start"):
        SandboxProcess(tmp_path, mails=60, now="not a date")
