"""The admin console's pages for people and connections, and what every page of the console shares (scoping)."""

from django.contrib import admin

from accounts.admin import audit, organizations, users
from core.web import console

console.keep_to_the_console(admin.site)

__all__ = ["audit", "organizations", "users"]
