"""The record: conversations, engagements of every kind, and what governs how long they are kept."""

from timeline.models.conversations import Conversation, ThreadReference
from timeline.models.decisions import ActivitySource, FilingRule, KnownAddition
from timeline.models.engagements import Association, EmailMessage, Engagement, MailboxCopy, Participant
from timeline.models.keeping import LegalHold, RetentionPolicy, Suppression
from timeline.models.search import IndexBuild, IndexOutbox, SearchText

__all__ = [
    "ActivitySource",
    "Association",
    "Conversation",
    "EmailMessage",
    "Engagement",
    "FilingRule",
    "IndexBuild",
    "IndexOutbox",
    "KnownAddition",
    "LegalHold",
    "MailboxCopy",
    "Participant",
    "RetentionPolicy",
    "SearchText",
    "Suppression",
    "ThreadReference",
]
