"""Conversations as a person may see them: those with at least one mail that the person may see.

A page shows the latest of a conversation's mails; earlier ones are asked for like those of a timeline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from crm.models import Account, Opportunity
from timeline.models import Conversation, Engagement
from timeline.selectors.engagements import engagements_for, with_parts
from timeline.selectors.entries import Entry, Person, entry_of
from timeline.selectors.timelines import PAGE_SIZE, timeline_page, up_to
from timeline.visibility import shows_subject


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation from the mails that the viewer sees; deal and account are the newest mail's.

    `entries` are a page of them, the oldest first, and the people are theirs; `earlier` is where the page before it
    ends (empty: this was the first), `has_later` whether others follow. `count` is of all.
    """

    conversation: Conversation
    subject: str
    newest: Entry
    count: int
    entries: Sequence[Entry]
    earlier: str
    has_later: bool
    customers: Sequence[Person]
    colleagues: Sequence[Person]
    others: Sequence[Person]

    @property
    def deal(self) -> Opportunity | None:
        return self.newest.engagement.opportunity

    @property
    def account(self) -> Account | None:
        return self.newest.engagement.account


def conversations_for(viewer: User) -> QuerySet[Conversation]:
    """Conversations of which the viewer may see at least one mail, the one that was recorded last first.

    The row's own subject, times and count are of all its mails: none of them is shown, and none decides an order.
    """
    visible = engagements_for(viewer).filter(conversation=OuterRef("pk"))
    return Conversation.objects.filter(Exists(visible), organization=viewer.organization_id).order_by("-id")


def conversation_view(
    viewer: User, conversation: Conversation, *, before: str = "", mail: UUID | None = None
) -> ConversationView:
    """One of `conversations_for(viewer)` with a page of its visible mails: the latest, or those before `before`.

    `mail`: a page with this mail in it.
    """
    mails = engagements_for(viewer).filter(conversation=conversation)
    page = timeline_page(viewer, mails, before=before, shows_whole=True)
    wanted = mails.filter(pk=mail).first() if mail else None
    if wanted and wanted not in [entry.engagement for entry in page.entries]:
        before = up_to(wanted)
        page = timeline_page(viewer, mails, before=before, shows_whole=True)
    entries = page.entries[::-1]
    newest = with_parts(mails).order_by("-occurred_at", "-pk").first() if before or not entries else None
    people = {person.address: person for entry in entries for person in entry.people}
    shown_newest = entry_of(newest, viewer) if newest else entries[-1]
    return ConversationView(
        conversation=conversation,
        subject=_subject(mails),
        newest=shown_newest,
        count=mails.count() if page.next or before else len(entries),
        entries=entries,
        earlier=page.next,
        has_later=bool(entries) and entries[-1].engagement != shown_newest.engagement,
        customers=[person for person in people.values() if person.is_customer],
        colleagues=[person for person in people.values() if person.is_colleague],
        others=[person for person in people.values() if not person.is_customer and not person.is_colleague],
    )


def _subject(mails: QuerySet[Engagement]) -> str:
    """The subject of the earliest of the first mails that shows one."""
    first = mails.defer("notes").order_by("occurred_at", "pk")[:PAGE_SIZE]
    return next((mail.subject for mail in first if mail.subject and shows_subject(mail, is_own=mail.is_own)), "")  # type: ignore[attr-defined]
