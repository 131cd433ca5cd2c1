"""Nothing is left over: no name in a process's memory longer than its page, nothing of what was erased in a file."""

import ast
import gc
import json
import os
import subprocess
import sys
from types import FrameType, ModuleType
from uuid import uuid4

from core import remembering
from core.remembering import forget, remembered
from tests.support.commands import ROOT
from tests.support.mailboxes import World
from timeline.models import Engagement

APPS = ("core", "accounts", "crm", "timeline", "mailsync", "jiminny_sync")

REMEMBERED_FOR_LONG = {
    "core/remembering.py": (1, "forgotten with the page"),
    "core/encryption.py": (1, "keys from the settings"),
    "timeline/search/elastic.py": (1, "a connection"),
    "mailsync/graph/links.py": (1, "an address from the settings"),
    "mailsync/domain/phrases/__init__.py": (2, "our own lists"),
    "mailsync/domain/signals.py": (2, "our own lists"),
}


def remembering_places():
    """Every place of the product that has functools remember answers for as long as the process lives."""
    for path in (path for app in APPS for path in (ROOT / app).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "functools" in source:
            names = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name | ast.Attribute)]
            used = [getattr(node, "id", getattr(node, "attr", "")) for node in names]
            if number := used.count("lru_cache") + (used.count("cache") if "import cache" in source else 0):
                yield str(path.relative_to(ROOT)), number


def test_what_is_remembered_for_as_long_as_the_process_lives_is_nobodys_word():
    assert dict(remembering_places()) == {place: number for place, (number, _) in REMEMBERED_FOR_LONG.items()}


def test_what_is_remembered_is_forgotten_at_once():
    @remembered(4)
    def doubled(text: str) -> str:
        return text * 2

    try:
        assert doubled("Jane") == "JaneJane"
        forget(sender=None, signal=None)
        assert doubled.cache_info().currsize == 0
    finally:
        remembering._memories.pop()


def held(word: str) -> list[str]:
    """What in this process's memory holds a text with the word in it: kinds of holders, frames and modules apart."""
    gc.collect()
    found = []
    for holder in gc.get_objects():
        if not issubclass(type(holder), FrameType | ModuleType):  # a weak proxy is asked for its own kind
            for text in gc.get_referents(holder):
                if issubclass(type(text), str | bytes) and word in _as_text(text):
                    found.append(f"{type(holder).__name__}: {text[:80]!r}")  # noqa: PERF401 - a closure would hold the word
    return found


def _as_text(text: str | bytes) -> str:
    return text if isinstance(text, str) else text.decode(errors="ignore")


def test_no_name_of_mail_that_nobody_matched_outlives_its_page(world: World):
    word = f"zq{uuid4().hex}"
    stranger = f"{word}@stranger-{word}.example"
    for number in range(3):
        world.control.deliver(
            from_=f"{word} Stranger <{stranger}>" if number else stranger, to=[world.mailbox.user.email],
            cc=[f"cc{stranger}"], subject=f"Private {word}", text=f"Only for you {word}",
        )  # fmt: skip
    kept = world.deliver(subject="Renewal")
    assert world.sync().is_in_sync
    assert kept
    assert Engagement.objects.exists()
    del stranger
    assert held(word) == []


def test_nothing_of_an_erased_person_is_left_in_the_files_of_sqlite(tmp_path):
    surroundings = {
        **os.environ, "DATABASE_URL": "", "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "jiminny_sync.settings",
        "CELERY_BROKER_URL": "", "ELASTICSEARCH_URL": "", "DEBUG": "on",
    }  # fmt: skip
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", "from tests.attacks.erasing import main; main()"]
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    told = json.loads(done.stdout.splitlines()[-1])
    found = {word for words in told["before"].values() for word in words}
    assert found == {"zqaddress", "zqname", "zqtext", "zqnotes"}
    assert told["after"] == {}
