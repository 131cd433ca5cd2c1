"""The identity platform's part: discovery, authorize, token, consent (GRAPH.md §2A)."""
