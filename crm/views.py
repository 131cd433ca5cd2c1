"""The customers page; a record's own page stands with its timeline in timeline/views/records.py."""

from collections.abc import Mapping

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
    """`/customers/?show=accounts|contacts|leads&q=`; without `show`, where something is found, `rather` one of them."""
    text = request.GET.get("q", "").strip()
    organization = request.user.organization
    assert organization is not None  # noqa: S101 - viewer_required
    found = {kind: read(organization, text) for kind, read in CUSTOMERS.items()}
    counts = {kind: rows.count() for kind, rows in found.items()}
    shown = _shown(request, counts)
    page = Paginator(found[shown], CUSTOMERS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "crm/customers.html", {"shown": shown, "text": text, "page": page, "counts": counts})


def _shown(request: ViewerRequest, counts: Mapping[str, int]) -> str:
    asked, rather = request.GET.get("show", ""), request.GET.get("rather", "")
    if asked in counts:
        return asked
    in_turn = [rather, *counts] if rather in counts else [*counts]
    return next((kind for kind in in_turn if counts[kind]), in_turn[0])
