"""The customers by the API: accounts, contacts, leads and opportunities, read only."""
