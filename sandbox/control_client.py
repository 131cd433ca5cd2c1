"""A typed client for the control door, for tests and for a person at a prompt."""

from collections.abc import Callable
from typing import Any

import requests

_ANSWER_SECONDS = 400  # on a machine that is busy with much else
DEFAULT_SCOPES = ("User.Read", "Mail.Read")

Json = dict[str, Any]


class SandboxError(RuntimeError):
    """The sandbox did not start, or refused what was asked of it."""


class Control:
    """The control door, one method a wish. Times are seconds, ids are Graph's."""

    def __init__(self, facts: Json, session: requests.Session, sign_in: Callable[[str, tuple[str, ...]], Json]) -> None:
        self._url = str(facts["control_url"])
        self._sign_in = sign_in
        self._session = session
        self._session.headers["X-Control-Token"] = str(facts["control_token"])

    def close(self) -> None:
        """Lets the connection go."""
        self._session.close()

    def get(self, path: str, **query: str) -> Any:
        """Reads a report."""
        return self._answer(self._session.get(f"{self._url}/{path}", params=query, timeout=_ANSWER_SECONDS))

    def post(self, path: str, body: Json | None = None) -> Any:
        """Asks for something."""
        return self._answer(self._session.post(f"{self._url}/{path}", json=body or {}, timeout=_ANSWER_SECONDS))

    def do(self, operation: str, **arguments: Any) -> Json:
        """One of the operations that the journal remembers."""
        answer: Json = self.post(f"do/{operation}", arguments)
        return answer

    @staticmethod
    def _answer(response: requests.Response) -> Any:
        if not response.ok:
            raise SandboxError(f"{response.status_code}: {response.text}")
        return response.json()

    def deliver(self, **mail: Any) -> Json:
        """Delivers a mail; `from_` is its author. Answers `internet_message_id` and `copies` (mailbox, ids, folder)."""
        if "from_" in mail:
            mail["from"] = mail.pop("from_")
        return self.do("deliver", mail=mail)

    def deliver_random(self, count: int = 1) -> Json:
        """What live mode would deliver."""
        return self.do("deliver_random", count=count)

    def move(self, mailbox: str, item_id: str, folder: str) -> Json:
        """Moves an item to a folder named by slug, well-known name or id."""
        return self.do("move", mailbox=mailbox, id=item_id, folder=folder)

    def delete(self, mailbox: str, item_id: str, *, hard: bool = False) -> Json:
        """To Deleted Items, or for good."""
        return self.do("delete", mailbox=mailbox, id=item_id, hard=hard)

    def send_draft(self, mailbox: str, item_id: str) -> Json:
        """Sends a draft: it vanishes and a new item appears in Sent Items."""
        return self.do("send_draft", mailbox=mailbox, id=item_id)

    def set_read(self, mailbox: str, item_id: str, *, is_read: bool) -> Json:
        """Flips the read flag."""
        return self.do("set_read", mailbox=mailbox, id=item_id, is_read=is_read)

    def create_folder(self, mailbox: str, name: str, parent: str = "msgfolderroot", *, is_hidden: bool = False) -> Json:
        """A new folder; answers id, slug and name."""
        return self.do("create_folder", mailbox=mailbox, name=name, parent=parent, is_hidden=is_hidden)

    def rename_folder(self, mailbox: str, folder: str, name: str) -> Json:
        """Another name, same id."""
        return self.do("rename_folder", mailbox=mailbox, folder=folder, name=name)

    def remove_folder(self, mailbox: str, folder: str) -> Json:
        """With everything in it."""
        return self.do("remove_folder", mailbox=mailbox, folder=folder)

    def fault(
        self,
        kind: str,
        *,
        mailbox: str = "",
        path: str = "",
        method: str = "",
        count: int | None = None,
        after: int = 0,
        share: float = 1,
        whole: bool = False,
        **arguments: Any,
    ) -> Json:
        """Injects a fault (`sandbox.faults.FaultKind`): `path` is a regular expression, `count` -1 is for ever.

        `share` of what it could strike is struck; `whole` spares the parts of a `$batch`.
        """
        match = {"mailbox": mailbox, "path": path, "method": method, "whole": whole}
        rule = {"match": match, "count": count, "after": after, "share": share, "fault": {"kind": kind, **arguments}}
        answer: Json = self.post("fault", rule)
        return answer

    def clear_faults(self, mailbox: str = "") -> None:
        """No more faults and scripted token errors; with a mailbox named, no more faults of that one."""
        self.post("faults/clear", {"mailbox": mailbox})

    def token_error(
        self, code: int, *, user: str = "", count: int = 1, door: str = "token", retry_after: int = 0
    ) -> None:
        """The next `count` answers (-1: all) to this user (empty: everybody) are AADSTS`code`; door token|authorize."""
        self.post("token_error", {"code": code, "user": user, "count": count, "door": door, "retry_after": retry_after})

    def truth(self, since: str = "") -> dict[str, list[Json]]:
        """Ground truth by mailbox, for a first sync that goes back to `since`."""
        answer: dict[str, list[Json]] = self.get("truth", since=since)
        return answer

    def canaries(self) -> dict[str, list[str]]:
        """Strings that must be found nowhere, by kind."""
        answer: dict[str, list[str]] = self.get("canaries")
        return answer

    def log(self, since: int = 0) -> list[Json]:
        """The request log after a sequence number."""
        answer: list[Json] = self.get("log", since=str(since))
        return answer

    def stats(self) -> dict[str, dict[str, int]]:
        """Load by mailbox."""
        answer: dict[str, dict[str, int]] = self.get("stats")
        return answer

    def items(self, mailbox: str, folder: str = "") -> list[Json]:
        """A mailbox's items with both ids."""
        answer: list[Json] = self.get("items", mailbox=mailbox, folder=folder)
        return answer

    def folders(self, mailbox: str) -> list[Json]:
        """A mailbox's folders."""
        answer: list[Json] = self.get("folders", mailbox=mailbox)
        return answer

    def switch(self, **switches: Any) -> Json:
        """Sets switches (`sandbox.switches.Switches`)."""
        answer: Json = self.post("switches", switches)
        return answer

    def rotate_keys(self, *, withdraw: bool = False) -> list[str]:
        """Id tokens are signed with a new key from here on; the kids that are published."""
        kids: list[str] = self.post("rotate_keys", {"withdraw": withdraw})["kids"]
        return kids

    def advance(self, seconds: float) -> float:
        """Moves the virtual clock; answers its time."""
        return float(self.post("clock", {"advance_seconds": seconds})["now"])

    def now(self) -> float:
        """The virtual clock's time."""
        return float(self.get("clock")["now"])

    def revoke(self, user: str) -> Json:
        """Revokes a user's sessions: refresh tokens issued so far answer AADSTS50173."""
        return self.do("revoke_user", user=user)

    def withdraw_consent(self, user: str = "") -> Json:
        """Takes back one user's consent, or all consent in the tenant; refreshes answer AADSTS65001."""
        return self.do("revoke_grant", user=user)

    def remove_app(self, *, removed: bool = True) -> Json:
        """Takes the application out of the tenant (AADSTS700016)."""
        return self.do("remove_app", removed=removed)

    def disable_user(self, user: str, *, disabled: bool = True) -> Json:
        """Disables a user (AADSTS50057) or enables it again."""
        return self.do("disable_user", user=user, disabled=disabled)

    def expire_access_tokens(self, user: str = "") -> Json:
        """Access tokens issued so far answer 401."""
        return self.do("expire_access", user=user)

    def expire_sync_state(self, mailbox: str = "", folder: str = "") -> Json:
        """Sync states of one folder, one mailbox or all answer 410."""
        return self.do("expire_sync_state", mailbox=mailbox, folder=folder)

    def set_mailbox(self, mailbox: str, *, enabled: bool) -> Json:
        """Off: Graph answers MailboxNotEnabledForRESTAPI."""
        return self.do("set_mailbox", mailbox=mailbox, enabled=enabled)

    def grant_tenant(self, *scopes: str) -> Json:
        """Admin consent without the page."""
        return self.do("allow_tenant", scopes=list(scopes or DEFAULT_SCOPES))

    def set_policy(
        self, *, never_import: list[str] | None = None, exclusions: dict[str, list[str]] | None = None
    ) -> Json:
        """Tells the ground truth what the product was told to keep out."""
        return self.do("set_policy", never_import=never_import or [], exclusions=exclusions or {})

    def add_to_crm(self, *, addresses: list[str] | None = None, domains: list[str] | None = None) -> Json:
        """Tells the ground truth of parties added to the product's CRM."""
        return self.do("add_to_crm", addresses=addresses or [], domains=domains or [])

    def sign_in(self, email: str, scopes: tuple[str, ...] = DEFAULT_SCOPES) -> Json:
        """The whole code flow with PKCE, headless; answers the token endpoint's JSON."""
        return self._sign_in(email, scopes)
