"""What can go wrong with Microsoft, as a tree: each leaf says what follows, for the machine and for the person.

    MicrosoftError
    ├── Retryable(retry_after)
    │   ├── Throttled                 429, AADSTS50196                        → later, same place
    │   └── Unavailable               5xx, dropped, cut short, not understood → later, same place
    ├── ConnectionLost                                                        → stop, shown with the step that mends it
    │   ├── ConsentRevoked            consent missing, withdrawn or declined  → needs_consent
    │   ├── AdminConsentNeeded        an admin must grant                     → needs_admin
    │   ├── ReauthenticationNeeded    signed out, expired, MFA (claims)       → needs_sign_in
    │   ├── Blocked                   Conditional Access                      → blocked
    │   └── UserDisabled              disabled or deleted                     → user_disabled
    └── Misconfigured                 secret, application or address wrong    → misconfigured: the operator's alarm

What only reading mail can raise is added in mailsync.graph.errors, which re-exports this tree.
"""

from enum import StrEnum
from typing import ClassVar

from accounts.domain.vocabulary import ConnectionState


class Consequence(StrEnum):
    """What follows for the machine."""

    RETRY_LATER = "retry_later"
    STOP = "stop"
    ALARM_OPERATOR = "alarm_operator"
    RESTART_FOLDER = "restart_folder"
    RELIST_FOLDERS = "relist_folders"
    TRY_DAILY = "try_daily"
    SKIP_ITEM = "skip_item"


class MicrosoftError(Exception):
    """The root. `code` is Microsoft's own ("AADSTS50173", "ErrorItemNotFound"); the text never holds a mail's content.

    `sentence` says what happened and `next_step` what to do; an instance may say it more exactly than its class.
    `request_id` is Microsoft's name for the failed request, for a support case.
    """

    consequence: ClassVar[Consequence]
    connection_state: ClassVar[ConnectionState | None] = None
    default_code: ClassVar[str] = ""
    sentence: str = ""
    next_step: str = ""

    def __init__(
        self, code: str = "", *, sentence: str = "", next_step: str = "", request_id: str = "", status: int = 0
    ) -> None:
        self.code = code or self.default_code or type(self).__name__
        self.request_id = request_id
        self.status = status
        if sentence:
            self.sentence = sentence
        if next_step:
            self.next_step = next_step
        super().__init__(self.code)

    def __str__(self) -> str:
        parts = [type(self).__name__, self.code if self.code != type(self).__name__ else ""]
        parts += [f"status {self.status}" if self.status else "", self.request_id and f"request {self.request_id}"]
        return " · ".join(part for part in parts if part)


class Retryable(MicrosoftError):
    """It passes: the same request succeeds later. `retry_after` is what Microsoft asked for, in seconds, or None."""

    consequence = Consequence.RETRY_LATER

    def __init__(
        self,
        code: str = "",
        *,
        retry_after: float | None = None,
        sentence: str = "",
        next_step: str = "",
        request_id: str = "",
        status: int = 0,
    ) -> None:
        super().__init__(code, sentence=sentence, next_step=next_step, request_id=request_id, status=status)
        self.retry_after = retry_after


class Throttled(Retryable):
    """Microsoft asked for fewer requests."""

    sentence = "Microsoft asked us to slow down."
    next_step = "Nothing to do: the sync goes on by itself."


class Unavailable(Retryable):
    """Microsoft did not answer, or not with something that can be read."""

    sentence = "Microsoft 365 did not answer properly."
    next_step = "Nothing to do: it is tried again shortly."


class ConnectionLost(MicrosoftError):
    """The person's connection no longer works, and only a person can mend it."""

    consequence = Consequence.STOP


class ConsentRevoked(ConnectionLost):
    """Permission to read mail is missing, was withdrawn or was declined."""

    connection_state = ConnectionState.NEEDS_CONSENT
    sentence = "The permission to read your mail (Mail.Read) is missing or was withdrawn."
    next_step = "Connect Microsoft 365 again and accept the permissions, or ask your admin to grant access to Mailbox."


class AdminConsentNeeded(ConnectionLost):
    """An admin of the Microsoft 365 tenant must act first."""

    connection_state = ConnectionState.NEEDS_ADMIN
    sentence = "Your organization's admin has to grant this application access first."
    next_step = 'Ask your admin to open the Consent page and follow "Grant access to Mailbox"; then connect again.'


class ReauthenticationNeeded(ConnectionLost):
    """The person must sign in again; `claims` is a challenge to pass on to that sign-in, JSON or empty."""

    connection_state = ConnectionState.NEEDS_SIGN_IN
    sentence = "Your sign-in at Microsoft has ended."
    next_step = "Connect Microsoft 365 again."

    def __init__(
        self,
        code: str = "",
        *,
        claims: str = "",
        sentence: str = "",
        next_step: str = "",
        request_id: str = "",
        status: int = 0,
    ) -> None:
        super().__init__(code, sentence=sentence, next_step=next_step, request_id=request_id, status=status)
        self.claims = claims


class Blocked(ConnectionLost):
    """A policy of the tenant refuses the access."""

    connection_state = ConnectionState.BLOCKED
    sentence = "A security policy of your organization (Conditional Access) blocks this application."
    next_step = "Ask your Microsoft 365 admin to allow this application in the policy; then connect again."


class UserDisabled(ConnectionLost):
    """The Microsoft account is disabled or gone."""

    connection_state = ConnectionState.USER_DISABLED
    sentence = "Your Microsoft account is disabled or no longer exists."
    next_step = "Ask your Microsoft 365 admin; once the account works again, connect again."


class Misconfigured(MicrosoftError):
    """This installation's own settings are wrong; no user is to blame and none can mend it."""

    consequence = Consequence.ALARM_OPERATOR
    connection_state = ConnectionState.MISCONFIGURED
    sentence = "This installation's registration with Microsoft is not set up correctly."
    next_step = "The operator has to check the MICROSOFT_… settings. You need not do anything."


def leaves(root: type[MicrosoftError] = MicrosoftError) -> list[type[MicrosoftError]]:
    """Every error that can be raised: the classes of the tree without subclasses of their own."""
    below = [leaf for child in root.__subclasses__() for leaf in leaves(child)]
    return below or [root]
