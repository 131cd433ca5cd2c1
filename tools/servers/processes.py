"""Tells whether a process that was started earlier, perhaps by another program, is still that very process."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

POLL_SECONDS = 0.05

# Children of this very process stay zombies until they are asked for, so they are kept to be asked.
_children: dict[int, subprocess.Popen[bytes]] = {}


def birth_of(pid: int) -> str | None:
    """Return what tells the process `pid` from a later one with the same number; None when it no longer runs."""
    if pid in _children and _children[pid].poll() is not None:
        return None
    if Path("/proc/self/stat").exists():
        return _birth_in_proc(pid)
    listing = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listing.stdout.strip() or None


def _birth_in_proc(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The command's name stands in parentheses and may hold any character; proc(5) numbers the fields around it.
    fields = stat.rpartition(")")[2].split()
    state, threads, clock_ticks_since_boot = fields[0], int(fields[17]), fields[19]
    # The first thread may be gone while others still hold ports and files.
    if state in "ZX" and threads <= 1:
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}/{clock_ticks_since_boot}"


def launch(command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> int:
    """Start `command` in a session of its own, so that Ctrl-C in the terminal does not reach it; return its pid."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children[process.pid] = process
    return process.pid


def end(pid: int, birth: str, number: signal.Signals, *, patience: float) -> bool:
    """Send the signal to the process, if it still is the one born at `birth`; tell whether it is gone in time."""
    deadline = time.monotonic() + patience
    if birth_of(pid) == birth:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    while birth_of(pid) == birth:
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
