"""The door: `/login/` and `/logout/`, the console's too; the own password, and the end of all own sessions."""

from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth import logout as end_session
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.forms import ChangePasswordForm, LoginForm
from accounts.known_browsers import remember_browser
from accounts.models import User
from accounts.services.people import end_sessions
from accounts.viewer import ViewerRequest, viewer_required

Response = TypeVar("Response", bound=HttpResponseBase)


class _Login(LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        remember_browser(self.request, response, form.get_user())
        return response


class _Logout(LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _leaving_nothing(super().post(request, *args, **kwargs))


class _ChangePassword(PasswordChangeView):
    template_name = "accounts/password.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("profile")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Your password is changed. Every other session of yours has ended.")
        return super().form_valid(form)


login = _Login.as_view()
logout = _Logout.as_view(http_method_names=["post", "options"])
change_password = _ChangePassword.as_view()


@never_cache
def console_login(request: HttpRequest) -> HttpResponse:
    """The console has no door of its own: whoever stands before it signs in at /login/, with every guard of that."""
    if isinstance(request.user, User):
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


@require_POST
@viewer_required
def end_own_sessions(request: ViewerRequest) -> HttpResponse:
    """Sign out in every browser, this one included."""
    end_sessions(user=request.user, actor=request.user)
    end_session(request)
    return _leaving_nothing(redirect("login"))


def _leaving_nothing(response: Response) -> Response:
    """What the browser holds of this site goes with the session."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
