"""The customers page: accounts, contacts and leads by name, company or address."""

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Organization
from crm.models import Account, AccountDomain, Contact, Lead, PersonAddress


def accounts_of(organization: Organization, text: str = "") -> QuerySet[Account]:
    """Accounts with the number of their contacts and open deals; `text` is looked for in name and domain."""
    accounts = Account.objects.filter(organization=organization)
    if text:
        domain = Exists(AccountDomain.objects.filter(account=OuterRef("pk"), domain__icontains=text))
        accounts = accounts.filter(Q(name__icontains=text) | Q(domain))
    return (
        accounts.select_related("owner")
        .prefetch_related("domains")
        .annotate(
            contact_count=Count("contacts", distinct=True),
            open_deal_count=Count("opportunities", filter=Q(opportunities__is_closed=False), distinct=True),
        )
        .order_by("name", "pk")
    )


def contacts_of(organization: Organization, text: str = "") -> QuerySet[Contact]:
    """Contacts; `text` is looked for in name, company and address."""
    contacts = Contact.objects.filter(organization=organization).select_related("account", "owner")
    for word in text.split():
        contacts = contacts.filter(_named(word) | Q(account__name__icontains=word) | _addressed("contact", word))
    return contacts.prefetch_related("addresses").order_by("last_name", "first_name", "pk")


def leads_of(organization: Organization, text: str = "") -> QuerySet[Lead]:
    """Leads that have not become contacts; `text` is looked for in name, company and address."""
    leads = Lead.objects.filter(organization=organization, is_converted=False).select_related("owner")
    for word in text.split():
        leads = leads.filter(_named(word) | Q(company__icontains=word) | _addressed("lead", word))
    return leads.prefetch_related("addresses").order_by("last_name", "first_name", "pk")


CUSTOMERS: dict[str, Callable[[Organization, str], QuerySet[Any]]] = {
    "accounts": accounts_of,
    "contacts": contacts_of,
    "leads": leads_of,
}


def _named(word: str) -> Q:
    return Q(first_name__icontains=word) | Q(last_name__icontains=word)


def _addressed(person: str, word: str) -> Q:
    return Q(Exists(PersonAddress.objects.filter(**{person: OuterRef("pk")}, address__icontains=word)))
