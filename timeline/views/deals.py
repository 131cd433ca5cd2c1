"""Deal Insights: the list of open deals, and one deal with its timeline."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.viewer import ViewerRequest, viewer_required
from crm.models import Opportunity
from crm.selectors.deal_history import history_of, in_stage_since
from timeline.forms import DealsForm
from timeline.selectors import engagements_for
from timeline.selectors.arrivals import recorded_since
from timeline.selectors.assignments import to_review
from timeline.selectors.deals import deal_rows, deals_for, totals_of
from timeline.selectors.records import deal_summary
from timeline.selectors.standings import numbers_by_kind
from timeline.selectors.timelines import of_deal, timeline_page
from timeline.views.arriving import NOTHING_NEW, arrived, asked_since

DEALS_A_PAGE = 50


@require_safe
@viewer_required
def deals(request: ViewerRequest) -> HttpResponse:
    """`/deals/`; with `since`, the list again if anything was recorded."""
    now, since = timezone.now(), asked_since(request)
    if since and not recorded_since(engagements_for(request.user), since).exists():
        return HttpResponse(status=NOTHING_NEW)
    template = "timeline/parts/deals_update.html" if since else "timeline/deals.html"
    return render(request, template, {"is_update": bool(since), **_listed(request, now)})


@require_safe
@viewer_required
def deal(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """`/deals/<id>/`; with htmx the next entries of its timeline, or with `since` those that arrived."""
    organization, now = request.user.organization_id, timezone.now()
    found = get_object_or_404(Opportunity.objects.select_related("account", "owner"), pk=pk, organization=organization)
    engagements = of_deal(request.user, found)
    beside = partial(_beside, request, found, now)
    if since := asked_since(request):
        return arrived(request, engagements, since, "timeline/parts/deal_arrivals.html", beside)
    kind, before = request.GET.get("kind", ""), request.GET.get("before", "")
    context = {"timeline": timeline_page(request.user, engagements, kind=kind, before=before)}
    if request.htmx:
        return render(request, "timeline/parts/entries.html", context)
    return render(request, "timeline/deal.html", context | beside())


def _beside(request: ViewerRequest, deal: Opportunity, now: datetime) -> dict[str, Any]:
    history = history_of(deal)
    return {
        "deal": deal,
        "summary": deal_summary(request.user, deal, now),
        "counts": numbers_by_kind(request.user, deal.pk),
        "history": history,
        "in_stage_since": in_stage_since(history),
        "now": now,
    }


def _listed(request: ViewerRequest, now: datetime) -> dict[str, Any]:
    form = DealsForm(request.user, request.GET)
    found = deals_for(request.user, now, form.wanted())
    page = Paginator(found, DEALS_A_PAGE).get_page(request.GET.get("page"))
    rows = deal_rows(request.user, list(page.object_list), now)
    unsure = to_review(request.user).count()
    return {"form": form, "rows": rows, "page": page, "totals": totals_of(found), "unsure": unsure, "now": now}
