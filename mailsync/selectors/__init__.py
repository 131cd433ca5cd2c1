"""What is read of mailboxes, their rules and their copies; each takes whose it is first."""
