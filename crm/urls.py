"""This app's pages."""

from django.urls import URLPattern, URLResolver, path

from crm.views import customers

urlpatterns: list[URLPattern | URLResolver] = [
    path("customers/", customers, name="customers"),
]
