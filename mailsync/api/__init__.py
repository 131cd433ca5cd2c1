"""Mailboxes and the caller's own switch by the API."""
