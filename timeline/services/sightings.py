"""Another sighting of a recorded mail: it adds a holder, may complete its ancestry and bring its owner nearer.

What a copy adds depends on the copies alone, so the rows end the same whichever mailbox is read first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from accounts.models import Organization, User
from timeline.domain.copies import Wording, combined
from timeline.domain.sharing import Sharing
from timeline.domain.vocabulary import AssociationRule
from timeline.models import Association, Conversation, EmailMessage, Engagement
from timeline.services.copies import Mail, stored_wording, wording_of
from timeline.services.filing import FILING_COLUMNS, Case, FilingRoom
from timeline.services.mailbox_copies import hold_known
from timeline.services.people import AssociationRow, Owned, association_rows

_AT_ONCE = 500
_ENGAGEMENT_COLUMNS = ("subject", "visibility", "detail", *FILING_COLUMNS, "changed_at")
_EMAIL_COLUMNS = ("text", "new_text", "is_text_cut", "in_reply_to", "references", "inbox_owner")


@dataclass(frozen=True, slots=True)
class Holding:
    """The mailbox that a page was read from: of whom, for whose eyes, and when it was read."""

    organization: Organization
    owner: User
    sharing: Sharing
    now: datetime


@dataclass(frozen=True)
class Seen:
    """A mail that a mailbox holds: its people, and the nearest of the users whose mailboxes hold it."""

    mail: Mail
    users: Mapping[str, UUID]
    """Whose address it is, by address."""
    participants: frozenset[UUID]
    """The users among its people."""
    inbox_owner: UUID | None

    @cached_property
    def case(self) -> Case:
        """What is to be filed."""
        email = self.mail.email
        users = self.participants | ({self.inbox_owner} if self.inbox_owner else set())
        parts = [(person.role, person.address) for person in email.participants]
        return Case(email.occurred_at, parts, email.match, users, self.inbox_owner)


def bring_up_to_date(
    holding: Holding, seen: Iterable[Seen], room: FilingRoom, places: Mapping[str, Conversation]
) -> list[UUID]:
    """Let the rows of these recorded mails say what this sighting adds; which of them changed."""
    engagements: list[Engagement] = []
    emails: list[EmailMessage] = []
    associations: list[AssociationRow] = []
    known = [(each, row) for each in sorted(seen, key=lambda one: one.mail.id) if (row := each.mail.stored) is not None]
    states = {row.pk: _state(row) for _, row in known}
    rows = [row.engagement for _, row in known]
    newly_held = hold_known(holding.organization, holding.owner.pk, holding.sharing, rows)
    for each, row in known:
        _reword(row, combined(stored_wording(row), wording_of(each.mail.email)))
        if row.inbox_owner_id != each.inbox_owner:
            row.inbox_owner_id = each.inbox_owner
            _refile(row.engagement, each, room, places[each.mail.key])
        owned = Owned(row.organization_id, row.pk, row.engagement.occurred_at)
        associations += association_rows(owned, each.mail.email.match)
        is_new_reader = row.pk in newly_held and holding.owner.pk not in each.participants
        if is_new_reader or _state(row) != states[row.pk]:
            row.engagement.changed_at = holding.now
            engagements.append(row.engagement)
            emails.append(row)
    Engagement.objects.bulk_update(engagements, _ENGAGEMENT_COLUMNS, batch_size=_AT_ONCE)
    EmailMessage.objects.bulk_update(emails, _EMAIL_COLUMNS, batch_size=_AT_ONCE)
    Association.objects.bulk_create(
        [Association(**row._asdict()) for row in associations], ignore_conflicts=True, batch_size=_AT_ONCE
    )
    return [row.pk for row in emails]


def _state(row: EmailMessage) -> tuple[Wording, tuple[object, ...]]:
    engagement = row.engagement
    return stored_wording(row), (
        row.inbox_owner_id,
        engagement.owner_id,
        engagement.opportunity_id,
        engagement.visibility,
        engagement.detail,
    )


def _reword(row: EmailMessage, words: Wording) -> None:
    row.engagement.subject = words.subject
    row.text, row.new_text, row.is_text_cut = words.text, words.new_text, words.is_text_cut
    row.in_reply_to, row.references = words.in_reply_to, list(words.references)


def _refile(engagement: Engagement, seen: Seen, room: FilingRoom, conversation: Conversation) -> None:
    """A nearer inbox owner may prefer another deal; a person's decision stands, and so does what a hold fixes."""
    is_decided = engagement.association_rule in {AssociationRule.PINNED, AssociationRule.GIVEN}
    if is_decided or not room.looks_at_owners or room.held.fixes(engagement):
        engagement.owner_id = room.owner(engagement.opportunity_id, seen.inbox_owner)
        return
    for column, value in room.file(seen.case, conversation).columns.items():
        setattr(engagement, column, value)
