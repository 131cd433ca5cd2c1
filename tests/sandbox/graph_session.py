"""A signed-in person's view of Graph, as a test wants to ask it."""

from types import TracebackType
from typing import Any, Self

import requests

from sandbox.testing import SandboxProcess
from tests.support.waiting import PATIENCE

ENVELOPE = "id,internetMessageId,subject,from,toRecipients,ccRecipients,receivedDateTime,parentFolderId,isDraft"
IMMUTABLE = 'IdType="ImmutableId"'


class GraphSession:
    def __init__(
        self, sandbox: SandboxProcess, email: str, scopes: tuple[str, ...] = ("User.Read", "Mail.Read")
    ) -> None:
        self.sandbox = sandbox
        self.email = email
        self._session = sandbox.session()
        token = sandbox.control.sign_in(email, scopes)
        self._session.headers["Authorization"] = f"Bearer {token['access_token']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def request(self, method: str, path: str, prefer: str = IMMUTABLE, **options: Any) -> requests.Response:
        url = path if path.startswith("http") else self.sandbox.graph_url + path
        headers = {"Prefer": prefer} if prefer else {}
        return self._session.request(method, url, headers=headers, **{"timeout": PATIENCE, **options})

    def get(self, path: str, prefer: str = IMMUTABLE, **query: str) -> requests.Response:
        asked = {name.replace("_", "$", 1): value for name, value in query.items()}
        return self.request("GET", path, prefer, params=asked or None)

    def pages(self, path: str, prefer: str = IMMUTABLE, **query: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """All rows until there is no nextLink, and the last page."""
        page = self.get(path, prefer, **query).json()
        rows = list(page["value"])
        while "@odata.nextLink" in page:
            page = self.get(page["@odata.nextLink"], prefer).json()
            rows += page["value"]
        return rows, page

    def first_round(self, folder: str = "inbox", prefer: str = IMMUTABLE, **query: str) -> tuple[list[Any], str]:
        """A folder's first delta round: rows and deltaLink."""
        query.setdefault("_select", ENVELOPE)
        prefer = ", ".join(filter(None, ("odata.maxpagesize=50", prefer)))
        rows, page = self.pages(f"/me/mailFolders/{folder}/messages/delta", prefer, **query)
        return rows, page["@odata.deltaLink"]

    def changes(self, link: str, prefer: str = IMMUTABLE) -> tuple[list[Any], str]:
        """The rounds after: rows and the next deltaLink."""
        rows, page = self.pages(link, prefer)
        return rows, page["@odata.deltaLink"]

    def batch(self, *paths: str) -> dict[str, Any]:
        parts = [{"id": str(number), "method": "GET", "url": path} for number, path in enumerate(paths)]
        answer: dict[str, Any] = self.request("POST", "/$batch", json={"requests": parts}).json()
        return answer
