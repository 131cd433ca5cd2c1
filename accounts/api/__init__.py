"""Who calls the API, and people as JSON."""
