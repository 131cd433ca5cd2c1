"""What can go wrong while reading mail, and which answer of Graph means which.

MicrosoftError                    (accounts.microsoft.errors, re-exported)
├── Retryable(retry_after)
│   ├── Throttled                 429, ApplicationThrottled                       → later, same cursor
│   └── Unavailable               5xx, dropped, JSON cut short, not understood    → later, same cursor
│                                 larger or slower than is read                   → the same, half the page
├── ConnectionLost
│   ├── ConsentRevoked            403 that outlives a fresh token                 → needs_consent
│   ├── AdminConsentNeeded        (signing in only)                               → needs_admin
│   ├── ReauthenticationNeeded    401 that outlives a fresh token; claims         → needs_sign_in
│   ├── Blocked                   403 by an access policy                         → blocked
│   └── UserDisabled              (signing in only)                               → user_disabled
├── Misconfigured                 certificate not trusted                         → misconfigured
├── MailboxUnavailable            MailboxNotEnabledForRESTAPI                     → tried daily, shown
├── CursorExpired                 410, SyncState…, ResyncRequired                 → this folder from the lookback
├── FolderGone                    404 on a folder, ErrorSyncFolderNotFound        → list the folders again
├── ItemGone                      404 on an item                                  → skip it, count it
├── ItemUnreadable                403, corrupt, not to be converted, too large    → skip it, count it; never a removal
└── ForeignLink                   a link that leaves Graph                        → never followed; folder anew
"""

from accounts.microsoft.errors import (
    AdminConsentNeeded,
    Blocked,
    ConnectionLost,
    ConsentRevoked,
    Consequence,
    MicrosoftError,
    Misconfigured,
    ReauthenticationNeeded,
    Retryable,
    Throttled,
    Unavailable,
    UserDisabled,
    leaves,
)

__all__ = [
    "AdminConsentNeeded",
    "Blocked",
    "ConnectionLost",
    "ConsentRevoked",
    "Consequence",
    "CursorExpired",
    "FolderGone",
    "ForeignLink",
    "ItemGone",
    "ItemUnreadable",
    "MailboxUnavailable",
    "MicrosoftError",
    "Misconfigured",
    "ReauthenticationNeeded",
    "Retryable",
    "Throttled",
    "Unavailable",
    "UserDisabled",
    "leaves",
]


class MailboxUnavailable(MicrosoftError):
    """The mailbox cannot be reached through Graph: on-premises, unlicensed, inactive or a guest's."""

    consequence = Consequence.TRY_DAILY
    sentence = "Microsoft says that this mailbox cannot be read: it is inactive, unlicensed or not in Exchange Online."
    next_step = "Ask your Microsoft 365 admin for an Exchange Online licence. It is tried again every day."


class CursorExpired(MicrosoftError):
    """Microsoft no longer knows how far we were in a folder."""

    consequence = Consequence.RESTART_FOLDER
    sentence = "Microsoft forgot how far this folder had been read."
    next_step = "Nothing to do: the folder is read again, and nothing is stored twice."


class FolderGone(MicrosoftError):
    """The folder was deleted, or is not one of this mailbox."""

    consequence = Consequence.RELIST_FOLDERS
    sentence = "A folder of this mailbox no longer exists."
    next_step = "Nothing to do: the folders are listed again."


class ItemGone(MicrosoftError):
    """One mail is no longer there."""

    consequence = Consequence.SKIP_ITEM
    sentence = "This mail is no longer in the mailbox."
    next_step = "Nothing to do: it is counted as gone."


class ItemUnreadable(MicrosoftError):
    """One mail is there and cannot be had: it is corrupt, larger than is read, or refused. It is not gone."""

    consequence = Consequence.SKIP_ITEM
    sentence = "This mail cannot be had: Microsoft refuses it, cannot read it itself, or it is too large."
    next_step = "Nothing to do: it is counted as failed, and looked for again when the mailbox is compared."


class ForeignLink(MicrosoftError):
    """A continuation link that does not lead to the configured Graph address: the token is not sent there."""

    consequence = Consequence.RESTART_FOLDER
    default_code = "ForeignLink"
    sentence = "A link to the next page led away from Microsoft Graph and was not followed."
    next_step = "Nothing to do: the folder is read again. Tell the operator if it keeps happening."
