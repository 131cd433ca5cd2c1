"""What lists of CRM records can be narrowed by."""

import django_filters
from django.db.models import QuerySet

from core.api.filters import AddressFilter, DomainFilter, StrictBooleanFilter
from crm.models import Account, Contact, Lead, Opportunity


class AccountFilters(django_filters.FilterSet):
    """By owner, part of the name, and domain."""

    owner = django_filters.UUIDFilter(help_text="The owner's id.")
    name = django_filters.CharFilter(lookup_expr="icontains", max_length=255, help_text="A part of the name.")
    domain = DomainFilter(field_name="domains__domain", help_text="A corporate domain.")

    class Meta:
        model = Account
        fields = ["owner", "name", "domain"]


class PersonFilters(django_filters.FilterSet):
    """By owner and address."""

    owner = django_filters.UUIDFilter(help_text="The owner's id.")
    address = AddressFilter(method="with_address", help_text="An email address of the person.")

    def with_address(self, queryset: QuerySet[Contact | Lead], _name: str, value: str) -> QuerySet[Contact | Lead]:
        return queryset.filter(addresses__address=value)


class ContactFilters(PersonFilters):
    """By account too."""

    account = django_filters.UUIDFilter(help_text="The account's id.")

    class Meta:
        model = Contact
        fields = ["owner", "account", "address"]


class LeadFilters(PersonFilters):
    """By conversion too."""

    is_converted = StrictBooleanFilter()

    class Meta:
        model = Lead
        fields = ["owner", "address", "is_converted"]


class OpportunityFilters(django_filters.FilterSet):
    """By owner, account, and whether the deal is open."""

    owner = django_filters.UUIDFilter(help_text="The owner's id.")
    account = django_filters.UUIDFilter(help_text="The account's id.")
    is_closed = StrictBooleanFilter()

    class Meta:
        model = Opportunity
        fields = ["owner", "account", "is_closed"]
