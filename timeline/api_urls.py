"""This app's part of /api/v1/."""

from django.urls import URLPattern, URLResolver
from rest_framework.routers import SimpleRouter

from timeline.api.conversations import Conversations
from timeline.api.engagements import Engagements

_router = SimpleRouter()
_router.register("engagements", Engagements, basename="engagement")
_router.register("conversations", Conversations, basename="conversation")

urlpatterns: list[URLPattern | URLResolver] = [*_router.urls]
