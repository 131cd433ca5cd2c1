"""What writes customers: the CSV import and what it shares with other CRM sources."""
