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
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from core.http.answers import AnswerTooLarge
from core.http.retry_after import seconds_to_wait
from mailsync.graph.errors import (
    Blocked,
    ConsentRevoked,
    CursorExpired,
    FolderGone,
    ItemGone,
    ItemUnreadable,
    MailboxUnavailable,
    MicrosoftError,
    ReauthenticationNeeded,
    Retryable,
    Throttled,
    Unavailable,
)


class Target(StrEnum):
    """What a request asked for: the same 404 means something else for each.

    A continuation that a `$batch` refuses without a word about it may be good by itself: no folder is read anew for it.
    """

    MAILBOX = "mailbox"
    FOLDER = "folder"
    CURSOR = "cursor"
    BATCHED_CURSOR = "batched cursor"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, headers with lower-case names and the parsed body (None where there is none or it is not JSON)."""

    status: int
    headers: Mapping[str, str]
    body: Any = None

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def error(self) -> Mapping[str, Any]:
        """Graph's error object, empty where the body holds none."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        return error if isinstance(error, dict) else {}


TOO_LARGE = AnswerTooLarge.__name__
"""The code of an answer that is larger than is read: not Graph's word, but treated like one of its own."""

TOO_LARGE_ALONE = Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {}, {"error": {"code": TOO_LARGE}})
"""What stands for a single reply of a `$batch` that is too large."""

EXPIRED_CURSOR_CODES = frozenset(
    {"syncstatenotfound", "syncstateinvalid", "resyncrequired", "resyncchangesapplydifferences",
     "resyncchangesuploaddifferences", "errorinvalidsyncstatedata"}
)  # fmt: skip
MISSING_FOLDER_CODES = frozenset({"errorsyncfoldernotfound", "errorfoldernotfound", "errorparentfoldernotfound"})
MAILBOX_UNAVAILABLE_CODES = frozenset(
    {"mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi", "errornonexistentmailbox", "errorinvaliduser",
     "errormailboxnotenabledforrestapi"}
)  # fmt: skip
THROTTLED_CODES = frozenset(
    {"applicationthrottled", "toomanyrequests", "activitylimitreached", "errorexceededconnectioncount",
     "errortoomanyobjectsopened"}
)  # fmt: skip
MISSING_ITEM_CODE = "erroritemnotfound"
UNREADABLE_ITEM_CODES = frozenset(
    {"errorcorruptdata", "erroritemcorrupt", "errormessageinvalid", "errormimecontentinvalid",
     "errorcontentconversionfailed", TOO_LARGE.lower()}
)  # fmt: skip
DOCUMENTED_CODES = (
    EXPIRED_CURSOR_CODES | MISSING_FOLDER_CODES | MAILBOX_UNAVAILABLE_CODES | THROTTLED_CODES | UNREADABLE_ITEM_CODES
)
"""Every code that has a consequence of its own, in lower case."""

_BAD_ID = "errorinvalidid"
"""How the codes begin that find fault with an id: …Malformed, …Empty, …MalformedEwsLegacyIdFormat."""

_OLD_MAILBOX_SENTENCE = "rest api is not yet supported for this mailbox"
_ACCESS_POLICY_MARKS = ("access to odata is disabled", "[raop]")
_CLAIMS = re.compile(r'claims\s*=\s*"([^"]*)"', re.IGNORECASE)


def refusal(reply: Reply, target: Target, *, now: datetime) -> MicrosoftError:
    """The error that `reply`, which is no success, means for what was asked."""
    raw_code = reply.error.get("code")
    code = raw_code if isinstance(raw_code, str) and raw_code else f"HTTP {reply.status}"
    leaf = _leaf_by_code(code.lower(), str(reply.error.get("message", "")).lower(), target)
    leaf = leaf or _leaf_by_status(reply.status, target)
    request_id = request_id_of(reply)
    if issubclass(leaf, Retryable):
        wait = seconds_to_wait(reply.headers, now=now)
        return leaf(code, retry_after=wait, request_id=request_id, status=reply.status)
    if issubclass(leaf, ReauthenticationNeeded):
        return leaf(code, claims=claims_challenge(reply.headers), request_id=request_id, status=reply.status)
    return leaf(code, request_id=request_id, status=reply.status)


_LEAF_BY_CODE: dict[str, type[MicrosoftError]] = {
    **dict.fromkeys(EXPIRED_CURSOR_CODES, CursorExpired),
    **dict.fromkeys(MAILBOX_UNAVAILABLE_CODES, MailboxUnavailable),
    **dict.fromkeys(THROTTLED_CODES, Throttled),
    **dict.fromkeys(MISSING_FOLDER_CODES, FolderGone),
}


def _leaf_by_code(code: str, message: str, target: Target) -> type[MicrosoftError] | None:
    if code in _LEAF_BY_CODE:
        return _LEAF_BY_CODE[code]
    if target is Target.ITEM and code == MISSING_ITEM_CODE:
        return ItemGone
    if target is Target.ITEM and (code in UNREADABLE_ITEM_CODES or code.startswith(_BAD_ID)):
        return ItemUnreadable
    if _OLD_MAILBOX_SENTENCE in message:
        return MailboxUnavailable
    if any(mark in message for mark in _ACCESS_POLICY_MARKS):
        return Blocked
    return None


_NOT_FOUND: dict[Target, type[MicrosoftError]] = {
    Target.MAILBOX: MailboxUnavailable,
    Target.FOLDER: FolderGone,
    Target.CURSOR: FolderGone,
    Target.BATCHED_CURSOR: Unavailable,
    Target.ITEM: ItemGone,
}
_FORBIDDEN: dict[Target, type[MicrosoftError]] = dict.fromkeys(Target, ConsentRevoked) | {Target.ITEM: ItemUnreadable}
_GONE: dict[Target, type[MicrosoftError]] = dict.fromkeys(Target, CursorExpired) | {Target.ITEM: ItemGone}
_BAD_REQUEST: dict[Target, type[MicrosoftError]] = dict.fromkeys(Target, Unavailable) | {
    Target.CURSOR: CursorExpired  # a continuation found malformed is of no use any more; the folder's lookback is
}

_LEAF_BY_STATUS: dict[int, dict[Target, type[MicrosoftError]]] = {
    HTTPStatus.BAD_REQUEST: _BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED: dict.fromkeys(Target, ReauthenticationNeeded),
    HTTPStatus.FORBIDDEN: _FORBIDDEN,
    HTTPStatus.NOT_FOUND: _NOT_FOUND,
    HTTPStatus.GONE: _GONE,
    HTTPStatus.TOO_MANY_REQUESTS: dict.fromkeys(Target, Throttled),
}


def _leaf_by_status(status: int, target: Target) -> type[MicrosoftError]:
    """What has no row of its own is tried again later: the state stays visible and nothing is lost."""
    return _LEAF_BY_STATUS.get(status, {}).get(target, Unavailable)


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
    inner = reply.error.get("innerError")
    from_body = inner.get("request-id", "") if isinstance(inner, dict) else ""
    return str(reply.headers.get("request-id") or from_body or "")[:64]
