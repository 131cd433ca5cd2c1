"""The identity platform's error table and the JSON it answers with."""

import time
from dataclasses import dataclass
from typing import Any

from sandbox.identifiers import guid


@dataclass(frozen=True, slots=True)
class TokenError:
    """One AADSTS code: what `error` and `suberror` go with it, and whether a claims challenge comes along."""

    code: int
    error: str
    text: str
    suberror: str = ""
    status: int = 400
    with_claims: bool = False


_BASIC = "basic_action"
_ERRORS = (
    TokenError(
        65001,
        "invalid_grant",
        "The user or administrator has not consented to use the application.",
        "consent_required",
    ),
    TokenError(90094, "invalid_grant", "The grant requires admin permission.", "consent_required"),
    TokenError(90095, "invalid_grant", "Admin consent has been requested.", "consent_required"),
    TokenError(65004, "invalid_grant", "User declined to consent to access the app.", "consent_required"),
    TokenError(50173, "invalid_grant", "The provided grant has expired due to it being revoked.", "bad_token"),
    TokenError(70000, "invalid_grant", "The provided value for the refresh token is not valid.", "bad_token"),
    TokenError(
        70008, "invalid_grant", "The provided authorization code or refresh token has expired.", "token_expired"
    ),
    TokenError(700082, "invalid_grant", "The refresh token has expired due to inactivity.", "token_expired"),
    TokenError(
        70043, "invalid_grant", "The refresh token has expired due to sign-in frequency checks.", "token_expired"
    ),
    TokenError(50076, "invalid_grant", "You must use multi-factor authentication.", _BASIC, with_claims=True),
    TokenError(50079, "invalid_grant", "You must enroll in multi-factor authentication.", _BASIC, with_claims=True),
    TokenError(50074, "invalid_grant", "Strong authentication is required.", _BASIC, with_claims=True),
    TokenError(50158, "invalid_grant", "External security challenge not satisfied.", _BASIC, with_claims=True),
    TokenError(53000, "invalid_grant", "Device is not in required device state.", "message_only"),
    TokenError(53001, "invalid_grant", "Device is not domain joined.", "message_only"),
    TokenError(53002, "invalid_grant", "The app used is not an approved app.", "message_only"),
    TokenError(53003, "invalid_grant", "Access has been blocked by Conditional Access policies.", "message_only"),
    TokenError(530032, "invalid_grant", "Blocked by security policy of the tenant.", "message_only"),
    TokenError(50057, "invalid_grant", "The user account is disabled."),
    TokenError(50034, "invalid_grant", "The user account does not exist in the directory."),
    TokenError(50105, "invalid_grant", "The signed in user is not assigned to a role for the application."),
    TokenError(7000215, "invalid_client", "Invalid client secret provided.", status=401),
    TokenError(7000222, "invalid_client", "The provided client secret keys are expired.", status=401),
    TokenError(
        7000218, "invalid_client", "The request body must contain client_assertion or client_secret.", status=401
    ),
    TokenError(700016, "unauthorized_client", "Application was not found in the directory."),
    TokenError(7000112, "unauthorized_client", "Application is disabled."),
    TokenError(54005, "invalid_grant", "OAuth2 Authorization code was already redeemed."),
    TokenError(501481, "invalid_grant", "The Code_Verifier does not match the code_challenge."),
    TokenError(500112, "invalid_grant", "The reply address does not match the one of the authorization request."),
    TokenError(50011, "invalid_request", "The redirect URI specified in the request does not match the application's."),
    TokenError(50196, "invalid_grant", "The server terminated an operation because it encountered a loop."),
    TokenError(90033, "temporarily_unavailable", "A transient error has occurred. Please try again.", status=503),
    TokenError(90024, "temporarily_unavailable", "RequestBudgetExceeded: a transient error.", status=503),
    TokenError(90006, "server_error", "An unexpected, non-retryable error stemming from the directory.", status=500),
    TokenError(90002, "invalid_request", "Tenant not found."),
    TokenError(900144, "invalid_request", "The request body must contain a required parameter."),
    TokenError(70003, "unsupported_grant_type", "The app returned an unsupported grant type."),
)
TOKEN_ERRORS = {entry.code: entry for entry in _ERRORS}


def error_body(entry: TokenError, now: float, correlation: str = "") -> dict[str, Any]:
    """The token endpoint's JSON for an error."""
    moment = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(now))
    trace, correlation = guid("trace", now, entry.code), correlation or guid("correlation", now)
    body: dict[str, Any] = {
        "error": entry.error,
        "error_description": f"AADSTS{entry.code}: {entry.text}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}"
        f"\r\nTimestamp: {moment}",
        "error_codes": [entry.code],
        "timestamp": moment,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={entry.code}",
    }
    if entry.suberror:
        body["suberror"] = entry.suberror
    if entry.with_claims:
        body["claims"] = (
            '{"access_token":{"capolids":{"essential":true,"values":["11111111-2222-3333-4444-555555555555"]}}}'
        )
    return body
