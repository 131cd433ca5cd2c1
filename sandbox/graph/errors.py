"""Graph's error answers, worded and dressed as Exchange words and dresses them."""

import base64
import json
import time

from sandbox.graph.exchange import GraphResponse
from sandbox.identifiers import guid


class GraphFailure(Exception):
    """Carries the answer to give."""

    def __init__(self, response: GraphResponse) -> None:
        super().__init__(response.status)
        self.response = response


def failure(status: int, code: str, message: str, **headers: str) -> GraphFailure:
    """The exception that ends a request with this error."""
    return GraphFailure(error(status, code, message, **headers))


def error(status: int, code: str, message: str, **headers: str) -> GraphResponse:
    """An error answer."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    request = guid("request", time.time_ns())
    inner = {"date": moment, "request-id": request, "client-request-id": request}
    body = {"error": {"code": code, "message": message, "innerError": inner}}
    return GraphResponse(
        status, json.dumps(body).encode(), {name.replace("_", "-"): text for name, text in headers.items()}
    )


def item_not_found() -> GraphFailure:
    """No such item or folder."""
    text = "The specified object was not found in the store., The process failed to get the correct properties."
    return failure(404, "ErrorItemNotFound", text)


def malformed_id() -> GraphFailure:
    """An id that no store made."""
    return failure(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def access_denied() -> GraphFailure:
    """The token's scopes do not reach this far."""
    return failure(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def bad_request(message: str) -> GraphFailure:
    """The request itself is wrong."""
    return failure(400, "BadRequest", message)


def too_complex() -> GraphFailure:
    """$filter and $orderby do not fit together."""
    return failure(400, "InefficientFilter", "The restriction or sort order is too complex for this operation.")


def expired_token() -> GraphResponse:
    """The access token is past its time, or was called back."""
    challenge = (
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
        'client_id="00000003-0000-0000-c000-000000000000"'
    )
    answer = error(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
    answer.headers["WWW-Authenticate"] = challenge
    return answer


def missing_token() -> GraphResponse:
    """No token, or one that was not made here."""
    answer = error(401, "InvalidAuthenticationToken", "Access token is empty or malformed.")
    answer.headers["WWW-Authenticate"] = 'Bearer realm=""'
    return answer


def claims_challenge() -> GraphResponse:
    """Continuous access evaluation asks for a fresh sign-in."""
    claims = base64.b64encode(b'{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}').decode()
    answer = error(401, "InvalidAuthenticationToken", "Continuous access evaluation resulted in challenge.")
    answer.headers["WWW-Authenticate"] = (
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
        f'error="insufficient_claims", claims="{claims}"'
    )
    return answer


def throttled(
    retry_after: int | str, message: str = "Application is over its MailboxConcurrency limit."
) -> GraphResponse:
    """Too much at once; `retry_after` is seconds or an HTTP date."""
    answer = error(429, "ApplicationThrottled", message)
    answer.headers["Retry-After"] = str(retry_after)
    return answer


def mailbox_not_enabled() -> GraphResponse:
    """No mailbox in Exchange Online behind this person."""
    text = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
    return error(404, "MailboxNotEnabledForRESTAPI", text)


def sync_state_gone(code: str, location: str = "", status: int = 410) -> GraphResponse:
    """The sync state was evicted; the round must begin again."""
    text = "The sync state generation is not found; generation=149;[highest=157][157][155][156]."
    answer = error(status, code, text)
    if location:
        answer.headers["Location"] = location
    return answer
