"""Graph's side of a connection with replies that were laid out before, for tests of a single reply."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import urllib3

BASE = "https://graph.example/v1.0"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it left."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Any = None


@dataclass(slots=True)
class _Reply:
    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: bytes | Exception
    is_given: bool = False


class PlayedGraph(urllib3.HTTPSConnectionPool):
    """Answers a request with the first reply laid out for it and not given yet; the last one is given ever after."""

    def __init__(self) -> None:
        super().__init__(urlsplit(BASE).hostname or "")
        self.sent: list[Sent] = []
        self._replies: list[_Reply] = []

    def reply(
        self,
        method: str,
        url: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        body: bytes | Exception = b"",
        json_body: object = None,
    ) -> None:
        """Lay out a reply to a request for `url`, whatever its query where that has none."""
        path = url.removeprefix(f"https://{self.host}")
        content = json.dumps(json_body).encode() if json_body is not None else body
        self._replies.append(_Reply(method, path, status, headers or {}, content))

    def urlopen(self, method: str, url: str, body: Any = None, headers: Any = None, **_: Any) -> Any:  # type: ignore[override]
        """The reply; what it holds of an exception is raised."""
        self.sent.append(Sent(method, url, headers, body))
        fitting = [
            each for each in self._replies if each.method == method and each.path in (url, url.partition("?")[0])
        ]
        reply = next((each for each in fitting if not each.is_given), fitting[-1])
        reply.is_given = True
        if isinstance(reply.body, Exception):
            raise reply.body
        return urllib3.HTTPResponse(BytesIO(reply.body), reply.headers, reply.status, preload_content=False)

    def assert_all_given(self) -> None:
        """Fail where a reply was laid out for nothing."""
        assert [each for each in self._replies if not each.is_given] == []
