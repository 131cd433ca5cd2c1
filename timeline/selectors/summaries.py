"""What a list says of each conversation, from the mails that the viewer may read and from no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import User
from timeline.models import Conversation
from timeline.selectors.engagements import engagements_for
from timeline.visibility import shows_subject


@dataclass(slots=True)
class ConversationSummary:
    """The subject of the earliest mail whose subject is shown; dates and count of the visible mails.

    The conversation's own columns are of all its mails: none of them is read here.
    """

    id: UUID
    subject: str
    first_at: datetime
    last_at: datetime
    email_count: int = 1


def summaries(viewer: User, conversations: Sequence[Conversation]) -> list[ConversationSummary]:
    """One summary a conversation, in the given order: one query whatever their number.

    A conversation that shrank to nothing visible since it was read is left out.
    """
    stored = {conversation.pk: conversation for conversation in conversations}
    found: dict[UUID, ConversationSummary] = {}
    for mail in engagements_for(viewer).filter(conversation__in=stored).order_by("occurred_at", "id"):
        conversation = stored[mail.conversation_id]  # type: ignore[index] # the filter leaves no None
        is_own: bool = mail.is_own  # type: ignore[attr-defined] # annotated by engagements_for
        subject = mail.subject if shows_subject(mail, is_own=is_own) else ""
        summary = found.get(conversation.pk)
        if summary is None:
            found[conversation.pk] = ConversationSummary(conversation.pk, subject, mail.occurred_at, mail.occurred_at)
            continue
        summary.subject = summary.subject or subject
        summary.last_at = mail.occurred_at
        summary.email_count += 1
    return [found[pk] for pk in stored if pk in found]
