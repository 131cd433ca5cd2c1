"""What only the reading of a mailbox can raise, beside the tree that all outside systems share (core.http.errors).

OutsideError
├── MailboxUnavailable    MailboxNotEnabledForRESTAPI                      → tried daily, shown
└── FolderGone            404 on a folder, ErrorSyncFolderNotFound         → list the folders again
"""

from core.http.errors import Consequence, OutsideError


class MailboxUnavailable(OutsideError):
    """The mailbox cannot be reached through Graph: on-premises, unlicensed, inactive or a guest's."""

    consequence = Consequence.TRY_DAILY
    sentence = "Microsoft says that this mailbox cannot be read: it is inactive, unlicensed or not in Exchange Online."
    next_step = "Ask your Microsoft 365 admin for an Exchange Online licence. It is tried again every day."


class FolderGone(OutsideError):
    """The folder was deleted, or is not one of this mailbox."""

    consequence = Consequence.LIST_AGAIN
    sentence = "A folder of this mailbox no longer exists."
    next_step = "Nothing to do: the folders are listed again."
