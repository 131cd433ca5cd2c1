"""The customers page; a record's own page stands with its timeline in timeline/views/records.py."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.viewer import ViewerRequest, viewer_required
from crm.selectors.customers import CUSTOMERS

CUSTOMERS_A_PAGE = 50


@require_safe
@viewer_required
def customers(request: ViewerRequest) -> HttpResponse:
    """`/customers/?show=accounts|contacts|leads&q=`"""
    shown, text = request.GET.get("show", ""), request.GET.get("q", "").strip()
    shown = shown if shown in CUSTOMERS else "accounts"
    organization = request.user.organization
    assert organization is not None  # noqa: S101 - viewer_required
    found = {kind: read(organization, text) for kind, read in CUSTOMERS.items()}
    page = Paginator(found[shown], CUSTOMERS_A_PAGE).get_page(request.GET.get("page"))
    counts = {kind: rows.count() for kind, rows in found.items()}
    return render(request, "crm/customers.html", {"shown": shown, "text": text, "page": page, "counts": counts})
