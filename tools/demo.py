"""`make demo`: the whole product on this machine, against a sandbox tenant.

    sandbox tenant ─┐                       ┌─ web server   ── http://localhost:PORT
    (https, PORT+1) ├─ settings by variables ┼─ Celery worker
    (http,  PORT+2) ┘                       └─ Celery beat

Everything lives under var/ and ends with Ctrl-C; a second run keeps the data.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import TypedDict

from tools.demo_activities import record_activities

ROOT = Path(__file__).resolve().parents[1]
VAR = ROOT / "var"
SANDBOX_DIR = VAR / "sandbox"
CRM_DIR = VAR / "demo-crm"
LOGS = VAR / "logs"
ORGANIZATION = "Acme"
SLUG = "acme"
DOMAIN = "acme.example"
PASSWORD = "demo-only-password"  # noqa: S105 - printed on purpose, loopback only
READY_SECONDS = 60
TERMINATE_SECONDS = 15


class Person(TypedDict):
    """One of the sandbox tenant's people."""

    email: str
    name: str
    role: str


class SandboxDetails(TypedDict):
    """What the sandbox says of itself in sandbox.json; only what is read here."""

    authority_url: str
    graph_url: str
    client_id: str
    client_secret: str
    people: list[Person]


class Stopped(SystemExit):
    """The person pressed Ctrl-C, or a process of the demo ended by itself."""


class Demo:
    """The processes of one demo; `close` ends exactly these."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {**os.environ, "PYTHONUNBUFFERED": "1", "DEBUG": "1"}

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Start `command` as `name`, its output in var/logs/NAME.log, in a process group of its own."""
        with (LOGS / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.processes[name] = process
        return process

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """Run `manage.py ARGUMENTS` to its end; SystemExit with what it said where it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def watch(self) -> None:
        """Stay until a process ends or a signal comes; says which log tells why."""
        while True:
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise SystemExit(f"The {name} ended by itself; {LOGS.relative_to(ROOT)}/{name}.log says why.")
            time.sleep(0.5)

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


def main() -> None:
    parser = argparse.ArgumentParser(description="The whole product on this machine, against a sandbox tenant.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--live", type=float, default=20.0, help="seconds between live mails; 0: none")
    arguments = parser.parse_args()
    for port in range(arguments.port, arguments.port + 3):
        _refuse_taken(port, arguments.port)
    LOGS.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    demo = Demo(arguments.port)
    try:
        _bring_up(demo, live=arguments.live)
        demo.watch()
    finally:
        print("\nEnding the demo …", flush=True)
        demo.close()


def _bring_up(demo: Demo, *, live: float) -> None:
    began = time.monotonic()
    _say("Starting the sandbox tenant …")
    sandbox = _start_sandbox(demo, live=live)
    demo.environment |= {
        "BASE_URL": f"http://localhost:{demo.port}",
        "MICROSOFT_AUTHORITY": sandbox["authority_url"],
        "MICROSOFT_GRAPH_URL": sandbox["graph_url"],
        "MICROSOFT_CA_BUNDLE": str(SANDBOX_DIR / "ca.pem"),
        "MICROSOFT_CLIENT_ID": sandbox["client_id"],
        "MICROSOFT_CLIENT_SECRET": sandbox["client_secret"],
    }
    _say("Preparing the database …")
    demo.manage("migrate", "--verbosity", "0")
    people = sandbox["people"]
    if not (VAR / "demo.ready").exists():
        _say("Loading the organization and its CRM …")
        _load(demo, people)
    demo.start("web", sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{demo.port}")
    demo.start(
        "worker", sys.executable, "-m", "celery", "-A", "jiminny_sync", "worker",
        "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle",
    )  # fmt: skip
    demo.start("beat", sys.executable, "-m", "celery", "-A", "jiminny_sync", "beat", "--loglevel", "INFO",
               "--pidfile", "", "--schedule", str(VAR / "celerybeat-schedule"))  # fmt: skip
    _wait_until_answered(demo, f"http://127.0.0.1:{demo.port}/healthz")
    admin = next(person["email"] for person in people if person["role"] == "admin")
    record_activities(
        f"http://127.0.0.1:{demo.port}",
        token=demo.manage("drf_create_token", admin).split()[2],
        crm=CRM_DIR,
        marker=VAR / "demo.activities",
    )
    _welcome(demo.port, people, seconds=time.monotonic() - began)


def _start_sandbox(demo: Demo, *, live: float) -> SandboxDetails:
    details = SANDBOX_DIR / "sandbox.json"
    details.unlink(missing_ok=True)
    process = demo.start(
        "sandbox", sys.executable, "-m", "sandbox",
        "--state-dir", str(SANDBOX_DIR), "--https-port", str(demo.port + 1), "--http-port", str(demo.port + 2),
        "--crm-dir", str(CRM_DIR), "--live", str(live), "--app-port", str(demo.port),
    )  # fmt: skip
    deadline = time.monotonic() + READY_SECONDS
    while not details.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("The sandbox tenant did not come up; var/logs/sandbox.log says why.")
        time.sleep(0.1)
    found: SandboxDetails = json.loads(details.read_text())
    return found


def _load(demo: Demo, people: list[Person]) -> None:
    existing = demo.manage("shell", "--no-imports", "--command", _EXISTING).split()
    if SLUG not in existing:
        demo.manage("create_organization", ORGANIZATION, "--domain", DOMAIN)
    for person in people:
        if person["email"] not in existing:
            demo.manage(
                "create_user", person["email"], "--organization", SLUG,
                "--role", person["role"], "--name", person["name"], stdin=f"{PASSWORD}\n",
            )  # fmt: skip
    demo.manage("import_crm", str(CRM_DIR), "--organization", SLUG)
    (VAR / "demo.ready").touch()


_EXISTING = (
    "from accounts.models import Organization, User; "
    "print(*Organization.objects.values_list('slug', flat=True), *User.objects.values_list('email', flat=True))"
)


def _wait_until_answered(demo: Demo, url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own loopback address
                return
        except (urllib.error.URLError, OSError):
            if demo.processes["web"].poll() is not None:
                break
            time.sleep(0.2)
    raise SystemExit("The web server did not come up; var/logs/web.log says why.")


def _refuse_taken(port: int, first: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SystemExit(
                f"Port {port} is taken (the demo uses {first} to {first + 2}). Try: make demo PORT={first + 100}"
            ) from None


def _welcome(port: int, people: list[Person], *, seconds: float) -> None:
    print(f"\n  Ready after {seconds:.0f} s:  http://localhost:{port}/\n")
    for person in people:
        print(f"    {person['role']:8} {person['email']}")
    print(f"\n  The password of each is: {PASSWORD}")
    print("  Sign in as a rep, open Profile > Integrations, connect Microsoft 365 (the sandbox asks who you are)")
    print(
        '  and switch on "Import Email Conversations". New mail keeps arriving. Ctrl-C ends everything.\n', flush=True
    )


def _say(text: str) -> None:
    print(f"  {text}", flush=True)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped(0)


if __name__ == "__main__":
    main()
