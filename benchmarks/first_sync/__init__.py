"""What a first sync costs, beside a bare requests loop that makes the same calls and writes the same rows."""
