"""Starts and ends MariaDB, Redis and Elasticsearch under var/services/ for development and tests, without root.

    python -m tools.services start [NAME …]     start what does not run, print the variables to export
    python -m tools.services stop [NAME …]      end exactly what `start` started
    python -m tools.services status             what runs, where, which version
    python -m tools.services env                the variables again
    python -m tools.services check-build        say what the machine lacks, mysqlclient's compiler included
                                                (CI=true as root: install it)
    python -m tools.services kill NAME          SIGKILL, as a crash; `start NAME` brings it back with its files
    python -m tools.services wipe NAME          lose its files; a running one comes back empty
    python -m tools.services run -- COMMAND …   start, run the command with the variables, stop what was started
    python -m tools.services test [-- ARGS …]   the same with pytest: each parallel worker has rooms of its own

Ports: MARIADB_PORT (3307), REDIS_PORT (6380), ELASTICSEARCH_PORT (9201); 0 takes a free one.
Folder: SERVICES_FOLDER (var/services). `eval "$(python -m tools.services start)"` sets the variables in a shell.
"""

import argparse
import fcntl
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.servers.elasticsearch import Elasticsearch
from tools.servers.life import NotReadyError, Server, ServerError
from tools.servers.mariadb import MariaDb
from tools.servers.redis import Redis
from tools.servers.requirements import provide

REPOSITORY = Path(__file__).resolve().parents[1]
KINDS: tuple[type[Server], ...] = (MariaDb, Redis, Elasticsearch)
SECONDS_TO_CLEAR_UP = 30
NAMES = tuple(kind.name for kind in KINDS)


def servers(names: Sequence[str] = (), *, environment: Mapping[str, str] = os.environ) -> list[Server]:
    """Return the named servers, or all, with the folder and ports that the environment asks for."""
    folder = Path(environment.get("SERVICES_FOLDER") or REPOSITORY / "var" / "services")
    ports = {name: environment.get(f"{name.upper()}_PORT") for name in NAMES}
    return [kind(folder, _port(kind.name, ports[kind.name])) for kind in KINDS if not names or kind.name in names]


def _port(name: str, text: str | None) -> int | None:
    if text is None or text == "":
        return None
    if not text.isascii() or not text.isdigit() or int(text) > 65535:  # noqa: PLR2004 - the highest TCP port
        raise ServerError(f"{name.upper()}_PORT={text} is no port: give a number from 0 to 65535")
    return int(text)


def variables(wanted: Sequence[Server]) -> dict[str, str]:
    """Return what the application's environment needs to use those servers that run."""
    return {server.variable: server.url() for server in wanted if server.running}


@contextmanager
def _one_at_a_time(wanted: Sequence[Server]) -> Iterator[None]:
    root = wanted[0].folder.parent
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start(wanted: Sequence[Server]) -> list[Server]:
    """Start what does not run; return the servers this call started. When one fails, those are ended again."""
    provide([server.name for server in wanted])
    started: list[Server] = []
    with _one_at_a_time(wanted):
        for server in wanted:
            _say(f"{server.label}: starting …") if not server.running else None
            try:
                if server.start():
                    started.append(server)
            except BaseException:
                for earlier in reversed(started):
                    earlier.stop()
                raise
            _say(f"{server.label} {server.version()} answers on port {server.port}")
    return started


def stop(wanted: Sequence[Server]) -> None:
    """End what runs, the last started first."""
    with _one_at_a_time(wanted):
        for server in reversed(wanted):
            _say(f"{server.label} stopped" if server.stop() else f"{server.label} was not running")


def run(wanted: Sequence[Server], command: Sequence[str]) -> int:
    """Run `command` with the servers' addresses in its environment; what ran before goes on running after it."""
    started = start(wanted)
    try:
        _say(f"On {', '.join(f'{server.label} {server.version()}' for server in wanted)}: {shlex.join(command)}")
        return _run_to_its_end(command, {**os.environ, **variables(wanted)})
    finally:
        if started:
            stop(started)


def _run_to_its_end(command: Sequence[str], environment: Mapping[str, str]) -> int:
    process = subprocess.Popen(command, env=environment)
    try:
        return process.wait()
    finally:
        _interrupt(process)


def _interrupt(process: "subprocess.Popen[bytes]") -> None:
    """End a command as Ctrl-C does, so that tests clear up what they started; by force if it will not."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=SECONDS_TO_CLEAR_UP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _status(wanted: Sequence[Server]) -> int:
    for server in wanted:
        running = server.running
        if not running:
            print(f"{server.name:14} stopped")
            continue
        try:
            state = f"version {server.version()}"
        except NotReadyError as reason:
            state = f"does not answer: {reason}"
        print(f"{server.name:14} port {running.port}, pid {running.pid}, {state}")
    return 0 if all(server.running for server in wanted) else 1


def _print_variables(wanted: Sequence[Server]) -> None:
    for name, value in variables(wanted).items():
        print(f"export {name}={shlex.quote(value)}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for action in ("start", "stop", "status", "env", "check-build"):
        actions.add_parser(action).add_argument("names", nargs="*", choices=[*NAMES, []], metavar="NAME")
    for action in ("kill", "wipe"):
        actions.add_parser(action).add_argument("names", nargs=1, choices=NAMES, metavar="NAME")
    actions.add_parser("run").add_argument("command", nargs="+")
    actions.add_parser("test").add_argument("command", nargs="*")
    return parser.parse_args(words)


def _do(action: str, wanted: Sequence[Server], command: Sequence[str]) -> int:
    match action:
        case "start":
            start(wanted)
            _print_variables(wanted)
        case "stop":
            stop(wanted)
        case "status":
            return _status(wanted)
        case "env":
            _print_variables(wanted)
        case "check-build":
            provide([*NAMES, "mysqlclient"])
        case "kill":
            wanted[0].kill()
        case "wipe":
            wanted[0].wipe()
        case "run":
            return run(wanted, command)
        case "test":
            return run(wanted, [sys.executable, "-m", "pytest", "-p", "tools.servers.isolation", *command])
    return 0


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return the exit status."""
    arguments = _arguments(words)
    # Whoever ends this command by SIGTERM, as a time limit does, wants what it started ended, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    # A shell's background job ignores SIGINT and would hand that on to the command, which is ended by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _do(arguments.action, servers(getattr(arguments, "names", ())), getattr(arguments, "command", ()))
    except ServerError as error:
        _say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
