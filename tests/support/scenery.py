"""A customer with a deal and some history, for tests of pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organization, User
from crm.models import Account, Contact, Opportunity
from tests.support.changes import pass_the_door
from tests.support.factories import (
    AccountFactory,
    AssociationFactory,
    ContactFactory,
    EmailMessageFactory,
    EngagementFactory,
    OpportunityContactRoleFactory,
    OpportunityFactory,
    ParticipantFactory,
)
from timeline.domain.vocabulary import Direction, Kind
from timeline.models import Conversation, Engagement


@dataclass
class Scene:
    """Globex, Jane Doe of Globex, and the deal with them."""

    organization: Organization
    owner: User
    account: Account
    jane: Contact
    deal: Opportunity

    def mail(
        self,
        text: str = "Shall we talk on Thursday?",
        *,
        at: datetime | None = None,
        direction: str = Direction.INBOUND,
        conversation: Conversation | None = None,
        quoted: str = "",
        **fields: Any,
    ) -> Engagement:
        """A mail between Jane and the owner on the deal; `fields` are the engagement's."""
        if conversation is not None:
            fields["conversation"] = conversation
        engagement = self._engagement(Kind.EMAIL, at, direction=direction, **fields)
        EmailMessageFactory(engagement=engagement, text=text + quoted, new_text=text)
        jane = {"name": "Jane", "address": "jane@globex.example", "contact": self.jane}
        owner = {"name": self.owner.name, "address": self.owner.email, "user": self.owner}
        sender, recipient = (jane, owner) if direction == Direction.INBOUND else (owner, jane)
        ParticipantFactory(engagement=engagement, role="from", **sender)
        ParticipantFactory(engagement=engagement, role="to", position=1, **recipient)
        pass_the_door(self.organization.pk, [engagement.pk])
        return engagement

    def call(self, notes: str = "Budget is confirmed.", *, at: datetime | None = None, **fields: Any) -> Engagement:
        """A call of the owner to Jane on the deal; `kind="meeting"` for a meeting."""
        engagement = self._engagement(
            fields.pop("kind", Kind.CALL), at, notes=notes, direction=Direction.OUTBOUND, duration_seconds=900, **fields
        )
        ParticipantFactory(engagement=engagement, role="host", address=self.owner.email, user=self.owner)
        ParticipantFactory(
            engagement=engagement, role="attendee", position=1, address="jane@globex.example", contact=self.jane
        )
        pass_the_door(self.organization.pk, [engagement.pk])
        return engagement

    def _engagement(self, kind: str, at: datetime | None, **fields: Any) -> Engagement:
        defaults = {
            "owner": self.owner,
            "account": self.account,
            "opportunity": self.deal,
            "assignment_rule": "most_recently_updated_open",
        }
        engagement: Engagement = EngagementFactory(
            organization=self.organization,
            kind=kind,
            occurred_at=at or timezone.now() - timedelta(days=2),
            **(defaults | fields),
        )
        AssociationFactory(engagement=engagement, account=self.account)
        AssociationFactory(engagement=engagement, account=None, contact=self.jane)
        return engagement


def scene(owner: User, *, company: str = "Globex", **deal: Any) -> Scene:
    """Globex with one open deal of `owner`, in which Jane has a role; nothing has happened yet."""
    organization = owner.organization
    assert organization is not None
    account = AccountFactory(organization=organization, name=company, owner=owner)
    jane = ContactFactory(
        organization=organization,
        account=account,
        first_name="Jane",
        last_name="Doe",
        address=f"jane@{company.lower()}.example",
    )
    fields = {"name": f"{company} 2027", "owner": owner, "crm_created_at": timezone.now() - timedelta(days=60)}
    opportunity = OpportunityFactory(organization=organization, account=account, **(fields | deal))
    OpportunityContactRoleFactory(opportunity=opportunity, contact=jane, role="Decision Maker", is_primary=True)
    return Scene(organization, owner, account, jane, opportunity)


def queries_of(client: Client, viewer: User, path: str) -> int:
    """How many queries a page takes somebody who has signed in already."""
    client.force_login(viewer)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(captured)
