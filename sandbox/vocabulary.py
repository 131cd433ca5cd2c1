"""The sandbox's words: what a mail is, why it must stay out, and which folders a mailbox has by nature."""

from enum import StrEnum


class Kind(StrEnum):
    """What sort of mail it is, by its own content."""

    PERSON = "person"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    CALENDAR = "calendar"
    BULK = "bulk"
    TRANSACTIONAL = "transactional"


class Reason(StrEnum):
    """Why a mail must not be imported, in the order in which the rules look."""

    DRAFT = "draft"
    FOLDER = "folder"
    MALFORMED = "malformed"
    NEVER_IMPORT = "never_import"
    INTERNAL = "internal"
    NO_CRM_MATCH = "no_crm_match"
    EXCLUDED = "excluded"
    SENSITIVITY = "sensitivity"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    CALENDAR = "calendar"
    BULK = "bulk"
    TRANSACTIONAL = "transactional"
    TOO_OLD = "too_old"


class Canary(StrEnum):
    """Where a canary string sits; none may ever be found outside the mailbox."""

    SUBJECT = "unmatched_subject"
    BODY = "unmatched_body"
    ADDRESS = "unmatched_address"
    BCC = "bcc"
    ATTACHMENT = "attachment"
    HTML = "html"


class WellKnown(StrEnum):
    """Folder names Graph takes in place of an id, whatever the mailbox's language."""

    ROOT = "msgfolderroot"
    INBOX = "inbox"
    SENT = "sentitems"
    DRAFTS = "drafts"
    DELETED = "deleteditems"
    JUNK = "junkemail"
    OUTBOX = "outbox"
    ARCHIVE = "archive"
    CONVERSATION_HISTORY = "conversationhistory"
    CLUTTER = "clutter"
    SYNC_ISSUES = "syncissues"
    CONFLICTS = "conflicts"
    LOCAL_FAILURES = "localfailures"
    SEARCH_FOLDERS = "searchfolders"
    RECOVERABLE_DELETIONS = "recoverableitemsdeletions"
