"""Customer records, each with its timeline; with htmx the next entries of it, or with `since` those that arrived."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.viewer import ViewerRequest, viewer_required
from crm.models import Account, Contact, Lead
from timeline.models import Engagement
from timeline.selectors.records import account_summary
from timeline.selectors.timelines import of_account, of_contact, of_lead, timeline_page
from timeline.views.arriving import arrived, asked_since, with_counts


@require_safe
@viewer_required
def account(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """`/customers/accounts/<id>/`"""
    accounts = Account.objects.select_related("owner").prefetch_related("domains")
    found = get_object_or_404(accounts, pk=pk, organization=request.user.organization_id)
    extra = {} if request.htmx else {"summary": account_summary(request.user, found, timezone.now())}
    return _record(request, "timeline/account.html", found, of_account(request.user, found), extra)


@require_safe
@viewer_required
def contact(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """`/customers/contacts/<id>/`"""
    contacts = Contact.objects.select_related("account", "owner").prefetch_related(
        "addresses", "opportunity_roles__opportunity"
    )
    found = get_object_or_404(contacts, pk=pk, organization=request.user.organization_id)
    return _record(request, "timeline/contact.html", found, of_contact(request.user, found))


@require_safe
@viewer_required
def lead(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """`/customers/leads/<id>/`"""
    leads = Lead.objects.select_related("owner", "converted_contact").prefetch_related("addresses")
    found = get_object_or_404(leads, pk=pk, organization=request.user.organization_id)
    return _record(request, "timeline/lead.html", found, of_lead(request.user, found))


def _record(
    request: ViewerRequest,
    template: str,
    record: Account | Contact | Lead,
    engagements: QuerySet[Engagement],
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    beside = {"record": record, "shows_deal": True, "now": timezone.now()}
    if since := asked_since(request):
        counted = partial(with_counts, beside, engagements)
        return arrived(request, engagements, since, "timeline/parts/record_arrivals.html", counted)
    kind, before = request.GET.get("kind", ""), request.GET.get("before", "")
    page = timeline_page(request.user, engagements, kind=kind, before=before)
    context = {"timeline": page, **beside, **(extra or {})}
    if request.htmx:
        return render(request, "timeline/parts/entries.html", context)
    return render(request, template, with_counts(context, engagements))
