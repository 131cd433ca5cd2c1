"""The admin's consent page: two links to Microsoft, what came of them, and whether it still holds."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.domain.consent import LINK_TEXT
from accounts.domain.vocabulary import ConsentKind, ConsentState
from accounts.microsoft.identity import is_configured
from accounts.models import SignInFlow
from accounts.selectors.consent import consent_cards
from accounts.services.consent import answer_consent, begin_confirmation, begin_consent, finish_consent
from accounts.viewer import ViewerRequest, viewer_required
from accounts.views.browser import browser_secret, callback_address, new_browser_secret
from accounts.views.refusals import telling_refusals

_tell = telling_refusals("accounts/consent_refused.html")


@require_safe
@viewer_required
def consent(request: ViewerRequest) -> HttpResponse:
    """Where the consent stands; for the organization's admins."""
    if request.user.organization is None or not request.user.is_organization_admin:
        raise PermissionDenied
    cards = consent_cards(request.user.organization)
    return render(request, "accounts/consent.html", {"cards": cards, "is_configured": is_configured()})


@require_safe
@never_cache
@viewer_required
@_tell
def grant(request: ViewerRequest, kind: str) -> HttpResponse:
    """Send the admin to Microsoft's consent page."""
    if kind not in set(ConsentKind):
        raise Http404
    address = settings.BASE_URL + reverse("consent-callback")
    return HttpResponseRedirect(begin_consent(user=request.user, kind=ConsentKind(kind), redirect_uri=address))


@require_safe
@never_cache
@viewer_required
@_tell
def callback(request: ViewerRequest) -> HttpResponse:
    """Microsoft's answer to a consent link; a consent is confirmed by the admin's own sign-in, which comes next."""
    answered = answer_consent(user=request.user, params=request.GET.dict())
    if answered.state == ConsentState.ANSWERED:
        browser, address = new_browser_secret(request), callback_address()
        return HttpResponseRedirect(
            begin_confirmation(user=request.user, grant=answered, browser=browser, redirect_uri=address)
        )
    link_text = LINK_TEXT[ConsentKind(answered.kind)]
    if answered.state == ConsentState.DECLINED:
        messages.warning(request, f"“{link_text}”: cancelled at Microsoft. Nothing was granted.")
    else:
        messages.error(request, f"“{link_text}”: Microsoft did not grant it.")
    return redirect("consent")


@viewer_required
@_tell
def confirmed(request: ViewerRequest, flow: SignInFlow) -> HttpResponse:
    """The admin's own sign-in after a consent, back from Microsoft."""
    granted = finish_consent(flow=flow, user=request.user, browser=browser_secret(request))
    messages.success(request, f"“{LINK_TEXT[ConsentKind(granted.kind)]}”: granted.")
    return redirect("consent")
