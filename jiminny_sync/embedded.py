"""What a fresh machine needs and no service provides: secrets and a broker under var/."""

import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def generated_secret(var: Path, name: str) -> str:
    """The secret `name`, made once and kept readable to its owner alone under var/secrets/."""
    file = var / "secrets" / name.lower()
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
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
    broker = var / "broker"
    for name in ("queue", "control"):
        (broker / name).mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(broker / "queue"),
        "data_folder_out": str(broker / "queue"),
        "control_folder": str(broker / "control"),
        "store_processed": False,
        "polling_interval": 0.5,
    }
