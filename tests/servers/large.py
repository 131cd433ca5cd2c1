"""An organization of any size in seconds: one row of each table is made by its factory, the server multiplies it.

    template row ── INSERT … SELECT its columns, some of them by an expression over `seq` ── MariaDB's seq_1_to_N

Every number is a function of `seq`, so the same size always gives the same rows.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from accounts.domain.audit import AuditVerb
from accounts.models import Organization, User
from accounts.services.audit import record_event
from crm.models import Account, Contact, Lead, Opportunity
from mailsync.models import Mailbox
from tests.support import factories
from timeline.models import Conversation, Engagement

ACCOUNTS, CONTACTS, OPPORTUNITIES, PEOPLE = 500, 2_000, 1_000, 40
EVENTS = 20_000
MAILS_A_CONVERSATION = 5
SAMPLE = 5_000
"""Pages of each index that the server looks at: of the usual twenty, whichever they are, plans are made that differ."""


@dataclass(frozen=True, slots=True)
class LargeOrganization:
    """Where a test begins to look."""

    organization: Organization
    viewer: User
    account: Account
    contact: Contact
    lead: Lead
    opportunity: Opportunity
    conversation: Conversation
    engagement: Engagement


def id_of(table: int, number: str) -> str:
    """SQL for the UUID of the row `number` (an expression) of a table; in order of its number, as UUIDv7 are."""
    return f"CAST(CONCAT('019a0000-{table:04x}-7000-8000-', LPAD(LOWER(HEX({number})), 12, '0')) AS UUID)"


def multiply(template: models.Model, count: int, **columns: str) -> None:
    """Insert rows 1 to `count`, the columns as in `template` but for those given as SQL expressions over `seq`."""
    table = template._meta.db_table
    names = [str(field.column) for field in template._meta.concrete_fields if not isinstance(field, models.AutoField)]
    unknown = set(columns) - set(names)
    assert not unknown, f"{table} has no {unknown}"
    targets = ", ".join(f"`{name}`" for name in names)
    values = ", ".join(columns.get(name, f"template.`{name}`") for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO `{table}` ({targets}) SELECT {values} FROM `{table}` template, seq_1_to_{count}"  # noqa: S608
            f" WHERE template.`{template._meta.pk.column}` = %s",
            [_stored(template)],
        )


def _stored(row: models.Model) -> Any:
    return row._meta.pk.get_db_prep_value(row.pk, connection)


def build_large_organization(organization: Organization, viewer: User, engagements: int) -> LargeOrganization:
    """Fill `organization` with `engagements` mails in conversations of five, spread over accounts, deals and people."""
    first = _build_customers(organization, viewer)
    conversations = engagements // MAILS_A_CONVERSATION
    conversation = factories.ConversationFactory(organization=organization)
    multiply(conversation, conversations, id=id_of(5, "seq"), last_at="template.last_at - INTERVAL seq MINUTE")
    engagement = factories.EngagementFactory(
        organization=organization, conversation=conversation, owner=viewer, account=first.account,
        opportunity=first.opportunity,
    )  # fmt: skip
    multiply(
        engagement,
        engagements,
        id=id_of(6, "seq"),
        external_id="SHA2(CONCAT('large', seq), 256)",
        occurred_at="template.occurred_at - INTERVAL seq MINUTE",
        conversation_id=id_of(5, f"1 + seq MOD {conversations}"),
        account_id=id_of(2, f"1 + seq MOD {ACCOUNTS}"),
        opportunity_id=id_of(4, f"1 + seq MOD {OPPORTUNITIES}"),
    )
    _build_mails(organization, engagement, engagements, Mailbox.objects.get(user=viewer))
    _build_what_happened(organization, Mailbox.objects.get(user=viewer))
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"ALTER TABLE `{table}` STATS_SAMPLE_PAGES = {SAMPLE}")
            cursor.execute(f"ANALYZE TABLE `{table}`")
    return LargeOrganization(
        organization,
        viewer,
        Account.objects.exclude(pk=first.account.pk).earliest("pk"),
        Contact.objects.earliest("pk"),
        factories.LeadFactory(organization=organization),
        Opportunity.objects.exclude(pk=first.opportunity.pk).earliest("pk"),
        Conversation.objects.exclude(pk=conversation.pk).earliest("pk"),
        Engagement.objects.exclude(pk=engagement.pk).earliest("pk"),
    )


def empty_every_table() -> None:
    """What Django's flush does by DELETE, row by row, in a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f"TRUNCATE TABLE `{table}`")
        cursor.execute("SET FOREIGN_KEY_CHECKS = 1")


@dataclass(frozen=True, slots=True)
class _Customers:
    account: Account
    opportunity: Opportunity


def _build_customers(organization: Organization, viewer: User) -> _Customers:
    factories.MailboxFactory(user=viewer, organization=organization)
    for _ in range(PEOPLE):
        factories.MailboxFactory(user=factories.UserFactory(organization=organization), organization=organization)
    account = factories.AccountFactory(organization=organization)
    multiply(account, ACCOUNTS, id=id_of(2, "seq"), external_id="CONCAT('A', seq)", name="CONCAT('Customer ', seq)")
    contact = factories.ContactFactory(organization=organization, account=account)
    multiply(
        contact,
        CONTACTS,
        id=id_of(3, "seq"),
        external_id="CONCAT('C', seq)",
        account_id=id_of(2, f"1 + seq MOD {ACCOUNTS}"),
    )
    address = factories.PersonAddressFactory(organization=organization, contact=contact)
    multiply(address, CONTACTS, contact_id=id_of(3, "seq"), address="CONCAT('person', seq, '@customer.example')")
    opportunity = factories.OpportunityFactory(organization=organization, account=account, is_closed=False)
    multiply(
        opportunity,
        OPPORTUNITIES,
        id=id_of(4, "seq"),
        external_id="CONCAT('O', seq)",
        account_id=id_of(2, f"1 + seq MOD {ACCOUNTS}"),
        is_closed="seq MOD 2",
    )
    return _Customers(account, opportunity)


def _build_what_happened(organization: Organization, mailbox: Mailbox) -> None:
    run = factories.SyncRunFactory(mailbox=mailbox)
    multiply(run, EVENTS, id=id_of(7, "seq"), started_at="template.started_at - INTERVAL seq MINUTE")
    event = record_event(organization=organization, actor=None, verb=AuditVerb.VIEWED, subject=mailbox)
    multiply(event, EVENTS, sequence="1000000 + seq", subject_id="CONCAT('row', seq)")


def _build_mails(organization: Organization, engagement: Engagement, count: int, mailbox: Mailbox) -> None:
    this = id_of(6, "seq")
    person = f"1 + seq MOD {CONTACTS}"
    email = factories.EmailMessageFactory(engagement=engagement, organization=organization)
    multiply(
        email,
        count,
        engagement_id=this,
        message_key="SHA2(CONCAT('large', seq), 256)",
        fingerprint="SHA2(CONCAT('large print', seq), 256)",
        internet_message_id="CONCAT('<', seq, '@customer.example>')",
    )
    for role in ("from", "to"):
        part = factories.ParticipantFactory(
            engagement=engagement, organization=organization, role=role, address=f"{role}@acme.example"
        )
        multiply(
            part,
            count,
            engagement_id=this,
            address=f"CONCAT('person', {person}, '@customer.example')" if role == "from" else "template.address",
            contact_id=id_of(3, person) if role == "from" else "NULL",
        )
    copy = factories.MailboxCopyFactory(engagement=engagement, organization=organization, user=mailbox.user)
    multiply(copy, count, engagement_id=this)
    on_account = factories.AssociationFactory(engagement=engagement, organization=organization)
    moment = "template.occurred_at - INTERVAL seq MINUTE"
    multiply(
        on_account,
        count,
        engagement_id=this,
        account_id=id_of(2, f"1 + seq MOD {ACCOUNTS}"),
        contact_id="NULL",
        lead_id="NULL",
        occurred_at=moment,
    )
    multiply(
        on_account,
        count,
        engagement_id=this,
        account_id="NULL",
        contact_id=id_of(3, person),
        lead_id="NULL",
        occurred_at=moment,
    )
    sighting = factories.SightingFactory(email=email, mailbox=mailbox)
    multiply(
        sighting, count, email_id=this, copy_id="CONCAT('large', seq)", copy_id_hash="SHA2(CONCAT('large', seq), 256)"
    )
