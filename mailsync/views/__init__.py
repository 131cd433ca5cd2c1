"""Profile and integrations: a person's own connection, switch, exclusions and questions."""
