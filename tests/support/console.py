"""Every page of the admin console, and a row for each."""

from typing import Any

from django.urls import reverse

from accounts.models import AuditEvent, ConsentGrant, MicrosoftConnection, Organization, User
from crm.models import Account, Contact, CrmConnection, Lead, Opportunity
from mailsync.models import AddressQuestion, BlockedDomain, DeparturePolicy, Exclusion, Mailbox
from tests.support import factories
from tests.support.api_client import token_for
from timeline.models import ActivitySource, KnownAddition, LegalHold, RetentionPolicy, Suppression

OURS = {
    Organization, User, AuditEvent, MicrosoftConnection, ConsentGrant, Account, Contact, Lead, Opportunity,
    CrmConnection, RetentionPolicy, LegalHold, Suppression, BlockedDomain, Exclusion, Mailbox,
    DeparturePolicy, ActivitySource, AddressQuestion, KnownAddition,
}  # fmt: skip


PAGES: list[Any] = sorted(OURS, key=str)


def rows_of(organization, mark):
    """One row for every page of the console, each carrying the mark where it has a text."""
    user = factories.UserFactory(organization=organization, name=mark, email=f"{mark}@{organization.slug}.example")
    account = factories.AccountFactory(organization=organization, name=mark)
    factories.AccountDomainFactory(account=account, domain=f"{mark}.example")
    token_for(user, name=mark)
    mailbox = factories.MailboxFactory(user=user, state_reason=mark)
    factories.SyncRunFactory(mailbox=mailbox, ended_by=mark)
    return {
        Organization: organization,
        User: user,
        AuditEvent: factories.AuditEventFactory(organization=organization, actor_email=mark, sequence=10_000),
        MicrosoftConnection: factories.MicrosoftConnectionFactory(
            user=user, username=mark, token_cache=f"{mark}-token"
        ),
        ConsentGrant: factories.ConsentGrantFactory(organization=organization, tenant_id=mark),
        Account: account,
        Contact: factories.ContactFactory(organization=organization, account=account, last_name=mark),
        Lead: factories.LeadFactory(organization=organization, last_name=mark),
        Opportunity: factories.OpportunityFactory(organization=organization, account=account, name=mark),
        CrmConnection: CrmConnection.objects.create(
            organization=organization, provider="hubspot", state_reason=mark, credentials=f"{mark}-secret"
        ),
        RetentionPolicy: factories.RetentionPolicyFactory(organization=organization, months=17),
        LegalHold: factories.LegalHoldFactory(organization=organization, reason=mark),
        Suppression: factories.SuppressionFactory(organization=organization),
        KnownAddition: KnownAddition.objects.create(
            organization=organization, name=mark, word_count=9, words_hash=f"{mark}-hash"
        ),
        BlockedDomain: factories.BlockedDomainFactory(organization=organization, domain=f"{mark}.blocked.example"),
        Exclusion: factories.ExclusionFactory(organization=organization, value=f"{mark}@excluded.example"),
        ActivitySource: ActivitySource.objects.create(organization=organization, name=mark, user=user),
        DeparturePolicy: DeparturePolicy.objects.create(organization=organization),
        Mailbox: mailbox,
        AddressQuestion: AddressQuestion.objects.create(
            organization=organization, user=user, address=f"{mark}@customer.example"
        ),
    }


def page(model, name, *arguments):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=arguments)
