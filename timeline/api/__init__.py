"""Engagements and conversations by the API."""
