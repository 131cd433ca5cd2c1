"""What can go wrong with an outside system, as one tree for all of them: each leaf says what follows.

    OutsideError
    ├── Retryable(retry_after)
    │   ├── Throttled                 asked for fewer requests                        → later, same place
    │   └── Unavailable               down, dropped, cut short, not understood        → later, same place
    │                                 larger or slower than is read                   → the same, half the page
    ├── ConnectionLost                                                                → stop, shown with what mends it
    │   ├── ConsentRevoked            a permission is missing, withdrawn or declined
    │   ├── AdminConsentNeeded        an admin over there must grant it
    │   ├── ReauthenticationNeeded    signed out, expired, a second factor (claims)
    │   ├── Blocked                   a policy over there refuses it
    │   └── UserDisabled              the account is disabled or deleted
    ├── Misconfigured                 secret, registration, address, certificate      → the operator's alarm
    ├── CursorExpired                 how far we were is no longer known              → begin anew, nothing is deleted
    ├── ItemGone                      one item is gone                                → skip it, count it
    ├── ItemUnreadable                one item is there and cannot be had             → skip it, count it; no removal
    └── ForeignLink                   a link that leaves the system                   → never followed; begin anew

Which answer is which leaf, and what a person is told of it in that system's words, is each system's own table:
accounts.microsoft.aadsts, mailsync.graph.refusals and accounts.microsoft.wording are Microsoft's. What only one kind of
source can raise is added beside it (mailsync.graph.errors).
"""

from enum import StrEnum
from typing import ClassVar


class Consequence(StrEnum):
    """What follows for the machine."""

    RETRY_LATER = "retry_later"
    STOP = "stop"
    ALARM_OPERATOR = "alarm_operator"
    BEGIN_ANEW = "begin_anew"
    LIST_AGAIN = "list_again"
    TRY_DAILY = "try_daily"
    SKIP_ITEM = "skip_item"


class OutsideError(Exception):
    """The root. `code` is the system's own ("AADSTS50173", "ErrorItemNotFound"); no text holds what an item says.

    `sentence` says what happened and `next_step` what to do; an instance may say it more exactly than its class.
    `request_id` is the system's name for the failed request, for a support case.
    """

    consequence: ClassVar[Consequence]
    sentence: str = ""
    next_step: str = ""

    def __init__(
        self, code: str = "", *, sentence: str = "", next_step: str = "", request_id: str = "", status: int = 0
    ) -> None:
        self.code = code or type(self).__name__
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


class Retryable(OutsideError):
    """It passes: the same request succeeds later. `retry_after` is what we were asked to wait, in seconds, or None."""

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
    """The system asked for fewer requests."""

    sentence = "We were asked to slow down."
    next_step = "Nothing to do: it goes on by itself."


class Unavailable(Retryable):
    """The system did not answer, or not with something that can be read."""

    sentence = "The other system did not answer properly."
    next_step = "Nothing to do: it is tried again shortly."


class ConnectionLost(OutsideError):
    """Nothing can be read until a person acts."""

    consequence = Consequence.STOP


class ConsentRevoked(ConnectionLost):
    """A permission is missing, or was withdrawn or declined."""

    sentence = "A permission is missing or was withdrawn."
    next_step = "Connect again and accept the permissions."


class AdminConsentNeeded(ConnectionLost):
    """An admin of the other system must act first."""

    sentence = "Your organization's admin has to grant this application access first."
    next_step = "Ask your admin to grant it; then connect again."


class ReauthenticationNeeded(ConnectionLost):
    """Somebody must sign in again; `claims` is a challenge to pass on to that sign-in, JSON or empty."""

    sentence = "The sign-in has ended."
    next_step = "Connect again."

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
    """A policy of the other system refuses the access."""

    sentence = "A security policy of your organization blocks this application."
    next_step = "Ask your admin to allow this application; then connect again."


class UserDisabled(ConnectionLost):
    """The account is disabled or gone."""

    sentence = "The account is disabled or no longer exists."
    next_step = "Ask your admin; once the account works again, connect again."


class Misconfigured(OutsideError):
    """This installation's own settings are wrong; no user is to blame and none can mend it."""

    consequence = Consequence.ALARM_OPERATOR
    sentence = "This installation is not set up correctly for the other system."
    next_step = "The operator has to check its settings. You need not do anything."


class CursorExpired(OutsideError):
    """The system no longer knows how far we were."""

    consequence = Consequence.BEGIN_ANEW
    sentence = "The other system forgot how far it had been read."
    next_step = "Nothing to do: it is read again, and nothing is stored twice."


class ItemGone(OutsideError):
    """One item is no longer there."""

    consequence = Consequence.SKIP_ITEM
    sentence = "This item is no longer there."
    next_step = "Nothing to do: it is counted as gone."


class ItemUnreadable(OutsideError):
    """One item is there and cannot be had: it is corrupt, larger than is read, or refused. It is not gone."""

    consequence = Consequence.SKIP_ITEM
    sentence = "This item cannot be had: it is refused, cannot be read over there itself, or is too large."
    next_step = "Nothing to do: it is counted as failed, and looked for again later."


class ForeignLink(OutsideError):
    """A link to go on with that leads away from the configured address: no token is sent there."""

    consequence = Consequence.BEGIN_ANEW
    sentence = "A link to the next page led away from the other system and was not followed."
    next_step = "Nothing to do: it is read again. Tell the operator if it keeps happening."


def leaves(root: type[OutsideError] = OutsideError) -> list[type[OutsideError]]:
    """Every error that can be raised: the classes of the tree without subclasses of their own."""
    below = [leaf for child in root.__subclasses__() for leaf in leaves(child)]
    return below or [root]
