"""The running stack in a test's hands: its tenant's word on every mail, and what the product stored."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import requests

from tests.support.person import Person
from tests.support.promised_rules import RITA
from tests.support.waiting import PATIENCE
from tools.stack import ROOT, Stack

Json = dict[str, Any]


@dataclass
class World:
    """The running stack, everybody's mailbox in sync."""

    stack: Stack
    outcome: Json
    truth: dict[str, list[Json]] = field(default_factory=dict)

    def control(self, path: str, body: Json | None = None) -> Any:
        details = self.stack.sandbox
        assert details is not None
        answer = requests.request(
            "GET" if body is None else "POST",
            f"{details['control_url']}/{path}",
            json=body,
            headers={"X-Control-Token": details["control_token"]},
            verify=str(self.stack.var / "sandbox" / "ca.pem"),
            timeout=PATIENCE,
        )
        answer.raise_for_status()
        return answer.json()

    def query(self, code: str) -> Any:
        """The JSON that `code` prints in the product's shell."""
        return json.loads(self.stack.manage("shell", "--no-imports", "--command", f"import json\n{code}"))

    def sync(self) -> Json:
        """`sync_mailboxes --json`, as the operator runs it."""
        done = subprocess.run(
            [sys.executable, "manage.py", "sync_mailboxes", "--json"],
            cwd=ROOT, env=self.stack.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        with (self.stack.logs / "sync.log").open("a") as log:
            log.write(done.stdout + done.stderr)
        assert done.returncode == 0, done.stdout + done.stderr
        outcome: Json = json.loads(done.stdout)
        return outcome


IMPORTED = """
from mailsync.models import Sighting
rows = Sighting.objects.filter(gone_at=None).values_list("mailbox__user__email", "copy_id")
print(json.dumps([list(row) for row in rows]))
"""


SINCE = """
from mailsync.models import Mailbox
begun = Mailbox.objects.exclude(lookback_from=None).select_related("user")
print(json.dumps({m.user.email: m.lookback_from.isoformat() for m in begun}))
"""


PARENTS = """
from timeline.models import EmailMessage
rows = EmailMessage.objects.values_list("in_reply_to", "references")
print(json.dumps(sorted({each for parent, older in rows for each in (parent, *older) if each})))
"""


def truth_of(world: World) -> dict[str, list[Json]]:
    """The tenant's own word on every copy, once all mail has arrived."""
    if not world.truth:
        (since,) = set(world.query(SINCE).values())
        world.truth = world.control(f"truth?since={since.replace('+', '%2B')}")
    return world.truth


def look_around(world: World, person: Person) -> None:
    """Open pages, search, and ask why two mails are missing, as people do."""
    for page in ("/deals/", "/customers/", "/search/?q=offer", "/profile/integrations/"):
        person.open(page)
    seen = [item for item in truth_of(world)[person.email] if item["seen"] and item["internetMessageId"]]
    missing = [item for item in seen if not item["import"]]
    for item in missing[:: len(missing) // 2]:
        asked = {"message_id": item["internetMessageId"], "sender": "", "day": ""}
        answer = person.submit("/profile/integrations/explain/", "/profile/integrations/explain/", **asked)
        assert item["subject"] in unescape(answer.text)
    if person.email == RITA:
        world.stack.manage("explain_message", RITA, missing[0]["internetMessageId"])
