"""Which refusal of Graph means which error.

    status, headers, body ──▶ Reply ──▶ refusal(reply, target) ──▶ a leaf of mailsync.graph.errors

Codes are compared without regard to case, and before the status: Graph gives the same code with several statuses.
Sources: learn.microsoft.com/graph/errors, …/delta-query-overview, …/throttling; reports named beside their rows.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from core.http.answers import AnswerTooLarge
from core.http.errors import (
    Blocked,
    ConsentRevoked,
    CursorExpired,
    ItemGone,
    ItemUnreadable,
    OutsideError,
    ReauthenticationNeeded,
    Retryable,
    Throttled,
    Unavailable,
)
from core.http.retry_after import seconds_to_wait
from core.http.wire import Reply
from mailsync.graph.errors import FolderGone, MailboxUnavailable


class Target(StrEnum):
    """What a request asked for: the same 404 means something else for each.

    A continuation that a `$batch` refuses without a word about it may be good by itself: no folder is read anew for it.
    """

    MAILBOX = "mailbox"
    FOLDER = "folder"
    CURSOR = "cursor"
    BATCHED_CURSOR = "batched cursor"
    ITEM = "item"


TOO_LARGE = AnswerTooLarge.__name__
"""The code of an answer that is larger than is read: not Graph's word, but treated like one of its own."""

TOO_LARGE_ALONE = Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {}, {"error": {"code": TOO_LARGE}})
"""What stands for a single reply of a `$batch` that is too large."""

Leaves = dict[Target, type[OutsideError]]


def _whatever(leaf: type[OutsideError]) -> Leaves:
    """The same leaf whatever was asked for."""
    return dict.fromkeys(Target, leaf)


def _item(leaf: type[OutsideError]) -> Leaves:
    """A leaf where one mail was asked for."""
    return {Target.ITEM: leaf}


BY_CODE: Mapping[str, Leaves] = {
    **dict.fromkeys(
        ("syncstatenotfound", "syncstateinvalid", "resyncrequired", "resyncchangesapplydifferences",
         "resyncchangesuploaddifferences", "errorinvalidsyncstatedata"),
        _whatever(CursorExpired),
    ),
    **dict.fromkeys(
        ("errorsyncfoldernotfound", "errorfoldernotfound", "errorparentfoldernotfound"),
        _whatever(FolderGone),
    ),
    **dict.fromkeys(
        ("mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi", "errornonexistentmailbox", "errorinvaliduser",
         "errormailboxnotenabledforrestapi"),
        _whatever(MailboxUnavailable),
    ),
    **dict.fromkeys(
        ("applicationthrottled", "toomanyrequests", "activitylimitreached", "errorexceededconnectioncount",
         "errortoomanyobjectsopened"),
        _whatever(Throttled),
    ),
    **dict.fromkeys(
        ("errorcorruptdata", "erroritemcorrupt", "errormessageinvalid", "errormimecontentinvalid",
         "errorcontentconversionfailed", TOO_LARGE.lower()),
        _item(ItemUnreadable),
    ),
    "erroritemnotfound": _item(ItemGone),
}  # fmt: skip
"""Every code that has a consequence of its own, in lower case; where a target has no leaf the status decides."""

BY_STATUS: Mapping[int, Leaves] = {
    # a continuation found malformed is of no use any more; the folder's lookback is
    HTTPStatus.BAD_REQUEST: _whatever(Unavailable) | {Target.CURSOR: CursorExpired},
    HTTPStatus.UNAUTHORIZED: _whatever(ReauthenticationNeeded),
    HTTPStatus.FORBIDDEN: _whatever(ConsentRevoked) | _item(ItemUnreadable),
    HTTPStatus.NOT_FOUND: {
        Target.MAILBOX: MailboxUnavailable,
        Target.FOLDER: FolderGone,
        Target.CURSOR: FolderGone,
        Target.BATCHED_CURSOR: Unavailable,
        Target.ITEM: ItemGone,
    },
    HTTPStatus.GONE: _whatever(CursorExpired) | _item(ItemGone),
    HTTPStatus.TOO_MANY_REQUESTS: _whatever(Throttled),
}
"""What has no row is tried again later: the state stays visible and nothing is lost."""

_BY_SENTENCE: Mapping[str, type[OutsideError]] = {
    "rest api is not yet supported for this mailbox": MailboxUnavailable,
    "access to odata is disabled": Blocked,
    "[raop]": Blocked,
}
_BAD_ID = "errorinvalidid"
"""How the codes begin that find fault with an id: …Malformed, …Empty, …MalformedEwsLegacyIdFormat."""

_CLAIMS = re.compile(r'claims\s*=\s*"([^"]*)"', re.IGNORECASE)


def refusal(reply: Reply, target: Target, *, now: datetime) -> OutsideError:
    """The error that `reply`, which is no success, means for what was asked."""
    told = error_of(reply)
    raw_code = told.get("code")
    code = raw_code if isinstance(raw_code, str) and raw_code else f"HTTP {reply.status}"
    leaf = _leaf(code.lower(), str(told.get("message", "")).lower(), reply.status, target)
    request_id = request_id_of(reply)
    if issubclass(leaf, Retryable):
        wait = seconds_to_wait(reply.headers, now=now)
        return leaf(code, retry_after=wait, request_id=request_id, status=reply.status)
    if issubclass(leaf, ReauthenticationNeeded):
        return leaf(code, claims=claims_challenge(reply.headers), request_id=request_id, status=reply.status)
    return leaf(code, request_id=request_id, status=reply.status)


def wait_asked(reply: Reply, target: Target, *, now: datetime) -> float | None:
    """The seconds that a refusal asks to wait, 0 where it does not say how many; None where it asks for no wait."""
    if reply.is_success:
        return None
    error = refusal(reply, target, now=now)
    if isinstance(error, Throttled):
        return error.retry_after or 0.0
    return error.retry_after if isinstance(error, Retryable) else None


def _leaf(code: str, message: str, status: int, target: Target) -> type[OutsideError]:
    if leaf := BY_CODE.get(code, {}).get(target):
        return leaf
    if target is Target.ITEM and code.startswith(_BAD_ID):
        return ItemUnreadable
    told = next((leaf for sentence, leaf in _BY_SENTENCE.items() if sentence in message), None)
    return told or BY_STATUS.get(status, _whatever(Unavailable))[target]


def error_of(reply: Reply) -> Mapping[str, Any]:
    """Graph's error object, empty where the body holds none."""
    error = reply.body.get("error") if isinstance(reply.body, dict) else None
    return error if isinstance(error, dict) else {}


def claims_challenge(headers: Mapping[str, str]) -> str:
    """The claims of a `WWW-Authenticate` challenge as JSON text, empty where there are none."""
    found = _CLAIMS.search(headers.get("www-authenticate", ""))
    if not found:
        return ""
    raw = found.group(1).replace("-", "+").replace("_", "/")
    try:
        text = base64.b64decode(raw + "=" * (-len(raw) % 4), validate=True).decode()
        return text if isinstance(json.loads(text), dict) else ""
    except (binascii.Error, ValueError):
        return ""


def request_id_of(reply: Reply) -> str:
    """Microsoft's name for the request, from the headers or the body."""
    inner = error_of(reply).get("innerError")
    from_body = inner.get("request-id", "") if isinstance(inner, dict) else ""
    return str(reply.headers.get("request-id") or from_body or "")[:64]
