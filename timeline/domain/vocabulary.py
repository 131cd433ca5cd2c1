"""The words of the timeline."""

from enum import StrEnum


class Kind(StrEnum):
    """What an engagement is."""

    EMAIL = "email"
    CALL = "call"
    MEETING = "meeting"


class Direction(StrEnum):
    """From whom to whom, seen from the organization."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class ParticipantRole(StrEnum):
    """A person's part in an engagement; `sender` only where it differs from `from`."""

    FROM = "from"
    SENDER = "sender"
    TO = "to"
    CC = "cc"
    HOST = "host"
    ATTENDEE = "attendee"


class AssignmentRule(StrEnum):
    """Why an engagement stands under its opportunity, or under none."""

    PINNED = "pinned"
    LEARNED = "learned"
    CONTACT_ROLE = "contact_role"
    OWNER_PRIORITY = "owner_priority"
    MOST_RECENTLY_UPDATED_OPEN = "most_recently_updated_open"
    MOST_RECENTLY_CREATED_OPEN = "most_recently_created_open"
    MOST_RECENTLY_UPDATED = "most_recently_updated"
    OLDEST_CREATED_OPEN = "oldest_created_open"
    RECENTLY_CLOSED = "recently_closed"
    GIVEN = "given"
    NO_OPPORTUNITY = "no_opportunity"


class SuppressionKind(StrEnum):
    """What a suppression keeps from coming back."""

    MESSAGE = "message"
    ADDRESS = "address"


class HoldScope(StrEnum):
    """What a legal hold covers."""

    ORGANIZATION = "organization"
    ACCOUNT = "account"
    OPPORTUNITY = "opportunity"
    CONTACT = "contact"
    CONVERSATION = "conversation"


class Resource(StrEnum):
    """What stands in the log of changes."""

    ENGAGEMENT = "engagement"
    CONVERSATION = "conversation"


class ChangeKind(StrEnum):
    """What became of it: its row, or what says who reads it and where it stands, was written; or it is gone."""

    WRITTEN = "written"
    DELETED = "deleted"
