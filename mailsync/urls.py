"""This app's pages."""

from django.urls import URLPattern, URLResolver, path

from mailsync.views import explain, integrations, notifications, profile

urlpatterns: list[URLPattern | URLResolver] = [
    path("profile/", profile.profile, name="profile"),
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
