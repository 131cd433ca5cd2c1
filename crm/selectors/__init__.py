"""What the CRM knows, always of one organization."""

from crm.selectors.directory import directory_for, oldest_open_opportunity_created_at

__all__ = ["directory_for", "oldest_open_opportunity_created_at"]
