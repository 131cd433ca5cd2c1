"""This app's part of /api/v1/."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from mailsync.api.mailboxes import Mailboxes
from mailsync.api.me import Me

_router = SimpleRouter()
_router.register("mailboxes", Mailboxes, basename="mailbox")

urlpatterns: list[URLPattern | URLResolver] = [*_router.urls, path("me/", Me.as_view(), name="me")]
