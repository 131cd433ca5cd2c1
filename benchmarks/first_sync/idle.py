"""A cycle over a mailbox without news, as every quarter of an hour has it, beside a bare `$batch` of its deltaLinks."""

import argparse
import json
import os

import django
import requests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiminny_sync.settings")

CYCLES = 20
_BATCH = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("mailbox", "graph", "ca", "token"):
        parser.add_argument(f"--{name}", required=True)
    asked = parser.parse_args()
    django.setup()
    from benchmarks.first_sync.gauge import Gauge  # noqa: PLC0415 - after setup
    from mailsync.models import FolderCursor  # noqa: PLC0415
    from mailsync.sync.run import sync_mailbox  # noqa: PLC0415

    sync_mailbox(asked.mailbox)
    with Gauge() as product:
        made = [run.requests for _ in range(CYCLES) if (run := sync_mailbox(asked.mailbox)[0].row)]
    links = FolderCursor.objects.filter(mailbox=asked.mailbox, is_gone=False).exclude(link="")
    paths = [link.removeprefix(asked.graph) for link in links.values_list("link", flat=True)[:_BATCH]]
    session = requests.Session()
    session.trust_env, session.verify = False, asked.ca
    session.headers["Authorization"] = f"Bearer {asked.token}"
    ask(session, asked.graph, paths)
    with Gauge() as floor:
        for _ in range(CYCLES):
            ask(session, asked.graph, paths)
    each = {"product": product.cpu / CYCLES * 1_000, "floor": floor.cpu / CYCLES * 1_000}
    print(json.dumps({**each, "requests": sum(made) / CYCLES}))


def ask(session: requests.Session, graph: str, paths: list[str]) -> None:
    """What changed since the links were given, in one request."""
    parts = [{"id": str(number), "method": "GET", "url": path} for number, path in enumerate(paths)]
    answer = session.post(f"{graph}/$batch", json={"requests": parts}, timeout=60)
    answer.raise_for_status()
    answer.json()


if __name__ == "__main__":
    main()
