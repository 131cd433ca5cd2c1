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
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

READY_SECONDS = 60
STOP_SECONDS = 10
DEFAULT_SCOPES = ("User.Read", "Mail.Read")
_CALLBACK = "http://localhost/oauth/microsoft/callback/"
_ROOT = Path(__file__).resolve().parent.parent

Json = dict[str, Any]


class SandboxError(RuntimeError):
    """The sandbox did not start, or refused what a test asked of it."""


class Control:
    """The control door, one method a wish. Times are seconds, ids are Graph's."""

    def __init__(self, sandbox: "SandboxProcess") -> None:
        self._sandbox = sandbox
        self._session = sandbox.session()
        self._session.headers["X-Control-Token"] = sandbox.facts["control_token"]

    def get(self, path: str, **query: str) -> Any:
        """Reads a report."""
        return self._answer(self._session.get(f"{self._sandbox.facts['control_url']}/{path}", params=query, timeout=60))

    def post(self, path: str, body: Json | None = None) -> Any:
        """Asks for something."""
        return self._answer(self._session.post(f"{self._sandbox.facts['control_url']}/{path}", json=body or {}, timeout=60))

    def do(self, operation: str, **arguments: Any) -> Json:
        """One of the operations that the journal remembers."""
        answer: Json = self.post(f"do/{operation}", arguments)
        return answer

    @staticmethod
    def _answer(response: requests.Response) -> Any:
        if not response.ok:
            raise SandboxError(f"{response.status_code}: {response.text}")
        return response.json()

    def deliver(self, **mail: Any) -> Json:
        """Delivers a mail; `from_` is its author. Answers `internet_message_id` and `copies` (mailbox, ids, folder)."""
        if "from_" in mail:
            mail["from"] = mail.pop("from_")
        return self.do("deliver", mail=mail)

    def deliver_random(self, count: int = 1) -> Json:
        """What live mode would deliver."""
        return self.do("deliver_random", count=count)

    def move(self, mailbox: str, item_id: str, folder: str) -> Json:
        """Moves an item to a folder named by slug, well-known name or id."""
        return self.do("move", mailbox=mailbox, id=item_id, folder=folder)

    def delete(self, mailbox: str, item_id: str, *, hard: bool = False) -> Json:
        """To Deleted Items, or for good."""
        return self.do("delete", mailbox=mailbox, id=item_id, hard=hard)

    def send_draft(self, mailbox: str, item_id: str) -> Json:
        """Sends a draft: it vanishes and a new item appears in Sent Items."""
        return self.do("send_draft", mailbox=mailbox, id=item_id)

    def set_read(self, mailbox: str, item_id: str, *, is_read: bool) -> Json:
        """Flips the read flag."""
        return self.do("set_read", mailbox=mailbox, id=item_id, is_read=is_read)

    def create_folder(self, mailbox: str, name: str, parent: str = "msgfolderroot", *, is_hidden: bool = False) -> Json:
        """A new folder; answers id, slug and name."""
        return self.do("create_folder", mailbox=mailbox, name=name, parent=parent, is_hidden=is_hidden)

    def rename_folder(self, mailbox: str, folder: str, name: str) -> Json:
        """Another name, same id."""
        return self.do("rename_folder", mailbox=mailbox, folder=folder, name=name)

    def remove_folder(self, mailbox: str, folder: str) -> Json:
        """With everything in it."""
        return self.do("remove_folder", mailbox=mailbox, folder=folder)

    def fault(
        self,
        kind: str,
        *,
        mailbox: str = "",
        path: str = "",
        method: str = "",
        count: int = 1,
        after: int = 0,
        **arguments: Any,
    ) -> Json:
        """Injects a fault (`sandbox.faults.FaultKind`): `path` is a regular expression, `count` -1 is for ever."""
        match = {"mailbox": mailbox, "path": path, "method": method}
        rule = {"match": match, "count": count, "after": after, "fault": {"kind": kind, **arguments}}
        answer: Json = self.post("fault", rule)
        return answer

    def clear_faults(self) -> None:
        """No more faults and scripted token errors."""
        self.post("faults/clear")

    def token_error(
        self, code: int, *, user: str = "", count: int = 1, door: str = "token", retry_after: int = 0
    ) -> None:
        """The next `count` answers (-1: all) to this user (empty: everybody) are AADSTS`code`; door token|authorize."""
        self.post("token_error", {"code": code, "user": user, "count": count, "door": door, "retry_after": retry_after})

    def truth(self, since: str = "") -> dict[str, list[Json]]:
        """Ground truth by mailbox, for a first sync that goes back to `since`."""
        answer: dict[str, list[Json]] = self.get("truth", since=since)
        return answer

    def canaries(self) -> dict[str, list[str]]:
        """Strings that must be found nowhere, by kind."""
        answer: dict[str, list[str]] = self.get("canaries")
        return answer

    def log(self, since: int = 0) -> list[Json]:
        """The request log after a sequence number."""
        answer: list[Json] = self.get("log", since=str(since))
        return answer

    def stats(self) -> dict[str, dict[str, int]]:
        """Load by mailbox."""
        answer: dict[str, dict[str, int]] = self.get("stats")
        return answer

    def items(self, mailbox: str, folder: str = "") -> list[Json]:
        """A mailbox's items with both ids."""
        answer: list[Json] = self.get("items", mailbox=mailbox, folder=folder)
        return answer

    def folders(self, mailbox: str) -> list[Json]:
        """A mailbox's folders."""
        answer: list[Json] = self.get("folders", mailbox=mailbox)
        return answer

    def switch(self, **switches: Any) -> Json:
        """Sets switches (`sandbox.switches.Switches`)."""
        answer: Json = self.post("switches", switches)
        return answer

    def advance(self, seconds: float) -> float:
        """Moves the virtual clock; answers its time."""
        return float(self.post("clock", {"advance_seconds": seconds})["now"])

    def now(self) -> float:
        """The virtual clock's time."""
        return float(self.get("clock")["now"])

    def revoke(self, user: str) -> Json:
        """Revokes a user's sessions: refresh tokens issued so far answer AADSTS50173."""
        return self.do("revoke_user", user=user)

    def withdraw_consent(self, user: str = "") -> Json:
        """Takes back one user's consent, or all consent in the tenant; refreshes answer AADSTS65001."""
        return self.do("revoke_grant", user=user)

    def remove_app(self, *, removed: bool = True) -> Json:
        """Takes the application out of the tenant (AADSTS700016)."""
        return self.do("remove_app", removed=removed)

    def disable_user(self, user: str, *, disabled: bool = True) -> Json:
        """Disables a user (AADSTS50057) or enables it again."""
        return self.do("disable_user", user=user, disabled=disabled)

    def expire_access_tokens(self, user: str = "") -> Json:
        """Access tokens issued so far answer 401."""
        return self.do("expire_access", user=user)

    def expire_sync_state(self, mailbox: str = "", folder: str = "") -> Json:
        """Sync states of one folder, one mailbox or all answer 410."""
        return self.do("expire_sync_state", mailbox=mailbox, folder=folder)

    def set_mailbox(self, mailbox: str, *, enabled: bool) -> Json:
        """Off: Graph answers MailboxNotEnabledForRESTAPI."""
        return self.do("set_mailbox", mailbox=mailbox, enabled=enabled)

    def grant_tenant(self, *scopes: str) -> Json:
        """Admin consent without the page."""
        return self.do("allow_tenant", scopes=list(scopes or DEFAULT_SCOPES))

    def set_policy(
        self, *, never_import: list[str] | None = None, exclusions: dict[str, list[str]] | None = None
    ) -> Json:
        """Tells the ground truth what the product was told to keep out."""
        return self.do("set_policy", never_import=never_import or [], exclusions=exclusions or {})

    def add_to_crm(self, *, addresses: list[str] | None = None, domains: list[str] | None = None) -> Json:
        """Tells the ground truth of parties added to the product's CRM."""
        return self.do("add_to_crm", addresses=addresses or [], domains=domains or [])

    def sign_in(self, email: str, scopes: tuple[str, ...] = DEFAULT_SCOPES) -> Json:
        """The whole code flow with PKCE, headless; answers the token endpoint's JSON."""
        return self._sandbox.sign_in(email, scopes)


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How to start it; `now` is ISO 8601 or empty for the present."""

    mails: int = 4000
    days: int = 120
    seed: int = 7
    now: str = ""
    profile: str = "demo"
    live: float = 0.0


class SandboxProcess:
    """`python -m sandbox` on free ports with a folder of its own; use it as a context manager or call `stop`."""

    def __init__(self, state_dir: Path | None = None, **options: Any) -> None:
        self.options = SandboxOptions(**options)
        self._own_dir = tempfile.TemporaryDirectory(prefix="sandbox-") if state_dir is None else None
        self.state_dir = state_dir or Path(self._own_dir.name if self._own_dir else "")
        self.crm_dir = self.state_dir / "crm"
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def start(self) -> None:
        """Starts the process (again) and waits until it listens. Raises SandboxError."""
        chosen = self.options
        command = [sys.executable, "-m", "sandbox", "--state-dir", str(self.state_dir), "--https-port", "0", "--http-port", "0"]
        command += ["--crm-dir", str(self.crm_dir), "--mails", str(chosen.mails), "--days", str(chosen.days)]
        command += ["--seed", str(chosen.seed), "--profile", chosen.profile, "--live", str(chosen.live)]
        command += ["--now", chosen.now] if chosen.now else []
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdout=subprocess.PIPE, text=True, cwd=self.state_dir, env=environment
        )
        self._await_ready(self._process)
        self.facts: Json = json.loads((self.state_dir / "sandbox.json").read_text())
        self.control = Control(self)

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
                timeout=30,
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
            reply = session.post(f"{self.authority}/{self.tenant_id}/oauth2/v2.0/token", data=form, timeout=30)
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
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def kill(self) -> None:
        """Ends the process the hard way."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    def restart(self) -> None:
        """Stops and starts it over the same folder; ports change."""
        self.stop()
        time.sleep(0.05)
        self.start()

    def close(self) -> None:
        """Stops it and removes its folder where it made one."""
        self.stop()
        if self._own_dir is not None:
            self._own_dir.cleanup()

    def __enter__(self) -> "SandboxProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
