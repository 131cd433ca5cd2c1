"""Who is reading a source: a claim taken by compare-and-set, held by a lease, given up by whoever dies.

    free ──claim──▶ held until the lease ends ──renewed with each page──▶ … ──release──▶ free
                        │
                        └─ the lease ran out, or its process is gone from this machine ──▶ anyone may claim

A claim names its machine and process, so that what a killed worker held need not wait for the lease. The gate stands
before every request: no token is handed out once the switch is off or the claim is somebody else's.
"""

import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from core.hashing import hash_of
from core.runs.columns import StateColumns


class Interrupted(Exception):
    """The run may not go on; not an error, and nothing was lost."""

    code = "interrupted"


class SwitchedOff(Interrupted):
    """A person switched it off."""

    code = "switched_off"


class ClaimLost(Interrupted):
    """Another worker holds the source: this one's lease ran out."""

    code = "claim_lost"


def _machine() -> str:
    """Eight characters for this machine and process namespace; a container is a machine of its own."""
    parts = [socket.gethostname()]
    for source in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        path = Path(source)
        try:
            parts.append(str(path.readlink()) if path.is_symlink() else path.read_text().strip())
        except OSError:
            continue  # not Linux
    return hash_of(*parts)[:8]


def _started(pid: int) -> str:
    """When a process started, in the kernel's ticks; empty where that cannot be told."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def new_claim_name() -> str:
    """machine.pid.start.random, at most 36 characters."""
    pid = os.getpid()
    return f"{_machine()}.{pid}.{_started(pid)}.{secrets.token_hex(3)}"[:36]


def is_abandoned(claim: str) -> bool:
    """Whether the claiming process ran on this machine and is gone."""
    machine, _, rest = claim.partition(".")
    pid, _, rest = rest.partition(".")
    started = rest.partition(".")[0]
    if machine != _machine() or not pid.isdecimal():
        return False
    return not _is_alive(int(pid)) or (bool(started) and _started(int(pid)) != started)


@dataclass
class Claim:
    """A held source: `check` before each request, `renew` with each portion of what is written."""

    source: StateColumns
    name: str
    until: datetime
    clock: Callable[[], datetime]
    is_fresh: bool = True
    is_released: bool = False

    def check(self) -> None:
        """Raise Interrupted where the source is no longer ours or is switched off; keeps the lease from ending.

        The first check after claiming asks nothing: the claim itself has just seen the row.
        """
        if self.is_fresh:
            self.is_fresh = False
            return
        if self.until - self.clock() < _lease() / 2:
            self.renew()
            return
        with connection.cursor() as cursor:
            cursor.execute(*self._question)
            if cursor.fetchone() is None:
                self._raise_why()

    @cached_property
    def _question(self) -> tuple[str, tuple[Any, ...]]:
        """What `check` asks, put into SQL once: it stands before hundreds of requests."""
        return self._ours().values_list("pk").query.sql_with_params()

    def _ours(self) -> QuerySet[StateColumns]:
        return _switched_on(self.source).filter(claim=self.name)

    def renew(self, **fields: object) -> None:
        """Extend the lease and write other columns with it. Raises Interrupted where the source is not ours."""
        until = self.clock() + _lease()
        if not self._ours().update(claimed_until=until, **fields):
            self._raise_why()
        self.until = until

    def release(self, **fields: object) -> None:
        """Give the source up, once, and write other columns with it; nothing happens where it is no longer ours."""
        if self.is_released:
            return
        self.is_released = True
        _row(self.source).filter(claim=self.name).update(claim="", claimed_until=None, **fields)

    def gate(self, tokens: Callable[[bool], str]) -> Callable[[bool], str]:
        """`tokens`, refusing once the switch is off or the claim is lost."""

        def token(force: bool = False) -> str:  # noqa: FBT001, FBT002 - the shape of a token provider
            self.check()
            return tokens(force)

        return token

    def _raise_why(self) -> None:
        raise ClaimLost if _switched_on(self.source).exists() else SwitchedOff


def claim_source(source: StateColumns, *, clock: Callable[[], datetime]) -> Claim | None:
    """Claim a switched-on source as it was just loaded, or None where it is off or somebody else is reading it.

    Runs that a dead claimant left open are closed.
    """
    now = clock()
    held = source.claim
    if held and source.claimed_until and source.claimed_until > now and not is_abandoned(held):
        return None
    claim = Claim(source, new_claim_name(), now + _lease(), clock)
    unchanged = _switched_on(source).filter(claim=held, claimed_until=source.claimed_until)
    if not unchanged.update(claim=claim.name, claimed_until=claim.until, queued_at=None):
        return None
    if held:
        source.runs.filter(ended_at=None).update(ended_at=now, ended_by="worker_lost")
    source.claim, source.claimed_until = claim.name, claim.until
    return claim


def _row(source: StateColumns) -> QuerySet[StateColumns]:
    return type(source)._base_manager.filter(pk=source.pk)  # noqa: SLF001 - a model's own, of whatever model


def _switched_on(source: StateColumns) -> QuerySet[StateColumns]:
    return _row(source).filter(**{source.switch: True})


def _lease() -> timedelta:
    return timedelta(seconds=settings.CLAIM_LEASE_SECONDS)
