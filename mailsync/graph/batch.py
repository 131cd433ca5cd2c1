"""The form of a `$batch`: up to 20 GETs out, as many replies back in any order, each with its own fate.

    {key: path} ──▶ {"requests": […]} ──▶ Graph ──▶ {"responses": […]} ──▶ {key: Reply}

Source: learn.microsoft.com/graph/json-batching. Graph itself runs four of a mailbox's requests at a time.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from core.chunks import chunks
from core.http.errors import Unavailable
from core.http.wire import Reply
from mailsync.graph.refusals import Target, refusal
from mailsync.graph.schema import BatchRequest

BATCH_LIMIT = 20

_UNANSWERED = Reply(0, {})


def in_batches(items: Iterable[str]) -> Iterator[list[str]]:
    """`items`, each once, in lists that fit into one `$batch`."""
    return chunks(dict.fromkeys(items), BATCH_LIMIT)


def batch_payload(paths: Mapping[str, str], prefer: str) -> bytes:
    """The body of a `$batch` of GETs; a key's number in `paths` is its request's id."""
    if len(paths) > BATCH_LIMIT:
        message = f"A batch holds at most {BATCH_LIMIT} requests, not {len(paths)}."
        raise ValueError(message)
    requests: list[BatchRequest] = [
        {"id": str(number), "method": "GET", "url": path, "headers": {"Prefer": prefer}}
        for number, path in enumerate(paths.values())
    ]
    return orjson.dumps({"requests": requests})


def read_replies(paths: Iterable[str], body: Mapping[str, Any]) -> dict[str, Reply]:
    """Each key's reply, whatever the order they came in; a key without an answer gets a reply with status 0."""
    answers = body.get("responses")
    if not isinstance(answers, list):
        raise Unavailable("IncompleteReply")
    by_id = {str(answer["id"]): _reply(answer) for answer in answers if isinstance(answer, dict) and "id" in answer}
    return {key: by_id.get(str(number), _UNANSWERED) for number, key in enumerate(paths)}


def whole_body(reply: Reply, target: Target) -> dict[str, Any]:
    """The JSON object of a reply; raises the error tree for a refusal and for an answer that is not whole."""
    if not reply.is_success:
        raise refusal(reply, target, now=datetime.now(UTC))
    if not isinstance(reply.body, dict):
        raise Unavailable("TruncatedReply", status=reply.status)
    return reply.body


def _reply(answer: Mapping[str, Any]) -> Reply:
    headers = answer.get("headers")
    lowered = {str(name).lower(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}
    status = answer.get("status")
    return Reply(status if isinstance(status, int) else 0, lowered, answer.get("body"))
