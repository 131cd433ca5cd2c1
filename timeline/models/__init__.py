"""The record: conversations, engagements of every kind, what governs how long they are kept, and what changed."""

from timeline.models.changes import Change, ChangeCursor
from timeline.models.conversations import Conversation, ThreadReference
from timeline.models.decisions import ActivitySource, FilingRule, KnownAddition
from timeline.models.engagements import Association, EmailMessage, Engagement, MailboxCopy, Participant
from timeline.models.keeping import LegalHold, RetentionPolicy, Suppression
from timeline.models.learned import LearnedLine, MailEdges
from timeline.models.search import IndexBuild, SearchText
from timeline.models.standings import CountedShare, DealSum

__all__ = [
    "ActivitySource",
    "Association",
    "Change",
    "ChangeCursor",
    "Conversation",
    "CountedShare",
    "DealSum",
    "EmailMessage",
    "Engagement",
    "FilingRule",
    "IndexBuild",
    "KnownAddition",
    "LearnedLine",
    "LegalHold",
    "MailEdges",
    "MailboxCopy",
    "Participant",
    "RetentionPolicy",
    "SearchText",
    "Suppression",
    "ThreadReference",
]
