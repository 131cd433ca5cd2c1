"""Search over what the viewer may read."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.viewer import ViewerRequest, viewer_required
from timeline.selectors.finding import findings

LONGEST_TEXT = 200
LAST_PAGE = 40


@require_safe
@viewer_required
def search(request: ViewerRequest) -> HttpResponse:
    """`/search/?q=`"""
    text = " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST_TEXT]
    wanted = request.GET.get("page", "1")
    page = min(max(int(wanted), 1), LAST_PAGE) if wanted.isdecimal() and len(wanted) < len("1000") else 1
    found = findings(request.user, text, page)
    context = {"search_text": text, "found": found, "page": page, "shows_deal": True, "is_last": page == LAST_PAGE}
    return render(request, "timeline/search.html", context)
