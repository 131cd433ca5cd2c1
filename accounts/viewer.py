"""Who is looking: a signed-in person of an organization; every page asks for one."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import User

SAFE_METHODS = frozenset({"GET", "HEAD"})
P = ParamSpec("P")


class ViewerRequest(HttpRequest):
    """A request of which it is known who made it."""

    user: User
    htmx: HtmxDetails


def viewer_required(view: Callable[Concatenate[Any, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Send strangers to the login, and the operator, who belongs to no organization, to the admin console.

    What a page shows stays out of the browser's cache; part of a page, asked for by htmx, is told from the whole.
    """

    @login_required
    @wraps(view)
    def admitted(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if getattr(request.user, "organization_id", None) is None:
            return redirect("admin:index")
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        patch_vary_headers(response, ["HX-Request"])
        return response

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if "HX-Request" in request.headers and not request.user.is_authenticated:
            return HttpResponseClientRedirect(reverse("login"))  # the whole page goes there, not the part asked for
        if request.method not in SAFE_METHODS and not request.user.is_authenticated:
            return redirect("login")  # what was sent is lost, and its address is no page to come back to
        return admitted(request, *args, **kwargs)

    return checked
