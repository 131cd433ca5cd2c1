"""This app's part of /api/v1/."""

from django.urls import URLPattern, URLResolver
from rest_framework.routers import SimpleRouter

from crm.api import views

_router = SimpleRouter()
_router.register("accounts", views.Accounts, basename="account")
_router.register("contacts", views.Contacts, basename="contact")
_router.register("leads", views.Leads, basename="lead")
_router.register("opportunities", views.Opportunities, basename="opportunity")

urlpatterns: list[URLPattern | URLResolver] = [*_router.urls]
