"""Who is looking: a signed-in person of an organization; every page asks for one."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_htmx.middleware import HtmxDetails

from accounts.models import User

P = ParamSpec("P")


class ViewerRequest(HttpRequest):
    """A request of which it is known who made it."""

    user: User
    htmx: HtmxDetails


def viewer_required(view: Callable[Concatenate[Any, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Send strangers to the login, and the operator, who belongs to no organization, to the admin console."""

    @login_required
    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if getattr(request.user, "organization_id", None) is None:
            return redirect("admin:index")
        return view(request, *args, **kwargs)

    return checked
