"""This app's pages."""

from django.contrib.auth.views import PasswordChangeView
from django.urls import URLPattern, URLResolver, path, reverse_lazy

from mailsync.views import explain, integrations, notifications, profile

_change_password = PasswordChangeView.as_view(
    template_name="accounts/password.html", success_url=reverse_lazy("profile")
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("profile/", profile.profile, name="profile"),
    path("profile/password/", _change_password, name="password"),
    path("profile/integrations/", integrations.integrations, name="integrations"),
    path("profile/integrations/progress/", integrations.progress, name="sync-progress"),
    path("profile/integrations/email-import/", integrations.email_import, name="email-import"),
    path("profile/integrations/sync/", integrations.sync_now, name="sync-now"),
    path("profile/integrations/delete-imported/", integrations.delete, name="delete-imported"),
    path("notifications/microsoft/", notifications.notifications, name="microsoft-notifications"),
    path("profile/integrations/explain/", explain.explain, name="explain"),
    path("profile/integrations/exclusions/", integrations.exclude, name="exclude"),
    path("profile/integrations/exclusions/<int:pk>/remove/", integrations.include, name="include"),
]
