"""Rows for tests: each factory makes the least that is valid, everything within one organization.

opportunity = OpportunityFactory(account__name="Globex")           # its account shares its organization
email = EmailMessageFactory(engagement__organization=acme)          # with an engagement and a conversation
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from django.utils import timezone

from accounts.domain.vocabulary import AddressKind, ConnectionState, Role
from accounts.models import AuditEvent, ConsentGrant, MicrosoftConnection, Organization, User, UserAddress
from crm.models import (
    Account,
    AccountDomain,
    Contact,
    DirectoryChange,
    Lead,
    Opportunity,
    OpportunityContactRole,
    PersonAddress,
)
from mailsync.domain.vocabulary import BlockKind, ExclusionKind, MailboxState, RunKind
from mailsync.models import BlockedDomain, Exclusion, FolderCursor, Mailbox, Sighting, SyncRun
from timeline.domain.vocabulary import AssignmentRule, Direction, HoldScope, Kind, ParticipantRole, SuppressionKind
from timeline.models import (
    Association,
    Change,
    Conversation,
    EmailMessage,
    Engagement,
    LegalHold,
    MailboxCopy,
    Participant,
    RetentionPolicy,
    Suppression,
    ThreadReference,
)

PASSWORD = "correct horse battery staple"
A_MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def _digest(text: object) -> str:
    return hashlib.sha256(str(text).encode()).hexdigest()


class OrganizationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Organization {n}")
    slug = factory.Sequence(lambda n: f"organization-{n}")


class UserFactory(factory.django.DjangoModelFactory):
    """A rep with the password PASSWORD and the own login address in UserAddress."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    organization = factory.SubFactory(OrganizationFactory)
    email = factory.Sequence(lambda n: f"person{n}@acme.example")
    name = factory.Sequence(lambda n: f"Person {n}")
    role = Role.REP
    is_staff = factory.LazyAttribute(lambda user: user.role == Role.ADMIN)

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        fields.setdefault("password", PASSWORD)
        return model_class.objects.create_user(*args, **fields)

    @factory.post_generation
    def login_address(user: User, create: bool, extracted: object, **_: object) -> None:  # noqa: N805
        if create and extracted is not False and user.organization_id:
            UserAddress.objects.create(
                organization_id=user.organization_id, user=user, address=user.email, kind=AddressKind.LOGIN
            )


class UserAddressFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = UserAddress

    user = factory.SubFactory(UserFactory)
    organization = factory.SelfAttribute("user.organization")
    address = factory.Sequence(lambda n: f"alias{n}@acme.example")
    kind = AddressKind.PROXY


class MicrosoftConnectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MicrosoftConnection

    user = factory.SubFactory(UserFactory)
    organization = factory.SelfAttribute("user.organization")
    tenant_id = "11111111-1111-4111-8111-111111111111"
    object_id = factory.Sequence(lambda n: f"22222222-2222-4222-8222-{n:012d}")
    username = factory.SelfAttribute("user.email")
    token_cache = "{}"
    granted_scopes = "openid profile email offline_access User.Read Mail.Read"
    state = ConnectionState.CONNECTED
    connected_at = factory.LazyFunction(timezone.now)


class ConsentGrantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ConsentGrant

    organization = factory.SubFactory(OrganizationFactory)
    kind = "mailbox"
    state_hash = factory.Sequence(_digest)
    requested_by = factory.SubFactory(UserFactory, organization=factory.SelfAttribute("..organization"))


class AuditEventFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AuditEvent

    organization = factory.SubFactory(OrganizationFactory)
    sequence = factory.Sequence(lambda n: n + 1)
    at = factory.LazyFunction(timezone.now)
    verb = "viewed"
    hash = factory.Sequence(_digest)


class _RecordFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    organization = factory.SubFactory(OrganizationFactory)
    external_id = factory.Sequence(lambda n: f"00X{n:09d}")


class AccountFactory(_RecordFactory):
    class Meta:
        model = Account

    name = factory.Sequence(lambda n: f"Customer {n}")


class AccountDomainFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AccountDomain

    account = factory.SubFactory(AccountFactory)
    organization = factory.SelfAttribute("account.organization")
    domain = factory.Sequence(lambda n: f"customer{n}.example")


class _PersonFactory(_RecordFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True

    first_name = "Jane"
    last_name = factory.Sequence(lambda n: f"Doe {n}")


class ContactFactory(_PersonFactory):
    """`address="jane@globex.example"` gives the contact that address."""

    class Meta:
        model = Contact

    account = factory.SubFactory(AccountFactory, organization=factory.SelfAttribute("..organization"))

    @factory.post_generation
    def address(contact: Contact, create: bool, extracted: str | None, **_: object) -> None:  # noqa: N805
        if create and extracted:
            PersonAddress.objects.create(organization_id=contact.organization_id, contact=contact, address=extracted)


class LeadFactory(_PersonFactory):
    """`address="jo@initech.example"` gives the lead that address."""

    class Meta:
        model = Lead

    company = factory.Sequence(lambda n: f"Prospect {n}")
    status = "Open"

    @factory.post_generation
    def address(lead: Lead, create: bool, extracted: str | None, **_: object) -> None:  # noqa: N805
        if create and extracted:
            PersonAddress.objects.create(organization_id=lead.organization_id, lead=lead, address=extracted)


class PersonAddressFactory(factory.django.DjangoModelFactory):
    """A contact's address; give `contact=None, lead=…` for a lead's."""

    class Meta:
        model = PersonAddress

    contact = factory.SubFactory(ContactFactory)
    organization = factory.LazyAttribute(lambda row: (row.contact or row.lead).organization)
    address = factory.Sequence(lambda n: f"jane{n}@customer.example")


class OpportunityFactory(_RecordFactory):
    """An open deal, created a month before A_MONDAY."""

    class Meta:
        model = Opportunity

    account = factory.SubFactory(AccountFactory, organization=factory.SelfAttribute("..organization"))
    name = factory.Sequence(lambda n: f"Deal {n}")
    stage = "Proposal"
    crm_created_at = A_MONDAY - timedelta(days=30)
    crm_modified_at = A_MONDAY - timedelta(days=1)


class OpportunityContactRoleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OpportunityContactRole

    opportunity = factory.SubFactory(OpportunityFactory)
    organization = factory.SelfAttribute("opportunity.organization")
    contact = factory.SubFactory(
        ContactFactory,
        organization=factory.SelfAttribute("..organization"),
        account=factory.SelfAttribute("..opportunity.account"),
    )
    role = "Decision Maker"


class DirectoryChangeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DirectoryChange

    organization = factory.SubFactory(OrganizationFactory)
    address = factory.Sequence(lambda n: f"new{n}@customer.example")


class ConversationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Conversation

    organization = factory.SubFactory(OrganizationFactory)
    subject = factory.Sequence(lambda n: f"Renewal {n}")
    first_at = A_MONDAY
    last_at = factory.SelfAttribute("first_at")
    email_count = 1


class ThreadReferenceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ThreadReference

    conversation = factory.SubFactory(ConversationFactory)
    organization = factory.SelfAttribute("conversation.organization")
    reference_hash = factory.Sequence(_digest)


class EngagementFactory(factory.django.DjangoModelFactory):
    """An inbound email's row without its text; `kind="call"` for a call. EmailMessageFactory makes both."""

    class Meta:
        model = Engagement

    organization = factory.SubFactory(OrganizationFactory)
    kind = Kind.EMAIL
    source = factory.LazyAttribute(lambda row: "microsoft" if row.kind == Kind.EMAIL else "api")
    external_id = factory.Sequence(_digest)
    occurred_at = A_MONDAY
    direction = Direction.INBOUND
    subject = factory.Sequence(lambda n: f"Renewal {n}")
    conversation = factory.Maybe(
        factory.LazyAttribute(lambda row: row.kind == Kind.EMAIL),
        yes_declaration=factory.SubFactory(
            ConversationFactory,
            organization=factory.SelfAttribute("..organization"),
            subject=factory.SelfAttribute("..subject"),
            first_at=factory.SelfAttribute("..occurred_at"),
        ),
        no_declaration=None,
    )
    assignment_rule = AssignmentRule.NO_OPPORTUNITY


class CallFactory(EngagementFactory):
    kind = Kind.CALL
    duration_seconds = 600


class MeetingFactory(EngagementFactory):
    kind = Kind.MEETING
    duration_seconds = 1800


class EmailMessageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EmailMessage

    engagement = factory.SubFactory(EngagementFactory)
    organization = factory.SelfAttribute("engagement.organization")
    message_key = factory.SelfAttribute("engagement.external_id")
    fingerprint = factory.Sequence(lambda n: _digest(f"fingerprint {n}"))
    internet_message_id = factory.Sequence(lambda n: f"<{n}@customer.example>")
    text = "Shall we talk on Thursday?"
    new_text = factory.SelfAttribute("text")


class MailboxCopyFactory(factory.django.DjangoModelFactory):
    """A person's mailbox holds the engagement and shows colleagues what the engagement shows."""

    class Meta:
        model = MailboxCopy

    engagement = factory.SubFactory(EngagementFactory)
    organization = factory.SelfAttribute("engagement.organization")
    user = factory.SubFactory(UserFactory, organization=factory.SelfAttribute("..organization"))
    visibility = factory.SelfAttribute("engagement.visibility")
    detail = factory.SelfAttribute("engagement.detail")


class ParticipantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Participant

    engagement = factory.SubFactory(EngagementFactory)
    organization = factory.SelfAttribute("engagement.organization")
    role = ParticipantRole.FROM
    name = "Jane Doe"
    address = factory.Sequence(lambda n: f"jane{n}@customer.example")


class AssociationFactory(factory.django.DjangoModelFactory):
    """The engagement on an account; give `account=None, contact=…` or `lead=…` for the other records."""

    class Meta:
        model = Association

    engagement = factory.SubFactory(EngagementFactory)
    organization = factory.SelfAttribute("engagement.organization")
    account = factory.SubFactory(AccountFactory, organization=factory.SelfAttribute("..organization"))
    occurred_at = factory.SelfAttribute("engagement.occurred_at")


class RetentionPolicyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RetentionPolicy

    organization = factory.SubFactory(OrganizationFactory)


class LegalHoldFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LegalHold

    organization = factory.SubFactory(OrganizationFactory)
    scope = HoldScope.ORGANIZATION
    reason = "Litigation"


class SuppressionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Suppression

    organization = factory.SubFactory(OrganizationFactory)
    kind = SuppressionKind.MESSAGE
    keyed_hash = factory.Sequence(_digest)


class ChangeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Change

    organization = factory.SubFactory(OrganizationFactory)
    resource = "engagement"
    resource_id = factory.Faker("uuid4")
    change = "written"


class MailboxFactory(factory.django.DjangoModelFactory):
    """A switched-on mailbox in sync."""

    class Meta:
        model = Mailbox

    user = factory.SubFactory(UserFactory)
    organization = factory.SelfAttribute("user.organization")
    import_enabled = True
    state = MailboxState.IN_SYNC


class FolderCursorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FolderCursor

    mailbox = factory.SubFactory(MailboxFactory)
    folder_id = factory.Sequence(lambda n: f"AAMkFolder{n}")


class SightingFactory(factory.django.DjangoModelFactory):
    """A copy of an email in a mailbox of the same organization."""

    class Meta:
        model = Sighting

    email = factory.SubFactory(EmailMessageFactory)
    mailbox = factory.SubFactory(MailboxFactory, user__organization=factory.SelfAttribute("...email.organization"))
    copy_id = factory.Sequence(lambda n: f"AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A{n}")
    copy_id_hash = factory.LazyAttribute(lambda row: _digest(row.copy_id))
    received_at = factory.SelfAttribute("email.engagement.occurred_at")


class SyncRunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SyncRun

    mailbox = factory.SubFactory(MailboxFactory)
    kind = RunKind.ONGOING
    started_at = A_MONDAY


class BlockedDomainFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BlockedDomain

    organization = factory.SubFactory(OrganizationFactory)
    domain = factory.Sequence(lambda n: f"blocked{n}.example")
    kind = BlockKind.INTERNAL


class ExclusionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Exclusion

    organization = factory.SubFactory(OrganizationFactory)
    kind = ExclusionKind.ADDRESS
    value = factory.Sequence(lambda n: f"private{n}@elsewhere.example")
