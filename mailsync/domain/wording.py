"""Why mail is not here, in the words of a sync's counts."""

from mailsync.domain.counts import Kept
from mailsync.domain.vocabulary import Reason

REASONS: dict[Reason, str] = {
    Reason.DRAFT: "Drafts",
    Reason.FOLDER: "In a folder that is not read (junk, deleted, drafts)",
    Reason.MALFORMED: "Without a readable sender or date",
    Reason.NEVER_IMPORT: "With a domain that your organization never imports from",
    Reason.INTERNAL: "Between colleagues only",
    Reason.NO_CRM_MATCH: "With nobody from the CRM",
    Reason.EXCLUDED: "Kept out by an exclusion",
    Reason.SENSITIVITY: "Marked private or confidential",
    Reason.BOUNCE: "Delivery reports",
    Reason.AUTO_REPLY: "Automatic replies",
    Reason.CALENDAR: "Invitations and their answers",
    Reason.BULK: "Newsletters and mass mail",
    Reason.TRANSACTIONAL: "Receipts, notices and other machine mail",
    Reason.SUPPRESSED: "Deleted or erased here before",
    Reason.SUPPRESSED_UNTOLD: "Deleted or erased here before, as far as an empty or cut text can tell",
    Reason.TOO_OLD: "Older than is imported or kept",
    Reason.GONE: "Gone from the mailbox before it was read",
}


FAILURES: dict[Kept, str] = {
    Kept.FAILED: "Could not be read; tried again",
    Kept.TOO_LABORIOUS: "Left out: took more work than an email may",
    Kept.DEFECTIVE: "Left out: an error of ours, which is in the log",
    Kept.STEPPED_OVER: "Left out: stopped the sync again and again",
}

FAILURE_SENTENCES: dict[Kept, str] = {
    Kept.TOO_LABORIOUS: "Reading it took more than a second of work, so it was left out to let the others through.",
    Kept.DEFECTIVE: "Reading it ends in an error of ours, so it was left out. The log says where; tell your admin.",
    Kept.STEPPED_OVER: "The sync stopped while reading it: it is read by itself, and left out if that happens again.",
}
"""What is said of a mail that could not be run through the rules."""


def counted_reasons(dropped: dict[str, int]) -> list[tuple[str, int]]:
    """A run's counts by reason in words, the largest first; a reason of a later version reads as its code."""
    words = {str(reason): text for reason, text in REASONS.items()}
    named = [(words.get(code, code.replace("_", " ").capitalize()), count) for code, count in dropped.items() if count]
    return sorted(named, key=lambda pair: (-pair[1], pair[0]))


def counted_failures(failed: dict[Kept, int]) -> list[tuple[str, int]]:
    """A run's failures in words."""
    return [(FAILURES[failure], count) for failure, count in failed.items() if count]
