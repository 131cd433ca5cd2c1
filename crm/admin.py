"""The customers as the CRM gave them: to be read, for the CRM is where they are changed."""

from typing import Any

from django.contrib import admin

from accounts.admin.scoping import ReadOnlyInline, ScopedAdmin
from crm.models import (
    Account,
    AccountDomain,
    Contact,
    CrmConnection,
    Lead,
    Opportunity,
    OpportunityChange,
    OpportunityContactRole,
    PersonAddress,
)

_ORIGIN: Any = ("Where it comes from", {"fields": ["source", "external_id", "owner_email", "imported_at"]})


class DomainInline(ReadOnlyInline):
    """The corporate domains by which mail finds the account."""

    model = AccountDomain
    fields = ["domain"]


class AddressInline(ReadOnlyInline):
    """The addresses by which mail finds the person."""

    model = PersonAddress
    fields = ["address"]


class ContactRoleInline(ReadOnlyInline):
    """Who takes part in a deal."""

    model = OpportunityContactRole
    fields = ["contact", "role", "is_primary"]


class HistoryInline(ReadOnlyInline):
    """What the CRM changed about a deal."""

    model = OpportunityChange
    fields = ["changed_at", "field", "before", "after"]
    ordering = ["-changed_at"]


@admin.register(Account)
class AccountAdmin(ScopedAdmin):
    """Companies."""

    list_display = ["name", "website", "owner", "source", "imported_at"]
    list_filter = ["source"]
    list_select_related = ["owner"]
    search_fields = ["name", "website", "domains__domain"]
    inlines = [DomainInline]
    fieldsets = [(None, {"fields": ["name", "website", "owner"]}), _ORIGIN]


@admin.register(Contact)
class ContactAdmin(ScopedAdmin):
    """People at companies."""

    list_display = ["name", "account", "title", "owner", "source"]
    list_filter = ["source"]
    list_select_related = ["account", "owner"]
    search_fields = ["first_name", "last_name", "addresses__address"]
    inlines = [AddressInline]
    fieldsets = [
        (None, {"fields": ["first_name", "last_name", "title", "account", "owner"]}),
        ("Read off automatic mail", {"fields": ["away_until", "address_failing_since"]}),
        _ORIGIN,
    ]


@admin.register(Lead)
class LeadAdmin(ScopedAdmin):
    """Prospects."""

    list_display = ["name", "company", "status", "is_converted", "owner", "source"]
    list_filter = ["is_converted", "source"]
    list_select_related = ["owner"]
    search_fields = ["first_name", "last_name", "company", "addresses__address"]
    inlines = [AddressInline]
    fieldsets = [
        (None, {"fields": ["first_name", "last_name", "company", "status", "owner"]}),
        ("Conversion", {"fields": ["is_converted", "converted_contact"]}),
        ("Read off automatic mail", {"fields": ["away_until", "address_failing_since"]}),
        _ORIGIN,
    ]


@admin.register(Opportunity)
class OpportunityAdmin(ScopedAdmin):
    """Deals."""

    list_display = ["name", "account", "stage", "is_closed", "owner", "close_date", "crm_modified_at"]
    list_filter = ["is_closed", "is_won", "source"]
    list_select_related = ["account", "owner"]
    search_fields = ["name", "account__name"]
    inlines = [ContactRoleInline, HistoryInline]
    fieldsets = [
        (None, {"fields": ["name", "account", "owner", "stage", "is_closed", "is_won"]}),
        ("Value", {"fields": ["amount", "currency", "close_date"]}),
        ("In the CRM", {"fields": ["crm_created_at", "crm_modified_at"]}),
        _ORIGIN,
    ]


@admin.register(CrmConnection)
class CrmConnectionAdmin(ScopedAdmin):
    """CRMs that are read by their API, and how far; the credentials are never shown."""

    list_display = ["provider", "state", "state_reason", "last_read_at"]
    list_filter = ["provider", "state"]
    fields = ["provider", "state", "state_reason", "last_read_at"]
