"""Pages of signing in, connecting Microsoft 365 and granting consent."""
