"""Django's MySQL backend, fitted to a database that compares bytes (docs/decisions/0003)."""
