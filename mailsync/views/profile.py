"""`/profile/`: who one is here."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.viewer import ViewerRequest, viewer_required


@require_safe
@viewer_required
def profile(request: ViewerRequest) -> HttpResponse:
    """Name, role and the addresses that count as the own."""
    return render(request, "mailsync/profile.html", {"addresses": request.user.addresses.order_by("address")})
