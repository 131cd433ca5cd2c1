"""The admin console's pages for people and connections, and what every page of the console shares (scoping)."""

from accounts.admin import organizations, trail, users

__all__ = ["organizations", "trail", "users"]
