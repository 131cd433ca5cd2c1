"""Gunicorn's settings; WEB_BIND, WEB_WORKERS and WEB_THREADS fit them to a machine."""

# ruff: noqa: INP001 - a folder of files for the operating system, no package

import os
from pathlib import Path

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True
timeout = 60
graceful_timeout = 30
keepalive = 65
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190
max_requests = 10_000
max_requests_jitter = 1_000
# A heartbeat file on a disk stalls a worker when the disk does.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes a private file there

# The path without the query: searches and sign-in codes do not belong into a log.
accesslog = "-"
access_log_format = '{"event": "request", "method": "%(m)s", "path": "%(U)s", "status": %(s)s, "seconds": %(L)s}'
