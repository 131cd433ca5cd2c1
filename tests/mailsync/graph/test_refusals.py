import base64
import json
from datetime import UTC, datetime

import pytest

from core.http.errors import (
    Blocked,
    ConsentRevoked,
    CursorExpired,
    ItemGone,
    ItemUnreadable,
    ReauthenticationNeeded,
    Retryable,
    Throttled,
    Unavailable,
)
from core.http.wire import Reply
from mailsync.graph.errors import FolderGone, MailboxUnavailable
from mailsync.graph.refusals import BY_CODE, BY_STATUS, Target, refusal

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def reply(status: int, code: str = "", message: str = "", **headers: str) -> Reply:
    body = {"error": {"code": code, "message": message, "innerError": {"request-id": "r-1"}}} if code else None
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize(
    ("status", "code", "target", "leaf"),
    [
        (410, "SyncStateNotFound", Target.CURSOR, CursorExpired),
        (410, "syncStateNotFound", Target.CURSOR, CursorExpired),
        (404, "syncStateNotFound", Target.CURSOR, CursorExpired),
        (400, "SyncStateInvalid", Target.CURSOR, CursorExpired),
        (410, "resyncRequired", Target.CURSOR, CursorExpired),
        (400, "ResyncRequired", Target.FOLDER, CursorExpired),
        (410, "", Target.CURSOR, CursorExpired),
        (410, "Gone", Target.FOLDER, CursorExpired),
        (400, "BadRequest", Target.CURSOR, CursorExpired),
        (400, "BadRequest", Target.FOLDER, Unavailable),
        (410, "", Target.BATCHED_CURSOR, CursorExpired),
        (400, "SyncStateInvalid", Target.BATCHED_CURSOR, CursorExpired),
        (400, "BadRequest", Target.BATCHED_CURSOR, Unavailable),
        (404, "ResourceNotFound", Target.BATCHED_CURSOR, Unavailable),
        (404, "ErrorSyncFolderNotFound", Target.BATCHED_CURSOR, FolderGone),
        (404, "ErrorSyncFolderNotFound", Target.CURSOR, FolderGone),
        (400, "ErrorSyncFolderNotFound", Target.CURSOR, FolderGone),
        (404, "ErrorItemNotFound", Target.FOLDER, FolderGone),
        (404, "ErrorItemNotFound", Target.CURSOR, FolderGone),
        (404, "ErrorItemNotFound", Target.ITEM, ItemGone),
        (404, "", Target.ITEM, ItemGone),
        (410, "", Target.ITEM, ItemGone),
        (400, "ErrorInvalidIdMalformed", Target.ITEM, ItemUnreadable),
        (400, "ErrorInvalidIdMalformedEwsLegacyIdFormat", Target.ITEM, ItemUnreadable),
        (400, "BadRequest", Target.ITEM, Unavailable),
        (500, "ErrorCorruptData", Target.ITEM, ItemUnreadable),
        (500, "ErrorCorruptData", Target.FOLDER, Unavailable),
        (403, "ErrorAccessDenied", Target.ITEM, ItemUnreadable),
        (403, "ErrorAccessDenied", Target.MAILBOX, ConsentRevoked),
        (403, "", Target.CURSOR, ConsentRevoked),
        (404, "MailboxNotEnabledForRESTAPI", Target.FOLDER, MailboxUnavailable),
        (404, "MailboxNotEnabledForRESTAPI", Target.ITEM, MailboxUnavailable),
        (400, "MailboxNotSupportedForRESTAPI", Target.MAILBOX, MailboxUnavailable),
        (404, "ResourceNotFound", Target.MAILBOX, MailboxUnavailable),
        (404, "ErrorInvalidUser", Target.CURSOR, MailboxUnavailable),
        (401, "InvalidAuthenticationToken", Target.MAILBOX, ReauthenticationNeeded),
        (429, "ApplicationThrottled", Target.MAILBOX, Throttled),
        (503, "ApplicationThrottled", Target.MAILBOX, Throttled),
        (429, "", Target.ITEM, Throttled),
        (503, "", Target.CURSOR, Unavailable),
        (504, "UnknownError", Target.CURSOR, Unavailable),
        (500, "InternalServerError", Target.FOLDER, Unavailable),
        (302, "", Target.MAILBOX, Unavailable),
        (400, "InefficientFilter", Target.MAILBOX, Unavailable),
        (418, "SomethingNew", Target.MAILBOX, Unavailable),
        (0, "", Target.ITEM, Unavailable),
    ],
)
def test_each_documented_refusal_means_its_leaf(status, code, target, leaf):
    error = refusal(reply(status, code), target, now=NOW)

    assert type(error) is leaf
    assert error.code == (code or f"HTTP {status}")
    assert error.status == status


def test_a_status_means_something_for_every_target_and_a_code_is_known_in_lower_case():
    assert all(set(leaves) == set(Target) for leaves in BY_STATUS.values())
    assert {code.lower() for code in BY_CODE} == set(BY_CODE)
    assert all(set(leaves) <= set(Target) for leaves in BY_CODE.values())


@pytest.mark.parametrize("status", [*BY_STATUS, 418])
def test_a_target_that_nobody_knows_is_an_error(status):
    with pytest.raises(KeyError):
        refusal(reply(status), "calendar", now=NOW)  # type: ignore[arg-type]


def test_a_mailbox_on_premises_is_known_by_its_older_sentence_too():
    old = reply(404, "ErrorOther", "REST API is not yet supported for this mailbox.")

    assert isinstance(refusal(old, Target.FOLDER, now=NOW), MailboxUnavailable)


def test_an_application_access_policy_blocks():
    policy = reply(403, "ErrorAccessDenied", "Access to OData is disabled: [RAOP] : Blocked by policy.")

    assert isinstance(refusal(policy, Target.MAILBOX, now=NOW), Blocked)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("17", 17.0),
        ("0", 0.0),
        ("-5", 0.0),
        ("1.5", 1.5),
        ("Fri, 20 Nov 2026 10:02:00 GMT", 120.0),
        ("Fri, 20 Nov 2026 09:00:00 GMT", 0.0),
        ("999999999", 86_400.0),
        ("soon", None),
        ("nan", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value, seconds):
    error = refusal(reply(429, "TooManyRequests", retry_after=value), Target.MAILBOX, now=NOW)

    assert isinstance(error, Retryable)
    assert error.retry_after == seconds


def test_a_date_to_wait_for_is_counted_from_the_answers_own_clock():
    told = reply(
        429, "X", retry_after="Fri, 20 Nov 2026 11:02:00 GMT", date="Fri, 20 Nov 2026 11:00:00 GMT"
    )  # an hour ahead of us

    error = refusal(told, Target.MAILBOX, now=NOW)

    assert isinstance(error, Retryable)
    assert error.retry_after == 120.0


def challenge(claims: str) -> str:
    return f'Bearer realm="", authorization_uri="https://x", error="insufficient_claims", claims="{claims}"'


def test_a_claims_challenge_is_decoded_for_the_next_sign_in():
    claims = json.dumps({"access_token": {"nbf": {"essential": True, "value": "1604106651"}}})
    encoded = base64.b64encode(claims.encode()).decode()

    error = refusal(reply(401, "InvalidAuthenticationToken", www_authenticate=challenge(encoded)), Target.ITEM, now=NOW)

    assert isinstance(error, ReauthenticationNeeded)
    assert json.loads(error.claims) == json.loads(claims)


@pytest.mark.parametrize("broken", ["%%%", "bm90IGpzb24", base64.b64encode(b"[1]").decode()])
def test_a_claims_challenge_that_cannot_be_read_still_asks_to_sign_in(broken):
    error = refusal(reply(401, "X", www_authenticate=challenge(broken)), Target.ITEM, now=NOW)

    assert isinstance(error, ReauthenticationNeeded)
    assert error.claims == ""


@pytest.mark.parametrize(
    "body", [None, [], "text", {"error": "text"}, {"error": {"code": 7}}, {"error": {"code": None}}]
)
def test_a_body_of_any_other_shape_falls_back_on_the_status(body):
    assert isinstance(refusal(Reply(503, {}, body), Target.MAILBOX, now=NOW), Unavailable)


def test_microsofts_name_for_the_request_is_kept_for_a_support_case():
    assert refusal(reply(500, "UnknownError"), Target.MAILBOX, now=NOW).request_id == "r-1"
    assert refusal(Reply(503, {"request-id": "r-2"}), Target.MAILBOX, now=NOW).request_id == "r-2"
