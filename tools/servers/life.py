"""The life of one test server: started once, found again by anybody, ended only by what knows it is ours.

             start                    stop (SIGTERM)
absent ───────────────▶ running ───────────────────────▶ absent, its folder kept
   ▲    port free,         │  kill (SIGKILL): the record stays, `start` goes on with port and folder
   │    answers in time    ▼
   └───────────────── wipe: killed, its storage lost, started again if it ran
"""

import json
import shutil
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from tools.ports import free_port, is_taken
from tools.servers import processes

LOG_LINES_SHOWN = 15


class ServerError(Exception):
    """A server could not be started or ended; the text says why and what to do."""


class NotReadyError(Exception):
    """The server does not answer yet."""


@dataclass(frozen=True, slots=True)
class Running:
    """What is written down about a started process."""

    pid: int
    birth: str
    port: int

    @property
    def is_alive(self) -> bool:
        return processes.birth_of(self.pid) == self.birth


class Server(ABC):
    """One server under `root/<name>/`; `port` 0 takes a free one, None the last or the usual one."""

    name: ClassVar[str]
    label: ClassVar[str]
    usual_port: ClassVar[int]
    variable: ClassVar[str]
    seconds_to_start: ClassVar[float] = 300
    seconds_to_stop: ClassVar[float] = 300

    def __init__(self, root: Path, port: int | None = None) -> None:
        self.folder = root / self.name
        self._wanted_port = port

    @property
    def storage(self) -> Path:
        """What the server stores: all of it, and nothing else, is below."""
        return self.folder.resolve() / "data"

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self.folder / "server.log"

    @property
    def port(self) -> int:
        """The port it runs on, or ran on last, or would take."""
        recorded = self._recorded()
        if recorded and (recorded.is_alive or not self._wanted_port):
            return recorded.port
        return self.usual_port if self._wanted_port is None else self._wanted_port

    @property
    def running(self) -> Running | None:
        """The living process, if it is the one that was started here."""
        recorded = self._recorded()
        return recorded if recorded and recorded.is_alive else None

    def start(self) -> bool:
        """Start it and wait until it answers; False when it already ran. Raises ServerError."""
        if self.running:
            self._wait_until_ready(self.seconds_to_start)
            return False
        port = self.port or free_port()
        if is_taken(port):
            raise ServerError(
                f"{self.label} cannot have port {port}: another program listens on it. "
                f"Name another: {self.name.upper()}_PORT={port + 100}"
            )
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.prepare(port)
        pid = processes.launch(self.command(port), environment=self.environment(), log=self.log)
        birth = processes.birth_of(pid)
        if birth is None:
            raise ServerError(self._failure("ended at once"))
        self._record.write_text(json.dumps(asdict(Running(pid, birth, port))))
        try:
            self._wait_until_ready(self.seconds_to_start)
        except BaseException:  # Ctrl-C, too, leaves no half-started server behind
            self.kill()
            self._record.unlink(missing_ok=True)
            raise
        return True

    def stop(self) -> bool:
        """End it in good order; False when none of ours ran."""
        running = self.running
        self._wanted_port = running.port if running else self._wanted_port
        if running and not processes.end(running.pid, running.birth, signal.SIGTERM, patience=self.seconds_to_stop):
            self.kill()
            raise ServerError(self._failure(f"did not end within {self.seconds_to_stop:.0f} s and was killed"))
        self._record.unlink(missing_ok=True)
        return running is not None

    def kill(self) -> bool:
        """End it as a power cut would, by SIGKILL; False when none of ours ran."""
        running = self.running
        if running and not processes.end(running.pid, running.birth, signal.SIGKILL, patience=60):
            raise ServerError(self._failure("survived SIGKILL"))
        return running is not None

    def wipe(self) -> None:
        """Lose everything it stored; a running one is killed first and started again, empty."""
        was_running = self.kill()
        if self.storage.exists():
            shutil.rmtree(self.storage)
        if was_running:
            self.start()

    @abstractmethod
    def prepare(self, port: int) -> None:
        """Write the configuration, and make `storage` where the server does not do so itself."""

    @abstractmethod
    def command(self, port: int) -> Sequence[str]:
        """Return the command that runs the server in the foreground."""

    @abstractmethod
    def version(self) -> str:
        """Ask the running server for its version. Raises NotReadyError while it does not serve."""

    @abstractmethod
    def url(self) -> str:
        """Return the address for the application's environment."""

    def environment(self) -> Mapping[str, str]:
        """Return what the process needs beside the present environment."""
        return {}

    @property
    def _record(self) -> Path:
        return self.folder / "running.json"

    def _recorded(self) -> Running | None:
        with suppress(FileNotFoundError, ValueError, TypeError):
            return Running(**json.loads(self._record.read_text()))
        return None

    def _wait_until_ready(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while True:
            if not self.running:
                raise ServerError(self._failure("ended while starting"))
            try:
                self.version()
            except NotReadyError as reason:
                if time.monotonic() > deadline:
                    raise ServerError(self._failure(f"does not answer after {patience:.0f} s ({reason})")) from None
                time.sleep(processes.POLL_SECONDS)
            else:
                return

    def _failure(self, what: str) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:] if self.log.exists() else []
        return "\n    ".join([f"{self.label} {what}. The end of {self.log}:", *lines])
