"""Graph's part: folders, delta, messages, lists, $batch, subscriptions, calendar."""
