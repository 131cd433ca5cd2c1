"""Connecting Microsoft 365: out to the authority, and back through the callback.

POST connect ──▶ Microsoft ──▶ POST callback  (cross-site: no session, nothing is decided)
                                  └─ page, or redirect where the session came along
                                       └─▶ GET callback?flow=…  (ours again: finished for who began it)
"""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.domain.vocabulary import ConnectionState, FlowPurpose
from accounts.models import SignInFlow
from accounts.services.connection import accept_answer, begin_sign_in, disconnect, find_flow, finish_sign_in
from accounts.viewer import ViewerRequest, viewer_required
from accounts.views.browser import callback_address
from accounts.views.consent import confirmed
from accounts.views.login import signed_in
from accounts.views.refusals import telling_refusals

INTEGRATIONS = "/profile/integrations/"
_REFUSED = "accounts/sign_in_refused.html"
_tell = telling_refusals(_REFUSED)


@require_POST
@viewer_required
@_tell
def connect(request: ViewerRequest) -> HttpResponse:
    """Send the person to Microsoft."""
    return HttpResponseRedirect(begin_sign_in(user=request.user, redirect_uri=callback_address()))


@require_POST
@viewer_required
def disconnect_microsoft(request: ViewerRequest) -> HttpResponse:
    """Forget the person's tokens."""
    disconnect(user=request.user)
    messages.success(request, "Microsoft 365 is disconnected. Nothing more is read.")
    return redirect(INTEGRATIONS)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest) -> HttpResponse:
    """Microsoft's answer, by form post or query; then, on our own site, its completion."""
    if request.method == "POST":
        return _keep(request, request.POST.dict())
    if "flow" in request.GET:
        return _finish(request)
    return _keep(request, request.GET.dict())


@_tell
def _keep(request: HttpRequest, params: dict[str, str]) -> HttpResponse:
    flow = accept_answer(params.get("state", ""), params)
    onward = f"{reverse('microsoft-callback')}?{urlencode({'flow': flow.pk})}"
    if request.method != "POST" or request.user.is_authenticated:
        return redirect(onward)
    # without the request: a session or CSRF cookie set here would replace the person's own
    return HttpResponse(render_to_string("accounts/continue_sign_in.html", {"onward": onward}))


@_tell
def _finish(request: HttpRequest) -> HttpResponse:
    flow = find_flow(request.GET["flow"])
    return _FINISHES[FlowPurpose(flow.purpose)](request, flow)


@viewer_required
def _connected(request: ViewerRequest, flow: SignInFlow) -> HttpResponse:
    connection = finish_sign_in(flow=flow, user=request.user)
    if connection.state == ConnectionState.CONNECTED:
        messages.success(request, f"Microsoft 365 is connected as {connection.username}.")
    else:
        messages.warning(
            request, f"Connected as {connection.username}, but without permission to read mail: email sync stays off."
        )
    return redirect(INTEGRATIONS)


_FINISHES = {FlowPurpose.CONNECT: _connected, FlowPurpose.CONSENT: confirmed, FlowPurpose.SIGN_IN: signed_in}
