"""The customers: what the CRM knows, and the one table that mail is matched against."""

from datetime import date
from decimal import Decimal

from django.db import models

from accounts.models import Organization, User
from core.db.cascade import delete_with_parent
from core.db.fields import EncryptedTextField, NameField
from core.ids import new_id
from crm.domain.history import LONGEST_VALUE, TrackedField, as_value
from crm.domain.records import LONGEST_ID, LONGEST_LABEL, LONGEST_NAME, LONGEST_PERSON_NAME, LONGEST_TITLE


class CrmRecord(models.Model):
    """What every record of a CRM shares: where it came from and whose it is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.CharField(max_length=20, default="csv", help_text="csv, salesforce or hubspot.")
    external_id = models.CharField(max_length=LONGEST_ID)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    owner_email = models.CharField(max_length=254, blank=True)
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Account(CrmRecord):
    """A company that we sell to."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="accounts")
    name = NameField(max_length=LONGEST_NAME)
    website = models.CharField(max_length=LONGEST_NAME, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "external_id"], name="one_account_per_source_id"),
        ]
        indexes = [
            models.Index(fields=["organization", "name"], name="accounts_by_name"),  # the customers page, in order
        ]

    def __str__(self) -> str:
        return self.name


class AccountDomain(models.Model):
    """A corporate domain of an account; free-mail and shared domains never stand here (F16)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="account_domains")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="domains")
    domain = models.CharField(max_length=253)

    class Meta:
        constraints = [
            # the directory: accounts by the domains of a page of envelopes
            models.UniqueConstraint(fields=["organization", "domain", "account"], name="one_row_per_account_domain"),
        ]

    def __str__(self) -> str:
        return self.domain


class Contact(CrmRecord):
    """A person at an account."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="contacts")
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="contacts")
    first_name = NameField(max_length=LONGEST_PERSON_NAME, blank=True)
    last_name = NameField(max_length=LONGEST_PERSON_NAME, blank=True)
    title = models.CharField(max_length=LONGEST_TITLE, blank=True)
    away_until = models.DateField(null=True, blank=True, help_text="Read off an out-of-office reply.")
    address_failing_since = models.DateTimeField(null=True, blank=True, help_text="Read off a delivery report.")

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "external_id"], name="one_contact_per_source_id"),
        ]
        indexes = [
            models.Index(fields=["organization", "last_name", "first_name"], name="contacts_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Lead(CrmRecord):
    """A prospect who is not yet a contact of an account."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="leads")
    first_name = NameField(max_length=LONGEST_PERSON_NAME, blank=True)
    last_name = NameField(max_length=LONGEST_PERSON_NAME, blank=True)
    company = NameField(max_length=LONGEST_NAME, blank=True)
    status = models.CharField(max_length=LONGEST_LABEL, blank=True)
    is_converted = models.BooleanField(default=False)
    converted_contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="converted_leads"
    )
    away_until = models.DateField(null=True, blank=True, help_text="Read off an out-of-office reply.")
    address_failing_since = models.DateTimeField(null=True, blank=True, help_text="Read off a delivery report.")

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "external_id"], name="one_lead_per_source_id"),
        ]
        indexes = [
            models.Index(fields=["organization", "last_name", "first_name"], name="leads_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class PersonAddress(models.Model):
    """A normalized address and the contact or lead it belongs to: the one index that matching reads."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="person_addresses")
    address = models.CharField(max_length=320)
    contact = models.ForeignKey(Contact, on_delete=delete_with_parent, null=True, blank=True, related_name="addresses")
    lead = models.ForeignKey(Lead, on_delete=delete_with_parent, null=True, blank=True, related_name="addresses")

    class Meta:
        verbose_name_plural = "person addresses"
        constraints = [
            # the directory: people by the addresses of a page of envelopes
            models.UniqueConstraint(fields=["organization", "address", "contact"], name="one_row_per_contact_address"),
            models.UniqueConstraint(fields=["organization", "address", "lead"], name="one_row_per_lead_address"),
            models.CheckConstraint(
                condition=models.Q(contact__isnull=True) ^ models.Q(lead__isnull=True), name="contact_or_lead"
            ),
        ]

    def __str__(self) -> str:
        return self.address


class Opportunity(CrmRecord):
    """A deal."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="opportunities")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, blank=True, related_name="opportunities")
    name = NameField(max_length=LONGEST_NAME)
    stage = models.CharField(max_length=LONGEST_LABEL, blank=True)
    is_closed = models.BooleanField(default=False)
    is_won = models.BooleanField(default=False)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    crm_created_at = models.DateTimeField()
    crm_modified_at = models.DateTimeField()
    close_date = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "opportunities"
        ordering = ["-crm_modified_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "source", "external_id"], name="one_opportunity_per_source_id"
            ),
        ]
        indexes = [
            # Deal Insights; the first sync's window (oldest open opportunity)
            models.Index(fields=["organization", "is_closed", "crm_created_at"], name="open_opportunities"),
            models.Index(fields=["organization", "account"], name="opportunities_of_account"),
        ]

    def __str__(self) -> str:
        return self.name


class OpportunityContactRole(models.Model):
    """A contact's part in a deal."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="contact_roles")
    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="contact_roles")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="opportunity_roles")
    role = models.CharField(max_length=LONGEST_LABEL, blank=True)
    is_primary = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "contact"], name="one_role_per_contact"),
        ]

    def __str__(self) -> str:
        return self.role


class OpportunityChange(models.Model):
    """One value of a deal that the CRM changed, and when (F35); the values as `crm.domain.history` writes them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="opportunity_changes")
    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="history")
    field = models.CharField(max_length=20, choices=[(each.value, each.name) for each in TrackedField])
    before = models.CharField(max_length=LONGEST_VALUE, blank=True)
    after = models.CharField(max_length=LONGEST_VALUE, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["opportunity", "changed_at"], name="history_of_a_deal"),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"

    @property
    def values(self) -> tuple[str | Decimal | date | None, ...]:
        """What it was and what it became."""
        return as_value(self.field, self.before), as_value(self.field, self.after)


class DirectoryChange(models.Model):
    """A party or domain that entered the CRM and whose past mail is still to be looked for (F20)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="directory_changes")
    address = models.CharField(max_length=320, blank=True)
    domain = models.CharField(max_length=253, blank=True)
    added = models.BooleanField(default=True)
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "id"], name="changes_in_order"),
        ]

    def __str__(self) -> str:
        return self.address or self.domain


class CrmConnection(models.Model):
    """A CRM that is read by its API: credentials, encrypted, and how far it was read."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="crm_connections")
    provider = models.CharField(max_length=20)
    credentials = EncryptedTextField(blank=True, label="CRM credentials", row="provider")
    cursor = models.TextField(blank=True)
    state = models.CharField(max_length=20, default="off")
    state_reason = models.CharField(max_length=200, blank=True)
    last_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "CRM connection"
        constraints = [
            models.UniqueConstraint(fields=["organization", "provider"], name="one_connection_per_crm"),
        ]

    def __str__(self) -> str:
        return self.provider
