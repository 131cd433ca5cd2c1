"""Signing in at Microsoft: MSAL, its one HTTP session, and what its errors mean."""
