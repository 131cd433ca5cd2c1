"""What an error of the tree means at Microsoft: the state of the person's connection, and what the person is told.

a leaf of core.http.errors ──▶ AT_MICROSOFT ──▶ state of the connection (None: it holds) + sentence + next step
"""

from typing import NamedTuple

from accounts.domain.vocabulary import ConnectionState
from core.http.errors import (
    AdminConsentNeeded,
    Blocked,
    ConsentRevoked,
    CursorExpired,
    ForeignLink,
    ItemGone,
    ItemUnreadable,
    Misconfigured,
    OutsideError,
    ReauthenticationNeeded,
    Throttled,
    Unavailable,
    UserDisabled,
)


class AtMicrosoft(NamedTuple):
    """What one leaf means at Microsoft."""

    connection_state: ConnectionState | None
    sentence: str
    next_step: str


AT_MICROSOFT: dict[type[OutsideError], AtMicrosoft] = {
    Throttled: AtMicrosoft(None, "Microsoft asked us to slow down.", "Nothing to do: the sync goes on by itself."),
    Unavailable: AtMicrosoft(
        None, "Microsoft 365 did not answer properly.", "Nothing to do: it is tried again shortly."
    ),
    ConsentRevoked: AtMicrosoft(
        ConnectionState.NEEDS_CONSENT,
        "The permission to read your mail (Mail.Read) is missing or was withdrawn.",
        "Connect Microsoft 365 again and accept the permissions, or ask your admin to grant access to Mailbox.",
    ),
    AdminConsentNeeded: AtMicrosoft(
        ConnectionState.NEEDS_ADMIN,
        "Your organization's admin has to grant this application access first.",
        'Ask your admin to open the Consent page and follow "Grant access to Mailbox"; then connect again.',
    ),
    ReauthenticationNeeded: AtMicrosoft(
        ConnectionState.NEEDS_SIGN_IN, "Your sign-in at Microsoft has ended.", "Connect Microsoft 365 again."
    ),
    Blocked: AtMicrosoft(
        ConnectionState.BLOCKED,
        "A security policy of your organization (Conditional Access) blocks this application.",
        "Ask your Microsoft 365 admin to allow this application in the policy; then connect again.",
    ),
    UserDisabled: AtMicrosoft(
        ConnectionState.USER_DISABLED,
        "Your Microsoft account is disabled or no longer exists.",
        "Ask your Microsoft 365 admin; once the account works again, connect again.",
    ),
    Misconfigured: AtMicrosoft(
        ConnectionState.MISCONFIGURED,
        "This installation's registration with Microsoft is not set up correctly.",
        "The operator has to check the MICROSOFT_… settings. You need not do anything.",
    ),
    CursorExpired: AtMicrosoft(
        None,
        "Microsoft forgot how far this folder had been read.",
        "Nothing to do: the folder is read again, and nothing is stored twice.",
    ),
    ItemGone: AtMicrosoft(None, "This mail is no longer in the mailbox.", "Nothing to do: it is counted as gone."),
    ItemUnreadable: AtMicrosoft(
        None,
        "This mail cannot be had: Microsoft refuses it, cannot read it itself, or it is too large.",
        "Nothing to do: it is counted as failed, and looked for again when the mailbox is compared.",
    ),
    ForeignLink: AtMicrosoft(
        None,
        "A link to the next page led away from Microsoft Graph and was not followed.",
        "Nothing to do: the folder is read again. Tell the operator if it keeps happening.",
    ),
}


def connection_state_of(error: OutsideError) -> ConnectionState | None:
    """The state that the error puts the person's connection into; None where the connection holds."""
    meaning = AT_MICROSOFT.get(type(error))
    return meaning.connection_state if meaning else None


def in_words(error: OutsideError) -> OutsideError:
    """The error, saying in Microsoft's terms what it does not say more exactly itself."""
    if meaning := AT_MICROSOFT.get(type(error)):
        own = vars(error)
        error.sentence = own.get("sentence") or meaning.sentence
        error.next_step = own.get("next_step") or meaning.next_step
    return error
