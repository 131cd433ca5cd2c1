"""Deal Insights: the list of open deals, and one deal with its timeline."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.viewer import ViewerRequest, viewer_required
from crm.models import Opportunity
from timeline.forms import DealsForm
from timeline.selectors.deals import deal_rows, deals_for, totals_of
from timeline.selectors.records import deal_summary
from timeline.selectors.timelines import count_by_kind, of_deal, timeline_page

DEALS_A_PAGE = 50


@require_safe
@viewer_required
def deals(request: ViewerRequest) -> HttpResponse:
    """`/deals/`"""
    form, now = DealsForm(request.user, request.GET), timezone.now()
    found = deals_for(request.user, now, form.wanted())
    page = Paginator(found, DEALS_A_PAGE).get_page(request.GET.get("page"))
    rows = deal_rows(request.user, list(page.object_list), now)
    context = {"form": form, "rows": rows, "page": page, "totals": totals_of(found)}
    return render(request, "timeline/deals.html", context)


@require_safe
@viewer_required
def deal(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """`/deals/<id>/`; with htmx the next entries of its timeline."""
    organization = request.user.organization_id
    found = get_object_or_404(Opportunity.objects.select_related("account", "owner"), pk=pk, organization=organization)
    engagements = of_deal(request.user, found)
    kind, before = request.GET.get("kind", ""), request.GET.get("before", "")
    context = {"deal": found, "timeline": timeline_page(request.user, engagements, kind=kind, before=before)}
    if request.htmx:
        return render(request, "timeline/parts/entries.html", context)
    context |= {"counts": count_by_kind(engagements), "summary": deal_summary(request.user, found, timezone.now())}
    return render(request, "timeline/deal.html", context)
