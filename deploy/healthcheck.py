"""Tells a supervisor whether one of the processes works: `healthcheck.py web|worker|beat`, exit status 0 or 1.

web      GET /healthz on its own port
worker   answers a ping over the broker
beat     recorded a due task within the last ten minutes
"""

# ruff: noqa: INP001 - a folder of files for the operating system, no package

import os
import socket
import subprocess
import sys
import urllib.request
from datetime import timedelta
from pathlib import Path

BEAT_MAY_BE_SILENT = timedelta(minutes=10)


def web_answers() -> bool:
    """Ask as the proxy in front would, so that neither the host check nor the redirect to https gets in the way."""
    port = os.environ.get("WEB_BIND", "127.0.0.1:8000").rpartition(":")[2]
    host = os.environ.get("ALLOWED_HOSTS", "localhost").partition(",")[0]
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return bool(answer.status == 200)  # noqa: PLR2004
    except OSError:
        return False


def worker_answers() -> bool:
    """Ping the worker of this host."""
    command = [sys.executable, "-m", "celery", "-A", "jiminny_sync", "inspect", "ping"]
    target = ["--destination", f"celery@{socket.gethostname()}", "--timeout", "10"]
    return subprocess.run([*command, *target], stdout=subprocess.DEVNULL, check=False).returncode == 0  # noqa: S603


def beat_is_on_time() -> bool:
    """Look at the last run that beat wrote down; before its first there is nothing to be late against."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiminny_sync.settings")
    import django  # noqa: PLC0415 - the other two checks need no settings

    django.setup()
    from django.db.models import Max  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415
    from django_celery_beat.models import PeriodicTask  # noqa: PLC0415

    last = PeriodicTask.objects.filter(enabled=True).aggregate(last=Max("last_run_at"))["last"]
    return last is None or timezone.now() - last < BEAT_MAY_BE_SILENT


CHECKS = {"web": web_answers, "worker": worker_answers, "beat": beat_is_on_time}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in CHECKS:  # noqa: PLR2004
        sys.exit(f"usage: healthcheck.py {'|'.join(CHECKS)}")
    sys.exit(0 if CHECKS[sys.argv[1]]() else 1)
