"""Conversations as a person may see them: those with at least one mail that the person may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from crm.models import Account, Opportunity
from timeline.models import Conversation
from timeline.selectors.engagements import engagements_for, with_parts
from timeline.selectors.entries import Entry, Person, entry_of


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation from the mails that the viewer sees, the oldest first; deal and account are the newest mail's."""

    conversation: Conversation
    subject: str
    entries: Sequence[Entry]
    customers: Sequence[Person]
    colleagues: Sequence[Person]
    others: Sequence[Person]

    @property
    def newest(self) -> Entry:
        return self.entries[-1]

    @property
    def deal(self) -> Opportunity | None:
        return self.newest.engagement.opportunity

    @property
    def account(self) -> Account | None:
        return self.newest.engagement.account


def conversations_for(viewer: User) -> QuerySet[Conversation]:
    """Conversations of which the viewer may see at least one mail, newest first.

    The row's own subject and count are of all its mails: show those of the visible ones instead.
    """
    visible = engagements_for(viewer).filter(conversation=OuterRef("pk"))
    return Conversation.objects.filter(Exists(visible), organization=viewer.organization_id).order_by("-last_at", "-id")


def conversation_view(viewer: User, conversation: Conversation) -> ConversationView:
    """One of `conversations_for(viewer)` with its visible mails: two queries."""
    mails = with_parts(engagements_for(viewer).filter(conversation=conversation)).order_by("occurred_at", "pk")
    entries = [entry_of(mail, viewer) for mail in mails]
    people = {person.address: person for entry in entries for person in entry.people}
    return ConversationView(
        conversation=conversation,
        subject=next((entry.subject for entry in entries if entry.subject), ""),
        entries=entries,
        customers=[person for person in people.values() if person.is_customer],
        colleagues=[person for person in people.values() if person.is_colleague],
        others=[person for person in people.values() if not person.is_customer and not person.is_colleague],
    )
