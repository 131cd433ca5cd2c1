"""Graph's part: folders, delta, messages, lists, $batch, subscriptions, calendar (GRAPH.md §2B to §3)."""
