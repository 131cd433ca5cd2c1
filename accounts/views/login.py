"""The door: `/login/` and `/logout/`."""

from django.contrib.auth.views import LoginView, LogoutView

from accounts.forms import LoginForm

login = LoginView.as_view(
    template_name="accounts/login.html", authentication_form=LoginForm, redirect_authenticated_user=True
)
logout = LogoutView.as_view(http_method_names=["post", "options"])
