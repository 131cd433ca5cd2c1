"""The whole product on loopback, against a sandbox tenant; `make demo` and the process tests start the same one.

sandbox tenant ──┐                        ┌── web server
(https and http) ├── environment variables ├── Celery worker
                 │                        └── Celery beat
everything lives under one folder, and every process is ended by its own id
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

from jiminny_sync.embedded import private_folder
from tools.ports import free_ports, is_taken

ROOT = Path(__file__).resolve().parents[1]
ORGANIZATION, SLUG, DOMAIN = "Acme", "acme", "acme.example"
PASSWORD = "demo-only-password"  # noqa: S105 - printed on purpose, loopback only
READY_SECONDS = 300
TERMINATE_SECONDS = 15


class Person(TypedDict):
    """One of the sandbox tenant's people."""

    email: str
    name: str
    role: str


class SandboxDetails(TypedDict):
    """What the sandbox says of itself in sandbox.json; only what is read here."""

    authority: str
    graph_url: str
    client_id: str
    client_secret: str
    control_url: str
    control_token: str
    people: list[Person]


class StackError(Exception):
    """A part of the stack did not come up or ended by itself; says which log tells why."""


class Stack:
    """The processes of one running product under `var`; `close` ends exactly these.

    `port` is the web server's; the sandbox takes the next two. 0 takes three free ones.
    `variables` are added to the environment of every process.
    """

    def __init__(self, var: Path, port: int = 0, variables: dict[str, str] | None = None) -> None:
        self.var = var
        self.port, self.https_port, self.http_port = ports(port)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "DEBUG": "1",
            "VAR_DIR": str(var),
            "BASE_URL": f"http://localhost:{self.port}",
            **(variables or {}),
        }
        self.sandbox: SandboxDetails | None = None
        self.logs = private_folder(var) / "logs"
        self.crm = var / "demo-crm"
        self.logs.mkdir(parents=True, exist_ok=True)

    @property
    def people(self) -> list[Person]:
        """The tenant's people; the sandbox has to be up."""
        if self.sandbox is None:
            raise StackError("The sandbox tenant is not up.")
        return self.sandbox["people"]

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Start `command` as `name`, its output in logs/NAME.log, in a process group of its own."""
        with (self.logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.processes[name] = process
        return process

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """Run `manage.py ARGUMENTS` to its end and return what it printed; StackError where it fails."""
        return self._run("manage.py", *arguments, stdin=stdin)

    def _run(self, *arguments: str, stdin: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StackError(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def start_sandbox(self, *arguments: str) -> SandboxDetails:
        """Start the sandbox tenant, wait until it answers, and point the product's variables at it."""
        state = self.var / "sandbox"
        details = state / "sandbox.json"
        details.unlink(missing_ok=True)
        process = self.start(
            "sandbox", sys.executable, "-m", "sandbox", "--state-dir", str(state), "--crm-dir", str(self.crm),
            "--https-port", str(self.https_port), "--http-port", str(self.http_port), "--app-port", str(self.port),
            *arguments,
        )  # fmt: skip
        self._wait("sandbox", process, details.exists)
        found: SandboxDetails = json.loads(details.read_text())
        self.sandbox = found
        self.environment |= {
            "MICROSOFT_AUTHORITY": found["authority"],
            "MICROSOFT_GRAPH_URL": found["graph_url"],
            "MICROSOFT_CA_BUNDLE": str(state / "ca.pem"),
            "MICROSOFT_CLIENT_ID": found["client_id"],
            "MICROSOFT_CLIENT_SECRET": found["client_secret"],
        }
        return found

    def load(self) -> None:
        """Migrate, and load the demo organization, its people and its CRM where they are missing."""
        ready = self.var / "demo.ready"
        if ready.exists():
            self.manage("migrate", "--verbosity", "0")
            return
        self._run("-m", "tools.load", str(self.crm), stdin=json.dumps(self.people))
        ready.touch()

    def start_web(self) -> None:
        """Start the web server and wait until it answers."""
        process = self.start("web", sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{self.port}")
        self._wait("web", process, lambda: _answers(f"http://127.0.0.1:{self.port}/healthz"))

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start a Celery worker with two processes."""
        return self.start(
            "worker", sys.executable, "-m", "celery", "-A", "jiminny_sync", "worker",
            "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle",
        )  # fmt: skip

    def start_beat(self) -> subprocess.Popen[bytes]:
        """Start Celery beat, whose schedule stands in the database."""
        return self.start(
            "beat", sys.executable, "-m", "celery", "-A", "jiminny_sync", "beat", "--loglevel", "INFO", "--pidfile", ""
        )

    def ended(self) -> str | None:
        """The name of a process that ended by itself, if one did."""
        return next((name for name, process in self.processes.items() if process.poll() is not None), None)

    def close(self) -> None:
        """End every process that was started here, gently first."""
        for process in reversed(self.processes.values()):
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + TERMINATE_SECONDS
        for process in self.processes.values():
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()

    def _wait(self, name: str, process: subprocess.Popen[bytes], is_up: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not is_up():
            if process.poll() is not None or time.monotonic() > deadline:
                raise StackError(f"The {name} did not come up; {self.logs / name}.log says why.")
            time.sleep(0.1)


def ports(first: int) -> tuple[int, int, int]:
    """Three ports: `first` and the next two, or free ones for 0; StackError names one that is taken."""
    if first == 0:
        one, other, third = free_ports(3)
        return one, other, third
    for port in range(first, first + 3):
        if is_taken(port):
            raise StackError(
                f"Port {port} is taken (the demo uses {first} to {first + 2}). Try: make demo PORT={first + 100}"
            )
    return first, first + 1, first + 2


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own loopback address
            return True
    except (urllib.error.URLError, OSError):
        return False
