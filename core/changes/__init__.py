"""What changed, in the order of commit: a log that is numbered after the commit, and how far each reader of it is."""
