"""Commands of the product in a process of their own."""

import base64
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEYS = [base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2)]


def run(var: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A Python of its own in which nothing but `variables` is set."""
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(var), **variables}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
