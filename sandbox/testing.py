"""For tests: a sandbox tenant in a process of its own, and a typed client for its control door.

with SandboxProcess(mails=60) as sandbox:
    sandbox.control.deliver(from_="jane@x.example", to=["rita.lindqvist@acme.example"], subject="Hello")
    token = sandbox.control.sign_in("rita.lindqvist@acme.example")
"""

import base64
import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import requests

from sandbox.control_client import DEFAULT_SCOPES, Control, Json, SandboxError

__all__ = ["DEFAULT_SCOPES", "Control", "Json", "SandboxError", "SandboxOptions", "SandboxProcess"]

READY_SECONDS = 300
STOP_SECONDS = 60
_CALLBACK = "http://localhost/oauth/microsoft/callback/"
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How to start it; `now` is ISO 8601 or empty for the present."""

    mails: int = 4000
    days: int = 120
    seed: int = 7
    now: str = ""
    profile: str = "demo"
    live: float = 0.0
    colleagues: int = 0


class SandboxProcess:
    """`python -m sandbox` on free ports with a folder of its own; use it as a context manager or call `stop`."""

    def __init__(self, state_dir: Path | None = None, **options: Any) -> None:
        self.options = SandboxOptions(**options)
        self._own_dir = tempfile.TemporaryDirectory(prefix="sandbox-") if state_dir is None else None
        self.state_dir = state_dir or Path(self._own_dir.name if self._own_dir else "")
        self.state_dir.mkdir(parents=True, exist_ok=True)
        self.crm_dir = self.state_dir / "crm"
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def start(self) -> None:
        """Starts the process (again) and waits until it listens. Raises SandboxError."""
        chosen = self.options
        command = [
            sys.executable,
            "-m",
            "sandbox",
            "--state-dir",
            str(self.state_dir),
            "--https-port",
            "0",
            "--http-port",
            "0",
        ]
        command += ["--crm-dir", str(self.crm_dir), "--mails", str(chosen.mails), "--days", str(chosen.days)]
        command += ["--seed", str(chosen.seed), "--profile", chosen.profile, "--live", str(chosen.live)]
        command += ["--colleagues", str(chosen.colleagues)]
        command += ["--lifeline", *(["--now", chosen.now] if chosen.now else [])]
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=self.state_dir, env=environment
        )
        self._await_ready(self._process)
        self.facts: Json = json.loads((self.state_dir / "sandbox.json").read_text())
        self.control = Control(self.facts, self.session(), self.sign_in)

    @staticmethod
    def _await_ready(process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        watchdog = threading.Timer(READY_SECONDS, process.kill)
        watchdog.start()
        try:
            line = process.stdout.readline()
        finally:
            watchdog.cancel()
        if not line.startswith("READY"):
            process.wait()
            _close_pipes(process)
            raise SandboxError(f"the sandbox did not start (exit code {process.returncode})")

    @property
    def ca_path(self) -> str:
        """The private CA's certificate."""
        return str(self.facts["ca_path"])

    @property
    def authority(self) -> str:
        """For MICROSOFT_AUTHORITY."""
        return str(self.facts["authority"])

    @property
    def graph_url(self) -> str:
        """For MICROSOFT_GRAPH_URL."""
        return str(self.facts["graph_url"])

    @property
    def client_id(self) -> str:
        """For MICROSOFT_CLIENT_ID."""
        return str(self.facts["client_id"])

    @property
    def client_secret(self) -> str:
        """For MICROSOFT_CLIENT_SECRET."""
        return str(self.facts["client_secret"])

    @property
    def tenant_id(self) -> str:
        """The tenant's id."""
        return str(self.facts["tenant_id"])

    @property
    def people(self) -> list[Json]:
        """email, name, role, oid, language, aliases of each."""
        return list(self.facts["people"])

    @property
    def pid(self) -> int:
        """The process's id."""
        return int(self.facts["pid"])

    def session(self) -> requests.Session:
        """A session that trusts the tenant's CA and nothing from the environment."""
        session = requests.Session()
        session.trust_env = False
        session.verify = self.ca_path
        return session

    def sign_in(self, email: str, scopes: tuple[str, ...] = DEFAULT_SCOPES) -> Json:
        """Signs in by login hint and redeems the code; answers the token JSON. Raises SandboxError."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        wanted = " ".join((*scopes, "openid", "profile", "offline_access"))
        query = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": _CALLBACK,
            "scope": wanted,
            "state": "s",
            "login_hint": email,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        with self.session() as session:
            page = session.get(
                f"{self.facts['http']}/{self.tenant_id}/oauth2/v2.0/authorize",
                params=query,
                allow_redirects=False,
                timeout=READY_SECONDS,
            )
            answer = parse_qs(urlsplit(page.headers.get("Location", "")).query)
            if "code" not in answer:
                raise SandboxError(f"no code for {email}: {answer or page.text}")
            form = {
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "grant_type": "authorization_code",
                "code": answer["code"][0],
                "redirect_uri": _CALLBACK,
                "code_verifier": verifier,
                "scope": wanted,
                "client_info": "1",
            }
            reply = session.post(
                f"{self.authority}/{self.tenant_id}/oauth2/v2.0/token", data=form, timeout=READY_SECONDS
            )
        tokens: Json = reply.json()
        return tokens

    def reset(self) -> None:
        """As freshly started: mail, consent, faults, switches, log."""
        self.control.post("reset")

    def stop(self) -> None:
        """Ends the process with SIGTERM; the state folder stays until `close`."""
        process, self._process = self._process, None
        if process is None:
            return
        self.control.close()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _close_pipes(process)

    def kill(self) -> None:
        """Ends the process the hard way."""
        process, self._process = self._process, None
        if process is not None:
            self.control.close()
            process.kill()
            process.wait()
            _close_pipes(process)

    def restart(self) -> None:
        """Stops and starts it over the same folder; ports change."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stops it and removes its folder where it made one."""
        self.stop()
        if self._own_dir is not None:
            self._own_dir.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
