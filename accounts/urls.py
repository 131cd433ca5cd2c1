"""This app's pages."""

from django.urls import URLPattern, URLResolver, path

from accounts.views import consent, login, microsoft, tokens

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", login.login, name="login"),
    path("login/microsoft/", login.sign_in_with_microsoft, name="microsoft-login"),
    path("logout/", login.logout, name="logout"),
    path("profile/password/", login.change_password, name="password"),
    path("profile/sessions/end/", login.end_own_sessions, name="end-sessions"),
    path("profile/integrations/microsoft/connect/", microsoft.connect, name="connect-microsoft"),
    path("profile/integrations/microsoft/disconnect/", microsoft.disconnect_microsoft, name="disconnect-microsoft"),
    path("oauth/microsoft/callback/", microsoft.callback, name="microsoft-callback"),
    path("profile/tokens/", tokens.tokens, name="api-tokens"),
    path("profile/tokens/<uuid:pk>/revoke/", tokens.revoke, name="revoke-token"),
    path("consent/", consent.consent, name="consent"),
    path("consent/callback/", consent.callback, name="consent-callback"),
    path("consent/<slug:kind>/", consent.grant, name="grant-consent"),
]
