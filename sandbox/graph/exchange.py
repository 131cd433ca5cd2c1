"""One request to Graph and one answer, alike whether it came alone or inside a `$batch`."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from sandbox.faults import Fault
from sandbox.mailbox import Mailbox

_PREFERENCE = re.compile(r'([\w.\-]+)\s*=\s*"?([^",]*)"?')


@dataclass(slots=True)
class GraphRequest:
    """`path` is decoded and starts at `/me` or `/users/…`; `target` is path and decoded query for the log."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    mailbox: Mailbox
    scopes: frozenset[str]
    url: str
    body: bytes = b""
    in_batch: bool = False
    faults: list[Fault] = field(default_factory=list)
    preferences: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.preferences = {name.lower(): value for name, value in _PREFERENCE.findall(self.headers.get("prefer", ""))}

    @property
    def is_immutable(self) -> bool:
        """True where immutable ids are asked for."""
        return self.preferences.get("idtype") == "ImmutableId"

    @property
    def wants_text(self) -> bool:
        """True where bodies are asked for as text."""
        return self.preferences.get("outlook.body-content-type") == "text"

    @property
    def decoded_query(self) -> str:
        """The query as a person would read it."""
        return "&".join(f"{name}={value}" for name, value in self.query.items())

    def json_body(self) -> dict[str, Any]:
        """The body as a JSON object. Raises ValueError."""
        content = json.loads(self.body or b"{}")
        if not isinstance(content, dict):
            raise ValueError("a JSON object is expected")  # noqa: TRY004 - one error for every bad body
        return content


@dataclass(slots=True)
class GraphResponse:
    """`body` is JSON text, or empty."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = (
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
    )
    drop: bool = False


def json_response(content: Any, status: int = 200, **headers: str) -> GraphResponse:
    """An answer from a Python value."""
    return GraphResponse(status, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), headers)


def read_query(raw: str) -> dict[str, str]:
    """The query's options, `$` names in lower case."""
    pairs = parse_qsl(raw, keep_blank_values=True)
    return {(name.lower() if name.startswith("$") else name): value for name, value in pairs}


def read_target(target: str) -> tuple[str, dict[str, str]]:
    """Path (decoded) and query of a relative URL."""
    path, _, query = target.partition("?")
    return unquote(path), read_query(query)
