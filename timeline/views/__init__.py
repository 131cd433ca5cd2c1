"""The pages of the timeline; each fetches its arguments, calls a selector or a service and renders."""
