"""`/profile/`: who one is here."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.microsoft.identity import is_configured
from accounts.services.login import takes_password
from accounts.viewer import ViewerRequest, viewer_required


@require_safe
@viewer_required
def profile(request: ViewerRequest) -> HttpResponse:
    """Name, role and the addresses that count as the own."""
    shown = {
        "addresses": request.user.addresses.order_by("address"),
        "is_microsoft_offered": is_configured(),
        "takes_password": takes_password(request.user),
    }
    return render(request, "mailsync/profile.html", shown)
