"""The words of email sync."""

from enum import StrEnum


class MailboxState(StrEnum):
    """What a mailbox says of itself; the machine is drawn in mailsync/domain/mailbox_state.py."""

    OFF = "off"
    CONNECTING = "connecting"
    INITIAL = "initial"
    IN_SYNC = "in_sync"
    CATCHING_UP = "catching_up"
    THROTTLED = "throttled"
    NEEDS_CONSENT = "needs_consent"
    NEEDS_ADMIN = "needs_admin"
    NEEDS_SIGN_IN = "needs_sign_in"
    BLOCKED = "blocked"
    USER_DISABLED = "user_disabled"
    MAILBOX_UNAVAILABLE = "mailbox_unavailable"
    MISCONFIGURED = "misconfigured"


class Reason(StrEnum):
    """Why a mail was dropped, in the order in which it is asked; what calendars send is asked on the envelope too."""

    FOLDER = "folder"
    DRAFT = "draft"
    MALFORMED = "malformed"
    NEVER_IMPORT = "never_import"
    INTERNAL = "internal"
    NO_CRM_MATCH = "no_crm_match"
    EXCLUDED = "excluded"
    TOO_OLD = "too_old"
    SENSITIVITY = "sensitivity"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    CALENDAR = "calendar"
    BULK = "bulk"
    TRANSACTIONAL = "transactional"
    SUPPRESSED = "suppressed"
    SUPPRESSED_UNTOLD = "suppressed_untold"
    GONE = "gone"


class RunKind(StrEnum):
    """What a sync run was for."""

    INITIAL = "initial"
    ONGOING = "ongoing"
    LATE_MATCH = "late_match"
    RECONCILIATION = "reconciliation"


class CursorPhase(StrEnum):
    """Where a folder's cursor stands: in its first round, or following changes."""

    INITIAL = "initial"
    ONGOING = "ongoing"


class BlockKind(StrEnum):
    """What a blocked domain does: `internal` counts its people as ours, `never_import` keeps every mail with it out."""

    INTERNAL = "internal"
    NEVER_IMPORT = "never_import"


class AddressDecision(StrEnum):
    """Whose an address is that Microsoft lists as a person's and the CRM as a customer's."""

    NOT_OURS = "not_ours"
    OURS = "ours"
    WAITING = "waiting"


class DepartureChoice(StrEnum):
    """What happens to stored mail when nobody in it is in the CRM any more."""

    KEEP = "keep"
    HIDE = "hide"


class ExclusionKind(StrEnum):
    """What an exclusion looks at."""

    DOMAIN = "domain"
    ADDRESS = "address"
    SUBJECT_WORD = "subject_word"
