"""The path of one mail, from the worker that takes its mailbox to the screen: walked, and as CONTRIBUTING.md has it.

python -m pytest -s tests/test_path_of_a_mail.py     prints how many files, functions and value types it passes
"""

import re
import sys

from mailsync.tasks import sync_mailbox
from tests.support.mailboxes import World, enter, synced, world
from tests.support.walk import REPOSITORY, Hop, Walk
from timeline.models import Engagement

__all__ = ["enter", "synced", "world"]

CONTRIBUTING = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
PATH = [Hop(file, function) for file, function in re.findall(r"^\| \d+ \| `(\S+)` `(\S+)`", CONTRIBUTING, re.MULTILINE)]


def test_the_path_of_a_mail_is_the_one_that_contributing_tells(synced: World, client):
    synced.deliver(subject="Renewal of 2027")
    with Walk() as brought:
        sync_mailbox(str(synced.mailbox.pk))
    mail = Engagement.objects.get(subject="Renewal of 2027")
    client.force_login(synced.mailbox.user)
    with Walk() as shown:
        page = client.get(f"/conversations/{mail.conversation_id}/")
    assert "Renewal of 2027" in page.content.decode()
    walked = [*brought.hops, *shown.hops]
    assert len(PATH) >= 15
    assert [hop for hop in PATH if hop not in walked] == []
    assert sorted(PATH, key=walked.index) == PATH


def test_how_long_the_path_is(synced: World, client):
    """From the page's import to the page on the screen, each file, function and value type counted once."""
    synced.deliver(subject="Renewal of 2027")
    with Walk(within="take_page") as brought:
        synced.sync()
    client.force_login(synced.mailbox.user)
    with Walk() as shown:
        client.get(f"/conversations/{Engagement.objects.get(subject='Renewal of 2027').conversation_id}/")
    for name, walk in (("import", brought), ("page", shown)):
        sys.stdout.write(
            f"{name}: {len(walk.files)} files, {len(walk.hops)} functions, {len(walk.types)} value types\n"
        )
        assert walk.files
    seen = {name.rpartition(".")[2] for name in brought.types}
    assert {"Candidate", "ParticipantValue"} <= seen, "value types are seen, dataclasses and named tuples"


def test_every_file_that_contributing_names_is_there():
    named = set(re.findall(r"`((?:\w+/)+[\w.-]*)`", CONTRIBUTING))
    assert len(named) > 30
    assert {path for path in named if not (REPOSITORY / path).exists()} == set()
