"""The words for people, their connection to Microsoft and what an organization decides."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may do: admins run the organization, managers read every deal, reps sync and read."""

    ADMIN = "admin"
    MANAGER = "manager"
    REP = "rep"


class ConnectionState(StrEnum):
    """Where a person's connection to Microsoft 365 stands."""

    DISCONNECTED = "disconnected"
    CONNECTED = "connected"
    NEEDS_CONSENT = "needs_consent"
    NEEDS_ADMIN = "needs_admin"
    NEEDS_SIGN_IN = "needs_sign_in"
    BLOCKED = "blocked"
    USER_DISABLED = "user_disabled"
    MISCONFIGURED = "misconfigured"


class ConsentKind(StrEnum):
    """Which of the two admin consent links was followed (F1)."""

    MAILBOX = "mailbox"
    ALL_RECOMMENDED = "all_recommended"


class ConsentState(StrEnum):
    """What came of an admin consent link; answered: at Microsoft, and not yet confirmed by the admin's own sign-in."""

    PENDING = "pending"
    ANSWERED = "answered"
    GRANTED = "granted"
    DECLINED = "declined"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class FlowPurpose(StrEnum):
    """What a trip to Microsoft is for."""

    CONNECT = "connect"
    CONSENT = "consent"
    SIGN_IN = "sign_in"


class AddressKind(StrEnum):
    """How we know that an address is one of ours."""

    LOGIN = "login"
    PRIMARY = "primary"
    PROXY = "proxy"
    CONFIRMED = "confirmed"


class OpportunityRule(StrEnum):
    """Which opportunity of an account an engagement belongs to (F15)."""

    MOST_RECENTLY_UPDATED_OPEN = "most_recently_updated_open"
    MOST_RECENTLY_CREATED_OPEN = "most_recently_created_open"
    MOST_RECENTLY_UPDATED = "most_recently_updated"
    OLDEST_CREATED_OPEN = "oldest_created_open"


class Visibility(StrEnum):
    """Who besides those who took part may read an email (F26)."""

    EVERYONE = "everyone"
    PARTICIPANTS_AND_MANAGERS = "participants_and_managers"
    OWNER_ONLY = "owner_only"

    @property
    def label(self) -> str:
        """What a person reads; who owns an email has no right by that."""
        return "Only who took part" if self is Visibility.OWNER_ONLY else self.value.replace("_", " ").capitalize()


class Detail(StrEnum):
    """How much of an email is shown to those who may read it (F26)."""

    FULL_TEXT = "full_text"
    SUBJECT = "subject"
    METADATA = "metadata"


class DeletionPolicy(StrEnum):
    """What a deletion in the mailbox means for the stored email."""

    KEEP = "keep"
    FOLLOW = "follow"
