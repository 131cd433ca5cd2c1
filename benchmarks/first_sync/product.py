"""The product's side: sign one rep in, switch import on, run the first sync in this process and print the figures."""

import json
import os
import re
import sys
from html import unescape
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from mailsync.models import Mailbox

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiminny_sync.settings")


def main() -> None:
    django.setup()
    from benchmarks.first_sync.gauge import Gauge  # noqa: PLC0415 - after setup
    from mailsync.sync.foreground import sync_until_settled  # noqa: PLC0415

    mailbox = _switched_on(sys.argv[1])
    with Gauge() as gauge:
        gauge.note()
        tally = sync_until_settled(mailbox, on_progress=lambda _: gauge.note())
        gauge.note()
    counts = {"seen": tally.seen, "kept": tally.kept, "requests": tally.requests, "state": tally.mailbox.state}
    print(json.dumps({**gauge.report(), **counts, "mailbox": str(mailbox.pk)}))


def _switched_on(email: str) -> "Mailbox":
    import requests  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from accounts.services.connection import accept_answer, begin_sign_in, finish_sign_in  # noqa: PLC0415
    from mailsync.services.switch import set_import  # noqa: PLC0415

    user = User.objects.get(email=email)
    address = begin_sign_in(user=user, redirect_uri=f"{settings.BASE_URL}/oauth/microsoft/callback/")
    page = requests.get(address, timeout=30, verify=settings.MICROSOFT_CA_BUNDLE).text
    answer = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)}
    finish_sign_in(flow=accept_answer(answer["state"], answer), user=user)
    return set_import(user=user, enabled=True)


if __name__ == "__main__":
    main()
