"""An engagement made ready for a timeline: who did it, to whom, and the words that the viewer may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from timeline.domain.copies import FAILED
from timeline.domain.email import MOST_PEOPLE
from timeline.domain.explaining import why_here
from timeline.domain.quoting import split_quoted
from timeline.domain.vocabulary import Direction, Kind, ParticipantRole
from timeline.models import Engagement, Participant
from timeline.selectors.engagements import Presented, presented
from timeline.selectors.same_message_id import Beside

_ACTORS = (ParticipantRole.FROM, ParticipantRole.HOST, ParticipantRole.SENDER)


@dataclass(frozen=True, slots=True)
class Person:
    """A participant as a page names them; `record` is the contact or lead, where the CRM knows the address."""

    name: str
    address: str
    role: str
    contact_id: Any = None
    lead_id: Any = None
    is_colleague: bool = False

    @property
    def is_customer(self) -> bool:
        return self.contact_id is not None or self.lead_id is not None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a timeline."""

    shown: Presented
    actor: Person | None
    others: Sequence[Person]
    copied: Sequence[Person]
    why: str
    is_text_cut: bool = False
    is_doubted: bool = False
    """Whether our own tenant's check said that the mail is not from whom it names."""
    same_message_id: Sequence[Beside] = ()
    is_found_in_folded: bool = False
    """Whether a search found it by words that are not its author's."""

    @property
    def engagement(self) -> Engagement:
        return self.shown.engagement

    @property
    def subject(self) -> str:
        return self.shown.subject

    @property
    def shows_subject(self) -> bool:
        return self.shown.shows_subject

    @property
    def shows_text(self) -> bool:
        return self.shown.shows_text

    @property
    def new_text(self) -> str:
        """What the actor wrote; of a call or meeting, its notes."""
        return self.shown.new_text if self.is_email else self.shown.notes

    @property
    def quoted(self) -> str:
        return split_quoted(self.shown.text, self.shown.new_text)

    @property
    def is_email(self) -> bool:
        return self.engagement.kind == Kind.EMAIL

    @property
    def is_people_cut(self) -> bool:
        """Whether more people may have taken part than are kept of a mail."""
        return self.is_email and len(self.people) >= MOST_PEOPLE - 1  # the sender stands nowhere on a page

    @property
    def people(self) -> Sequence[Person]:
        return [*([self.actor] if self.actor else []), *self.others, *self.copied]

    @property
    def verb(self) -> str:
        """What the actor did, between the actor's name and the others'."""
        if self.engagement.kind == Kind.EMAIL:
            return "to"
        if self.engagement.kind == Kind.MEETING:
            return "met"
        return "was called by" if self.engagement.direction == Direction.INBOUND else "called"

    @property
    def verb_to_come(self) -> str:
        """The same of what is planned."""
        return "will meet" if self.engagement.kind == Kind.MEETING else "will call"


def entry_of(engagement: Engagement, viewer: User, same_message_id: Sequence[Beside] = ()) -> Entry:
    """`engagement`, from `with_parts(engagements_for(viewer))`, as `viewer` may read it.

    `same_message_id` are the other mails with its Message-ID, where the page marks it.
    """
    shown = presented(engagement, viewer)
    people = [_person(part) for part in engagement.participants.all()]
    actor = next((person for role in _ACTORS for person in people if person.role == role), None)
    return Entry(
        shown=shown,
        actor=actor,
        others=[person for person in people if person.role in {ParticipantRole.TO, ParticipantRole.ATTENDEE}],
        copied=[person for person in people if person.role == ParticipantRole.CC],
        why=why_here(
            engagement.assignment_rule,
            has_opportunity=engagement.opportunity_id is not None,
            is_certain=engagement.assignment_certain,
        ),
        is_text_cut=engagement.kind == Kind.EMAIL and engagement.email.is_text_cut,
        is_doubted=engagement.kind == Kind.EMAIL and engagement.email.authentication == FAILED,
        same_message_id=same_message_id,
    )


def _person(part: Participant) -> Person:
    record = part.contact or part.lead
    name = (record.name if record else "") or (part.user.display_name if part.user else "") or part.name
    return Person(
        name=name or part.address,
        address=part.address,
        role=part.role,
        contact_id=part.contact_id,
        lead_id=part.lead_id,
        is_colleague=part.user_id is not None,
    )
