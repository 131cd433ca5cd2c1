"""Search: one door, answered by the database or by Elasticsearch."""
