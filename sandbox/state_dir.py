"""The folder that outlives the process: the CA, the signing key, the base date, and the journal of what happened.

first start:  CA, key, base.json, empty journal
later starts: same CA and key; the tenant is made again from the seed and the journal is replayed
"""

import json
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import trustme

from sandbox.clock import epoch_of
from sandbox.identifiers import digest
from sandbox.options import Options

_PRIVATE = 0o600


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _source_digest() -> str:
    """Changes with the code that writes the corpus: a journal of another corpus would speak of other mails."""
    root = Path(__file__).parent
    files = sorted((*(root / "corpus").glob("*.py"), root / "people.py", root / "mailbox.py", root / "identifiers.py"))
    return digest(*(path.read_text(encoding="utf-8") for path in files), size=8).hex()


class StateDir:
    """Reads and writes the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ca_path = self.folder / "ca.pem"
        self.journal = Journal(self.folder / "journal.jsonl")
        self.journal.mend()

    def authority(self) -> trustme.CA:
        """The private CA, made once."""
        key_path = self.folder / "ca-key.pem"
        if self.ca_path.exists() and key_path.exists():
            return trustme.CA.from_pem(self.ca_path.read_bytes(), key_path.read_bytes())
        authority = trustme.CA(organization_name="Sandbox tenant", organization_unit_name="loopback only")
        _write_private(key_path, authority.private_key_pem.bytes())
        self.ca_path.write_bytes(authority.cert_pem.bytes())
        return authority

    def signing_key(self) -> bytes:
        """What seals tokens; made once, so that they survive a restart."""
        path = self.folder / "signing-key"
        if not path.exists():
            _write_private(path, secrets.token_bytes(32))
        return path.read_bytes()

    def id_token_keys(self) -> list[bytes]:
        """What id tokens were signed with when it last ran: PEM, the newest first."""
        return [path.read_bytes() for path in sorted(self.folder.glob("id-token-key-*.pem"))]

    def keep_id_token_keys(self, pems: Sequence[bytes]) -> None:
        """Remembers them instead of those before."""
        for path in self.folder.glob("id-token-key-*.pem"):
            path.unlink()
        for place, pem in enumerate(pems):
            _write_private(self.folder / f"id-token-key-{place}.pem", pem)

    def base_date(self, options: Options) -> int:
        """The moment the corpus ends, remembered from the first start with these options."""
        path = self.folder / "base.json"
        wanted = {**options.fingerprint, "source": _source_digest()}
        if path.exists():
            known = json.loads(path.read_text())
            if {name: known.get(name) for name in wanted} == wanted:
                return int(known["base"])
        self.journal.clear()
        base = epoch_of(options.now) if options.now else int(time.time())
        path.write_text(json.dumps({**wanted, "base": base}))
        return base

    def announce(self, facts: dict[str, Any]) -> None:
        """Writes sandbox.json in one step, readable by its owner alone."""
        path = self.folder / "sandbox.json"
        fresh = self.folder / "sandbox.json.new"
        _write_private(fresh, json.dumps(facts, indent=1, ensure_ascii=False).encode())
        fresh.replace(path)


class Journal:
    """One JSON object a line, appended as things happen."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def mend(self) -> None:
        """Takes off a last line that a crash cut short, so that what follows is not lost with it."""
        if not self._path.exists():
            return
        content = self._path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            self._path.write_bytes(whole)

    def append(self, entry: dict[str, Any]) -> None:
        """Adds one entry and flushes it."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every entry, oldest first."""
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").split("\n"):
                if line:
                    yield json.loads(line)

    def clear(self) -> None:
        """Forgets everything."""
        self._path.unlink(missing_ok=True)
