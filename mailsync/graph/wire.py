"""One mailbox's line to Graph: every request leaves through here, and every answer is read here.

    path ──▶ bearer, client-request-id, Prefer ──▶ Graph ──▶ 2xx with whole JSON ──▶ body
                         ▲                           │
                         └── one fresh token ◀── 401, 403 (a fresh token tells whether the scope is still there)
                                                     ├─▶ asked to wait ──▶ once more (mailsync.graph.patience)
                                                     └─▶ else refusal() ──▶ an error of the tree

GETs, a `$batch` of GETs and change-notification subscriptions are all it can send: nothing in a mailbox can be changed
through it. What every line to an outside system keeps to (bounds, TLS, no redirects) is core.http.wire's.
"""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count
from typing import Any, Literal
from urllib.parse import urlsplit

import urllib3

from core.http.wire import TIMEOUT, Reply, send
from mailsync.graph.batch import batch_payload, in_batches, read_replies, whole_body
from mailsync.graph.patience import Patience
from mailsync.graph.refusals import Target, wait_asked

Tokens = Callable[[bool], str]
"""Gives a bearer token; True asks for a fresh one. Raises the error tree."""

_CACHED, _FRESH = False, True

IMMUTABLE_IDS = 'IdType="ImmutableId"'

_SCOPE_CHECK_PAUSE = 300.0
"""Seconds for which one fresh token answers whether the scope is still granted, however many 403 follow."""


class Wire:
    """Sends one request at a time with the tokens of one person; `requests` counts what was sent."""

    def __init__(
        self,
        base_url: str,
        tokens: Tokens,
        pool: urllib3.HTTPConnectionPool,
        *,
        timeout: urllib3.Timeout = TIMEOUT,
        patience: Patience | None = None,
    ) -> None:
        self.patience = patience or Patience()
        self.base_url = base_url.rstrip("/")
        self.requests = 0
        self._root = urlsplit(self.base_url).path
        self._tokens = tokens
        self._pool = pool
        self._timeout = timeout
        self._is_token_proven = True
        self._scope_checked_at = float("-inf")

    def get(self, path: str, target: Target, *, prefer: str = IMMUTABLE_IDS) -> Any:
        """The JSON object at `path` (below the base address, encoded); raises the error tree."""
        return self._answer("GET", path, target, {"Prefer": prefer})

    def batch(self, paths: Mapping[str, str], *, prefer: str = IMMUTABLE_IDS) -> dict[str, Reply]:
        """Up to 20 GETs in one request: {key: path} → {key: reply}, a refusal of one staying with its key.

        A key that Graph leaves unanswered has the status 0. Raises the error tree where the whole request is refused.
        """
        replies = self._batch_once(paths, prefer)
        challenged = {key: paths[key] for key, reply in replies.items() if self._may_mend(reply.status)}
        if challenged:
            self._fresh_token()
            replies.update(self._batch_once(challenged, prefer))
        return replies

    def in_rounds(
        self, ask: Callable[[Mapping[str, str]], dict[str, Reply]], paths: Mapping[str, str], target: Target
    ) -> dict[str, Reply]:
        """The replies of as many `$batch` (`ask`) as it takes: what alone was refused is asked for again, packed anew.

        What is refused for longer than is waited stays a refusal.
        """
        replies: dict[str, Reply] = {}
        pending, attempt = list(paths), 0
        while pending:
            for some in in_batches(pending):
                replies |= ask({key: paths[key] for key in some})
            asked = {key: wait_asked(replies[key], target, now=datetime.now(UTC)) for key in pending}
            refused = {key: wait for key, wait in asked.items() if wait is not None}
            pending = self.patience.after(refused, attempt) if refused else []
            attempt += 1
        return replies

    def on_subscription(
        self,
        method: Literal["POST", "PATCH", "DELETE"],
        subscription_id: str = "",
        payload: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """What Graph answers about a change-notification subscription; an empty object where it has nothing to say."""
        path = f"/subscriptions/{subscription_id}" if subscription_id else "/subscriptions"
        target = Target.ITEM if subscription_id else Target.MAILBOX
        content = json.dumps(payload).encode() if payload else None
        return self._answer(method, path, target, {"Content-Type": "application/json"}, content)

    def _batch_once(self, paths: Mapping[str, str], prefer: str) -> dict[str, Reply]:
        headers = {"Content-Type": "application/json", "Prefer": IMMUTABLE_IDS}
        body = self._answer("POST", "/$batch", Target.MAILBOX, headers, batch_payload(paths, prefer))
        return read_replies(paths, body)

    def _answer(
        self, method: str, path: str, target: Target, headers: dict[str, str], payload: bytes | None = None
    ) -> dict[str, Any]:
        for attempt in count():
            reply = self._send(method, path, headers, payload, self._tokens(_CACHED))
            if self._may_mend(reply.status):
                reply = self._send(method, path, headers, payload, self._fresh_token())
            wait = wait_asked(reply, target, now=datetime.now(UTC))
            if wait is None or not self.patience.after({path: wait}, attempt):
                break
        self._is_token_proven |= reply.is_success
        return {} if reply.status == HTTPStatus.NO_CONTENT else whole_body(reply, target)

    def _may_mend(self, status: int) -> bool:
        """Whether a fresh token may help: not where the last fresh one was refused, or tells of the scope already."""
        if status == HTTPStatus.FORBIDDEN:
            return time.monotonic() - self._scope_checked_at > _SCOPE_CHECK_PAUSE
        return status == HTTPStatus.UNAUTHORIZED and self._is_token_proven

    def _fresh_token(self) -> str:
        self._is_token_proven, self._scope_checked_at = False, time.monotonic()
        return self._tokens(_FRESH)

    def _send(self, method: str, path: str, headers: Mapping[str, str], payload: bytes | None, token: str) -> Reply:
        self.requests += 1
        identified = {"Authorization": f"Bearer {token}", "client-request-id": str(uuid.uuid4()), **headers}
        return send(self._pool, method, self._root + path, headers=identified, body=payload, timeout=self._timeout)
