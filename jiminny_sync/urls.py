"""Every address of the web process; each app brings its own."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.views.login import console_login
from core.api.problems import NothingHere
from core.web.console import nothing_here
from jiminny_sync import health

handler500 = "core.api.problems.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}favicon.svg"), name="favicon"),
    path("admin/login/", console_login, name="console-login"),
    path(
        "admin/password_change/", login_required(RedirectView.as_view(pattern_name="password")), name="console-password"
    ),
    path("admin/r/<path:row>", nothing_here),  # the framework's would look for a row of any organization
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(url_name="schema", http_method_names=["get", "head"]),
        name="docs",
    ),
    path("api/v1/", include("mailsync.api_urls")),
    path("api/v1/", include("timeline.api_urls")),
    path("api/v1/", include("crm.api_urls")),
    re_path(r"^api/v1(/.*)?$", NothingHere.as_view()),
    path("", include("mailsync.urls")),
    path("", include("timeline.urls")),
    path("", include("crm.urls")),
    path("", include("accounts.urls")),
]
