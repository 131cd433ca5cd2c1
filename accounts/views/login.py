"""The door: `/login/` and `/logout/`, the console's too; the own password, and the end of all own sessions.

with a password        POST /login/ ─▶ in
with Microsoft         POST /login/microsoft/ ─▶ Microsoft ─▶ /oauth/microsoft/callback/ (accounts.views.microsoft)
                         signed in already: to link the account            └─▶ signed_in ─▶ in
"""

from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as open_session
from django.contrib.auth import logout as end_session
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.forms import ChangePasswordForm, LoginForm
from accounts.known_browsers import remember_browser
from accounts.microsoft.identity import is_configured
from accounts.models import SignInFlow, User
from accounts.services.microsoft_sign_in import begin_login, finish_login
from accounts.services.people import end_sessions
from accounts.viewer import ViewerRequest, viewer_required
from accounts.views.browser import browser_secret, callback_address, new_browser_secret
from accounts.views.refusals import telling_refusals

_NEXT = "sign_in_next"
_tell = telling_refusals("accounts/login_refused.html")

Response = TypeVar("Response", bound=HttpResponseBase)


class _Login(LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        offered = {"is_microsoft_offered": is_configured(), "is_password_offered": settings.PASSWORD_SIGN_IN}
        return super().get_context_data(**context) | offered

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


@require_POST
@never_cache
@_tell
def sign_in_with_microsoft(request: HttpRequest) -> HttpResponse:
    """Send the person to Microsoft, to come in or, where signed in already, to link the account to the own login."""
    user = request.user if isinstance(request.user, User) else None
    browser = new_browser_secret(request)
    request.session[_NEXT] = _inner(request, request.POST.get("next", ""))
    return HttpResponseRedirect(begin_login(user=user, browser=browser, redirect_uri=callback_address()))


@never_cache
@_tell
def signed_in(request: HttpRequest, flow: SignInFlow) -> HttpResponse:
    """Back from Microsoft: open the session, in place of whatever session there was."""
    here = request.user if isinstance(request.user, User) else None
    user = finish_login(flow=flow, user=here, browser=browser_secret(request))
    onward = _inner(request, request.session.pop(_NEXT, ""))
    if flow.user_id:
        messages.success(request, "From now on “Sign in with Microsoft” opens your login.")
        return redirect("profile")
    open_session(request, user, backend="accounts.backends.MicrosoftBackend")
    response = redirect(onward or settings.LOGIN_REDIRECT_URL)
    remember_browser(request, response, user)
    return response


def _inner(request: HttpRequest, address: str) -> str:
    """`address` where it is a page of ours, else nothing."""
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_ours else ""


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
