"""What the identity platform's errors mean: AADSTS number, else suberror, else error, else a safe leaf.

    {"error": "invalid_grant", "suberror": "…", "error_codes": [50173], "error_description": "AADSTS50173: …"}
        └── third ───────────── second ──────── first ──▶ leaf of core.http.errors + sentence + next step

Numbers: learn.microsoft.com/entra/identity-platform/reference-error-codes. Microsoft may add others at any time: what
has no row asks the person to sign in again, which stops the sync visibly and stores nothing false.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.microsoft.wording import AT_MICROSOFT
from core.http.errors import (
    AdminConsentNeeded,
    Blocked,
    ConsentRevoked,
    Misconfigured,
    OutsideError,
    ReauthenticationNeeded,
    Retryable,
    Throttled,
    Unavailable,
    UserDisabled,
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one error of the identity platform means; empty texts are the leaf's own."""

    leaf: type[OutsideError]
    own_sentence: str = ""
    own_next_step: str = ""

    @property
    def sentence(self) -> str:
        return self.own_sentence or AT_MICROSOFT[self.leaf].sentence

    @property
    def next_step(self) -> str:
        return self.own_next_step or AT_MICROSOFT[self.leaf].next_step


_CONNECT = "Connect Microsoft 365 again."
_CHANGE_IT = "Change it at Microsoft; then connect Microsoft 365 again."
_CONFIRM = "Connect again and confirm it."
_SET_UP = "Connect again and set it up."
_OPERATOR = "The operator has to correct {} and restart. You need not do anything."
_CHECK_SECRET = _OPERATOR.format("MICROSOFT_CLIENT_SECRET")
_ASK_ADMIN = "Ask your Microsoft 365 admin"
LOOP_WAIT_SECONDS = 300.0
"""What Microsoft's loop detection (50196) wants left alone, when it does not say."""

MEANINGS: dict[int, Meaning] = {
    # consent
    65001: Meaning(ConsentRevoked, "The permission to read your mail was never given, or was withdrawn."),
    65004: Meaning(ConsentRevoked, "The permissions were declined at Microsoft.", "Connect again and accept them."),
    90094: Meaning(AdminConsentNeeded, "Your organization lets only admins grant these permissions."),
    90095: Meaning(
        AdminConsentNeeded,
        "Your request for these permissions was sent to your admin and waits for approval.",
        "Connect again once your admin has approved it.",
    ),
    50105: Meaning(
        AdminConsentNeeded,
        "Your admin allows this application only to assigned people, and you are not one of them.",
        f"{_ASK_ADMIN} to assign you (or your group) to this application; then connect again.",
    ),
    700016: Meaning(
        AdminConsentNeeded,
        "Your Microsoft 365 tenant does not know this application: it was never granted access there, or was removed.",
        'Ask your admin to open the Consent page and follow "Grant access to Mailbox". If that changes nothing, the '
        "operator has to check MICROSOFT_CLIENT_ID.",
    ),
    7000112: Meaning(
        AdminConsentNeeded,
        "This application has been disabled in your Microsoft 365 tenant.",
        f"{_ASK_ADMIN} to enable it under Enterprise applications; then connect again.",
    ),
    650052: Meaning(AdminConsentNeeded, "Your Microsoft 365 tenant lacks a service that this application needs."),
    650054: Meaning(AdminConsentNeeded),
    500011: Meaning(AdminConsentNeeded),
    # signed out
    50173: Meaning(ReauthenticationNeeded, "Your sign-ins were revoked, as after a password reset.", _CONNECT),
    70000: Meaning(ReauthenticationNeeded, "Microsoft no longer accepts the stored sign-in.", _CONNECT),
    70008: Meaning(ReauthenticationNeeded, "Your sign-in expired because it was not used for a while.", _CONNECT),
    700082: Meaning(ReauthenticationNeeded, "Your sign-in expired because it was not used for a while.", _CONNECT),
    700084: Meaning(ReauthenticationNeeded, "Your sign-in reached the end of its life.", _CONNECT),
    70043: Meaning(ReauthenticationNeeded, "Your organization asks you to sign in again from time to time.", _CONNECT),
    50132: Meaning(ReauthenticationNeeded, "Your sign-ins were revoked, as after a password change.", _CONNECT),
    50133: Meaning(ReauthenticationNeeded, "Your sign-ins were revoked, as after a password change.", _CONNECT),
    50055: Meaning(ReauthenticationNeeded, "Your Microsoft password has expired.", _CHANGE_IT),
    50144: Meaning(ReauthenticationNeeded, "Your Microsoft password has expired.", _CHANGE_IT),
    50089: Meaning(ReauthenticationNeeded, "The sign-in took too long.", _CONNECT),
    50058: Meaning(ReauthenticationNeeded, "Nobody was signed in at Microsoft.", _CONNECT),
    54005: Meaning(ReauthenticationNeeded, "This sign-in had already been completed once.", "Start connecting anew."),
    501481: Meaning(ReauthenticationNeeded, "This sign-in was not begun in this browser.", "Start connecting anew."),
    # more proof asked for
    50076: Meaning(ReauthenticationNeeded, "Your organization asks for a second factor.", _CONFIRM),
    50079: Meaning(ReauthenticationNeeded, "You have to set up a second factor first.", _SET_UP),
    50072: Meaning(ReauthenticationNeeded, "You have to set up a second factor first.", _SET_UP),
    50074: Meaning(ReauthenticationNeeded, "Your organization asks for a second factor.", _CONFIRM),
    50078: Meaning(ReauthenticationNeeded, "Your second factor has expired.", _CONFIRM),
    50158: Meaning(ReauthenticationNeeded, "Your organization asks for one more check outside Microsoft.", _CONNECT),
    # policy
    53000: Meaning(Blocked, "Your organization's policy admits only compliant devices."),
    53001: Meaning(Blocked, "Your organization's policy admits only domain-joined devices."),
    53002: Meaning(Blocked, "Your organization's policy admits only approved applications."),
    53003: Meaning(Blocked, "A Conditional Access policy of your organization blocks this application."),
    53004: Meaning(Blocked, "Your sign-in was judged risky, so no second factor could be set up."),
    530031: Meaning(Blocked),
    530032: Meaning(Blocked, "A security policy of your organization blocks this access."),
    530034: Meaning(Blocked),
    50005: Meaning(Blocked, "Your organization's policy does not admit this platform."),
    50131: Meaning(Blocked),
    500021: Meaning(Blocked, "Your organization does not allow access to this Microsoft 365 tenant."),
    50053: Meaning(Blocked, "Your Microsoft account is locked, or signs in from an address that is blocked."),
    # people
    50057: Meaning(UserDisabled, "Your Microsoft account is disabled."),
    50034: Meaning(UserDisabled, "Your Microsoft account does not exist in this tenant."),
    51004: Meaning(UserDisabled, "Your Microsoft account does not exist in this tenant."),
    50020: Meaning(
        UserDisabled,
        "The Microsoft account you signed in with does not belong to this organization's tenant.",
        "Connect again with your work account.",
    ),
    # the installation
    7000215: Meaning(Misconfigured, "Microsoft refuses the client secret.", _CHECK_SECRET),
    7000222: Meaning(
        Misconfigured, "The client secret has expired.", _OPERATOR.format("MICROSOFT_CLIENT_SECRET with a new secret")
    ),
    7000218: Meaning(Misconfigured, "The client secret is missing.", _CHECK_SECRET),
    70001: Meaning(Misconfigured, "Microsoft does not know this application.", _OPERATOR.format("MICROSOFT_CLIENT_ID")),
    70002: Meaning(Misconfigured, "Microsoft refuses the client secret.", _CHECK_SECRET),
    70011: Meaning(Misconfigured, "The application is not registered for the permissions it asks for."),
    650053: Meaning(Misconfigured, "The application is not registered for the permissions it asks for."),
    650056: Meaning(Misconfigured, "The application's registration lists no permissions."),
    50011: Meaning(
        Misconfigured,
        "The address that Microsoft should send people back to is not registered.",
        "The operator has to add this site's callback address to the app registration, or correct BASE_URL.",
    ),
    500112: Meaning(Misconfigured, "The address that Microsoft sent the person back to does not fit BASE_URL."),
    500113: Meaning(Misconfigured, "No address to send people back to is registered for this application."),
    50194: Meaning(
        Misconfigured,
        "The application is registered for a single tenant.",
        "The operator has to set MICROSOFT_AUTHORITY to https://login.microsoftonline.com/<tenant id>.",
    ),
    90002: Meaning(Misconfigured, "The Microsoft 365 tenant was not found.", _OPERATOR.format("MICROSOFT_AUTHORITY")),
    900144: Meaning(Misconfigured),
    9002313: Meaning(Misconfigured),
    # it passes
    50196: Meaning(Throttled, "Microsoft noticed too many sign-ins in a row."),
    90033: Meaning(Unavailable, "Microsoft's sign-in has a passing fault."),
    90024: Meaning(Unavailable, "Microsoft's sign-in has a passing fault."),
    90006: Meaning(Unavailable, "Microsoft's sign-in has a passing fault."),
}  # fmt: skip

_BY_SUBERROR: dict[str, Meaning] = {
    "consent_required": MEANINGS[65001],
    "basic_action": Meaning(ReauthenticationNeeded),
    "additional_action": Meaning(ReauthenticationNeeded),
    "message_only": Meaning(Blocked),
    "user_password_expired": MEANINGS[50055],
    "bad_token": MEANINGS[70000],
    "token_expired": MEANINGS[70008],
    "protection_policy_required": Meaning(Blocked),
    "device_authentication_failed": MEANINGS[53000],
    "client_mismatch": Meaning(Misconfigured),
}

_BY_ERROR: dict[str, Meaning] = {
    "access_denied": MEANINGS[65004],
    "permission_denied": MEANINGS[65004],
    "consent_required": MEANINGS[65001],
    "invalid_grant": Meaning(ReauthenticationNeeded),
    "interaction_required": Meaning(ReauthenticationNeeded),
    "login_required": Meaning(ReauthenticationNeeded),
    "invalid_client": Meaning(Misconfigured),
    "unauthorized_client": Meaning(Misconfigured),
    "invalid_request": Meaning(Misconfigured),
    "invalid_resource": Meaning(Misconfigured),
    "invalid_scope": Meaning(Misconfigured),
    "unsupported_grant_type": Meaning(Misconfigured),
    "unsupported_response_type": Meaning(Misconfigured),
    "server_error": MEANINGS[90033],
    "temporarily_unavailable": MEANINGS[90033],
    "slow_down": Meaning(Throttled),
}

UNKNOWN = Meaning(
    ReauthenticationNeeded, "Microsoft refused the sign-in for a reason that this application does not know."
)

_NUMBER = re.compile(r"\bAADSTS(\d{4,8})\b")


def sign_in_error(answer: Mapping[str, Any], *, retry_after: float | None = None) -> OutsideError:
    """The error that an authorize or token answer with an `error` means; its code is "AADSTS…" where there is one."""
    meaning, code = _meaning_of(answer)
    leaf, request_id = meaning.leaf, str(answer.get("trace_id") or "")[:64]
    if issubclass(leaf, Retryable):
        wait = retry_after if retry_after is not None or leaf is not Throttled else LOOP_WAIT_SECONDS
        return leaf(
            code, retry_after=wait, sentence=meaning.sentence, next_step=meaning.next_step, request_id=request_id
        )
    if issubclass(leaf, ReauthenticationNeeded):
        claims = answer.get("claims")
        return leaf(
            code,
            claims=claims if isinstance(claims, str) else "",
            sentence=meaning.sentence,
            next_step=meaning.next_step,
            request_id=request_id,
        )
    return leaf(code, sentence=meaning.sentence, next_step=meaning.next_step, request_id=request_id)


def explain(code: str) -> Meaning | None:
    """What a stored reason such as "AADSTS50173" or "access_denied" means; None where it is no code of sign-in."""
    if found := _NUMBER.fullmatch(code):
        return MEANINGS.get(int(found.group(1)), UNKNOWN)
    return _BY_SUBERROR.get(code) or _BY_ERROR.get(code)


def _meaning_of(answer: Mapping[str, Any]) -> tuple[Meaning, str]:
    numbers = list(_numbers(answer))
    for number in numbers:
        if number in MEANINGS:
            return MEANINGS[number], f"AADSTS{number}"
    error, suberror = str(answer.get("error") or ""), str(answer.get("suberror") or "")
    meaning = _BY_SUBERROR.get(suberror) or _BY_ERROR.get(error) or UNKNOWN
    return meaning, f"AADSTS{numbers[0]}" if numbers else (suberror or error)[:60]


def _numbers(answer: Mapping[str, Any]) -> Iterable[int]:
    listed = answer.get("error_codes")
    if isinstance(listed, list):
        yield from (number for number in listed if isinstance(number, int))
    yield from (int(found) for found in _NUMBER.findall(str(answer.get("error_description") or "")))
