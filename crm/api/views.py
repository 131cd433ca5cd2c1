"""Accounts, contacts, leads and opportunities: what the CRM knows, of the caller's organization."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.models import User
from crm.api.filters import AccountFilters, ContactFilters, LeadFilters, OpportunityFilters
from crm.api.serializers import (
    AccountSerializer,
    ContactSerializer,
    LeadSerializer,
    OpportunityDetailSerializer,
    OpportunitySerializer,
)
from crm.models import Account, Contact, Lead, Opportunity


class _CustomerRecords(ReadOnlyModelViewSet[Any]):
    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        user = self.request.user
        return rows.filter(organization_id=user.organization_id) if isinstance(user, User) else rows.none()


@extend_schema(tags=["customers"])
class Accounts(_CustomerRecords):
    """Companies that we sell to."""

    queryset = Account.objects.select_related("owner").prefetch_related("domains")
    serializer_class = AccountSerializer
    filterset_class = AccountFilters


@extend_schema(tags=["customers"])
class Contacts(_CustomerRecords):
    """People at those companies."""

    queryset = Contact.objects.select_related("owner", "account").prefetch_related("addresses")
    serializer_class = ContactSerializer
    filterset_class = ContactFilters


@extend_schema(tags=["customers"])
class Leads(_CustomerRecords):
    """Prospects who are not yet contacts of an account."""

    queryset = Lead.objects.select_related("owner").prefetch_related("addresses")
    serializer_class = LeadSerializer
    filterset_class = LeadFilters


@extend_schema(tags=["customers"])
class Opportunities(_CustomerRecords):
    """Deals, open and closed."""

    queryset = Opportunity.objects.select_related("owner", "account")
    serializer_class = OpportunitySerializer
    filterset_class = OpportunityFilters

    def get_serializer_class(self) -> type[OpportunitySerializer]:
        return OpportunityDetailSerializer if self.action == "retrieve" else OpportunitySerializer
