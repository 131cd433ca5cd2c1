"""What the pages cost at 100,000 engagements, beside the statements that they ask the database."""
