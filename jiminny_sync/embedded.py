"""What a fresh machine needs and no service provides: keys, a database and a broker under var/, its owner's alone."""

import os
import secrets
import stat
from pathlib import Path

from cryptography.fernet import Fernet


def private_folder(folder: Path) -> Path:
    """`folder`, made where it is missing, open to its owner alone: mail, tokens and keys lie in it.

    One that stands and is others' (or shared by everybody, such as /tmp) stays as it is.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.stat()
    if found.st_uid == os.geteuid() and found.st_mode & 0o077 and not found.st_mode & stat.S_ISVTX:
        folder.chmod(0o700)
    return folder


def private_file(file: Path) -> None:
    """Make an empty `file` that its owner alone can read, so that what is written into it is private from the start."""
    if file.parent.is_dir() and not file.exists():
        file.touch(mode=0o600)


def generated_secret(var: Path, name: str) -> str:
    """The secret `name`, made once and kept readable to its owner alone under var/secrets/."""
    file = var / "secrets" / name.lower()
    if not file.exists():
        private_folder(file.parent)
        value = Fernet.generate_key().decode() if name == "FIELD_ENCRYPTION_KEYS" else secrets.token_urlsafe(50)
        unfinished = file.with_suffix(f".{secrets.token_hex(4)}")
        unfinished.touch(mode=0o600)
        unfinished.write_text(value)
        try:
            file.hardlink_to(unfinished)  # of two processes starting at once, one wins
        except FileExistsError:
            pass
        finally:
            unfinished.unlink()
    return file.read_text().strip()


def is_fernet_key(text: str) -> bool:
    """Whether tokens can be encrypted with it."""
    try:
        Fernet(text)
    except ValueError:
        return False
    return True


def embedded_broker(var: Path) -> dict[str, object]:
    """Options of kombu's filesystem transport; it forgets the task of a killed worker, so leases bring work back."""
    broker = private_folder(var / "broker")
    for name in ("queue", "control"):
        private_folder(broker / name)
    return {
        "data_folder_in": str(broker / "queue"),
        "data_folder_out": str(broker / "queue"),
        "control_folder": str(broker / "control"),
        "store_processed": False,
        "polling_interval": 0.5,
    }
